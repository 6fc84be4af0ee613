"""People whom one's own servers named: whom a page may speak of, where only those count."""

from __future__ import annotations

from collections.abc import Collection

from storage.outbox.connection.many_rows import in_parts, marks
from storage.outbox.connection.outbox_connection import Connection

KNOWN_PEOPLE_TABLES = """
    CREATE TABLE known_person (
        workspace TEXT NOT NULL, person BLOB NOT NULL, last REAL NOT NULL, PRIMARY KEY (workspace, person)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX known_person_age ON known_person (last)
"""
KEPT_SECONDS = 400 * 86_400.0
"""A year and a month: who comes back for the yearly renewal is known still."""


def note_known_people(connection: Connection, workspace: str, people: Collection[bytes], now: float) -> None:
    """Note that a server named people (their hashes) at an instant (Unix seconds)."""
    connection.executemany(
        "INSERT INTO known_person VALUES (?, ?, ?) ON CONFLICT (workspace, person) DO UPDATE SET last = excluded.last",
        [(workspace, person, now) for person in people],
    )


def known_people(connection: Connection, workspace: str, people: Collection[bytes]) -> set[bytes]:
    """Those of the people (their hashes) whom a server named."""
    found: set[bytes] = set()
    for some in in_parts(list(people)):
        found |= {
            person
            for (person,) in connection.execute(
                f"SELECT person FROM known_person WHERE workspace = ? AND person IN ({marks(len(some))})",  # noqa: S608
                [workspace, *some],
            )
        }
    return found


def sweep_known_people(connection: Connection, now: float) -> None:
    """Take out whom no server has named for long."""
    connection.execute("DELETE FROM known_person WHERE last < ?", [now - KEPT_SECONDS])
