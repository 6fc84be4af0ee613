"""How many events of a name were received on a day (UTC), and what became of them."""

from __future__ import annotations

from collections.abc import Sequence

from storage.outbox.connection.outbox_connection import Connection

DAY_SECONDS = 86_400
TALLY_BY_DAY = """
    CREATE TABLE event_day (
        workspace TEXT NOT NULL, event TEXT NOT NULL, day INTEGER NOT NULL, what TEXT NOT NULL, number INTEGER NOT NULL,
        PRIMARY KEY (workspace, event, day, what)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO event_day SELECT workspace, event, 0, what, number FROM event_tally;
    DROP TABLE event_tally
"""
"""What was counted before there were days is of day 0."""
NOW_TABLES = (("waiting", "event_queue"), ("waiting", "device_event"), ("held", "held_event"), ("dead", "letter"))
"""What an event may be for a while, and the table that says of which it is so now."""


def count_up(connection: Connection, workspace: str, event: str, what: str, received: float, number: int = 1) -> None:
    """So many more of an event, received at an instant (Unix seconds), were `received` or became what `what` says."""
    connection.execute(
        "INSERT INTO event_day VALUES (?, ?, ?, ?, ?) ON CONFLICT (workspace, event, day, what) "
        "DO UPDATE SET number = event_day.number + excluded.number",
        [workspace, event, int(received // DAY_SECONDS), what, number],
    )


def note_looked(connection: Connection, workspace: str, since: float) -> None:
    """Of events received since an instant (Unix seconds) it is known now which came `only_by_export`: maybe none."""
    connection.execute(
        "INSERT INTO event_day SELECT DISTINCT workspace, event, day, 'only_by_export', 0 FROM event_day "
        "WHERE workspace = ? AND day >= ? ON CONFLICT DO NOTHING",
        [workspace, int(since // DAY_SECONDS)],
    )


def numbers(connection: Connection) -> dict[tuple[str, str], dict[str, int]]:
    """By workspace and event: what was `received` (of it `only_by_export`) and became `delivered`, `shadowed`,
    `suppressed_once`, `dropped` or `expired`, and what is `waiting`, `held` and `dead` now.
    """
    found: dict[tuple[str, str], dict[str, int]] = {}
    for workspace, event, what, number in connection.execute(
        "SELECT workspace, event, what, sum(number) FROM event_day GROUP BY workspace, event, what"
    ):
        found.setdefault((workspace, event), {})[what] = number
    for what, table in NOW_TABLES:
        for workspace, event, number in connection.execute(
            f"SELECT workspace, event, count(*) FROM {table} GROUP BY workspace, event"  # noqa: S608
        ):
            counted = found.setdefault((workspace, event), {})
            counted[what] = counted.get(what, 0) + number
    return found


def numbers_by_day(connection: Connection, workspace: str, first_day: int) -> dict[tuple[str, int], dict[str, int]]:
    """The same of a workspace by event and the day (since 1970) on which they were received, from one day on.

    Of each day `received` is the sum of all others but two: `expired` are those of them whose time ran out, and
    `only_by_export` those that no door was sent.
    """
    found: dict[tuple[str, int], dict[str, int]] = {}
    for event, day, what, number in connection.execute(
        "SELECT event, day, what, number FROM event_day WHERE workspace = ? AND day >= ?", [workspace, first_day]
    ):
        found.setdefault((event, day), {})[what] = number
    for what, table in NOW_TABLES:
        for event, day, number in connection.execute(
            f"SELECT event, CAST(received AS INTEGER) / {DAY_SECONDS} AS day, count(*) FROM {table} "  # noqa: S608
            "WHERE workspace = ? AND received >= ? GROUP BY event, day",
            [workspace, first_day * DAY_SECONDS],
        ):
            counted = found.setdefault((event, day), {})
            counted[what] = counted.get(what, 0) + number
    return found


def give_up(connection: Connection, table: str, which: str, values: Sequence[object], what: str = "dropped") -> int:
    """Take events out of a table that carries them, and count them as `what` they became; how many there were.

    `which` is the condition in SQL with its `values`.
    """
    for workspace, event, day, number in connection.execute(
        f"SELECT workspace, event, CAST(received AS INTEGER) / {DAY_SECONDS} AS day, count(*) FROM {table} "  # noqa: S608
        f"WHERE {which} GROUP BY workspace, event, day",
        values,
    ).fetchall():
        count_up(connection, workspace, event, what, day * DAY_SECONDS, number)
    return connection.execute(f"DELETE FROM {table} WHERE {which}", values).rowcount  # noqa: S608
