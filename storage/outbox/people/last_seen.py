"""On which day people last had any of some events, for events that are made where others do not come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass

from storage.outbox.connection.outbox_connection import Connection

LAST_SEEN_TABLES = """
    CREATE TABLE last_seen (
        workspace TEXT NOT NULL, rule TEXT NOT NULL, person TEXT NOT NULL, day TEXT NOT NULL,
        PRIMARY KEY (workspace, rule, person)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX last_seen_day ON last_seen (workspace, rule, day);
    CREATE TABLE absence_days (
        workspace TEXT NOT NULL, rule TEXT NOT NULL, said TEXT NOT NULL, since REAL NOT NULL, last_day TEXT NOT NULL,
        PRIMARY KEY (workspace, rule)
    ) STRICT, WITHOUT ROWID
"""


@dataclass(frozen=True)
class DaysRead:
    """Up to which day (`2026-11-29`) all of a rule's events were read, without a gap since people were first noted.

    `said` is what the manifest said of it, and `since` when (Unix seconds) it began to.
    """

    said: str
    since: float
    last_day: str


def days_read(connection: Connection, workspace: str, rule: str) -> DaysRead | None:
    """The days that were read for a rule; None before the first."""
    row = connection.execute(
        "SELECT said, since, last_day FROM absence_days WHERE workspace = ? AND rule = ?", [workspace, rule]
    ).fetchone()
    return None if row is None else DaysRead(*row)


def note_days(connection: Connection, workspace: str, rule: str, days: DaysRead) -> None:
    """Note which days were read."""
    connection.execute(
        "INSERT INTO absence_days VALUES (?, ?, ?, ?, ?) ON CONFLICT (workspace, rule) "
        "DO UPDATE SET said = excluded.said, since = excluded.since, last_day = excluded.last_day",
        [workspace, rule, *astuple(days)],
    )


def note_seen(connection: Connection, workspace: str, rule: str, seen: Mapping[str, str]) -> None:
    """Note on which day people were last seen; an earlier day than the known one changes nothing."""
    connection.executemany(
        "INSERT INTO last_seen VALUES (?, ?, ?, ?) ON CONFLICT (workspace, rule, person) "
        "DO UPDATE SET day = excluded.day WHERE excluded.day > last_seen.day",
        [(workspace, rule, person, day) for person, day in seen.items()],
    )


def take_absent(connection: Connection, workspace: str, rule: str, until: str, most: int) -> list[tuple[str, str]]:
    """Take out at most so many people who were last seen on a day up to `until`, with that day."""
    rows = connection.execute(
        "SELECT person, day FROM last_seen WHERE workspace = ? AND rule = ? AND day <= ? ORDER BY day, person LIMIT ?",
        [workspace, rule, until, most],
    ).fetchall()
    connection.executemany(
        "DELETE FROM last_seen WHERE workspace = ? AND rule = ? AND person = ?",
        [(workspace, rule, person) for person, _ in rows],
    )
    return rows


def drop_seen(connection: Connection, workspace: str, rule: str) -> None:
    """Take out everybody of a rule."""
    connection.execute("DELETE FROM last_seen WHERE workspace = ? AND rule = ?", [workspace, rule])


def forget_seen(connection: Connection, workspace: str, person: str) -> int:
    """Take a person out; how many rows they had."""
    return connection.execute("DELETE FROM last_seen WHERE workspace = ? AND person = ?", [workspace, person]).rowcount
