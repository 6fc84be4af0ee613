"""Customer.io's reports of what became of messages, as the route keeps them: each once, of nobody by name."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

from storage.outbox.connection.outbox_connection import Connection


@dataclass(frozen=True)
class ReportRow:
    """One report. `at` is when it happened, `received` when it came, in Unix seconds; `person` a keyed hash."""

    workspace: str
    event_id: str
    metric: str
    channel: str
    at: float
    received: float
    campaign_id: int | None
    action_id: int | None
    delivery_id: str | None
    journey_id: str | None
    trigger_event_id: str | None
    person: bytes | None
    reason: str | None


_INSERT = (
    f"INSERT INTO report ({', '.join(one.name for one in fields(ReportRow))}) "  # noqa: S608
    f"VALUES ({', '.join('?' * len(fields(ReportRow)))}) ON CONFLICT DO NOTHING"
)


def insert_report(connection: Connection, row: ReportRow) -> bool:
    """Store it, unless it is there already; whether it was new."""
    return connection.execute(_INSERT, astuple(row)).rowcount == 1


def first_report(connection: Connection, workspace: str, ulid: str, person: bytes, since: float) -> ReportRow | None:
    """The first report that says how a message of an event ended, by the event's id, else by its person since.

    Args:
        connection: The route's file.
        workspace: Whose it is.
        ulid: The event's id in Customer.io.
        person: The hash of whom it is about.
        since: Unix seconds; Customer.io writes whole ones.
    """
    row = connection.execute(
        f"SELECT {', '.join(one.name for one in fields(ReportRow))} FROM report "  # noqa: S608
        "WHERE workspace = ? AND (trigger_event_id = ? OR (person = ? AND received >= ? AND at >= ?)) "
        "AND metric NOT IN ('drafted', 'attempted') "
        "ORDER BY CASE WHEN trigger_event_id = ? THEN 0 ELSE 1 END, received LIMIT 1",
        [workspace, ulid, person, since, float(int(since)), ulid],
    ).fetchone()
    return None if row is None else ReportRow(*row)


def channels_reported(connection: Connection, workspace: str) -> dict[str, int]:
    """How many authentic reports there are of each channel."""
    rows = connection.execute("SELECT channel, count(*) FROM report WHERE workspace = ? GROUP BY channel", [workspace])
    return dict(rows.fetchall())


def count_reports(connection: Connection, workspace: str) -> dict[str, int]:
    """Stored reports of a workspace by metric."""
    rows = connection.execute("SELECT metric, count(*) FROM report WHERE workspace = ? GROUP BY metric", [workspace])
    return dict(rows.fetchall())


def forget_person(connection: Connection, person: bytes) -> int:
    """Take a person out of all reports and recoveries; how many rows had them.

    A failure's reason goes too, for a mail server can have written anything into it.
    """
    reports = connection.execute("UPDATE report SET person = NULL, reason = NULL WHERE person = ?", [person]).rowcount
    return reports + connection.execute("DELETE FROM recovered_person WHERE person = ?", [person]).rowcount
