"""What of the route's own threads failed in a way that nobody foresaw, for whoever looks from another process."""

from __future__ import annotations

from dataclasses import dataclass

from storage.outbox.connection.outbox_connection import Connection

FAULT_TABLES = """
    CREATE TABLE thread_fault (
        workspace TEXT NOT NULL, part TEXT NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, last REAL NOT NULL,
        PRIMARY KEY (workspace, part)
    ) STRICT, WITHOUT ROWID
"""


@dataclass(frozen=True)
class ThreadFault:
    """A `part` of the listener failed so often, last (Unix seconds) by this kind of failure; nobody is in it."""

    part: str
    number: int
    kind: str
    last: float


def note_fault(connection: Connection, workspace: str, part: str, kind: str, now: float) -> None:
    """Note one more failure (Unix seconds)."""
    connection.execute(
        "INSERT INTO thread_fault VALUES (?, ?, 1, ?, ?) ON CONFLICT (workspace, part) DO UPDATE SET "
        "number = thread_fault.number + 1, kind = excluded.kind, last = excluded.last",
        [workspace, part, kind, now],
    )


def faults_since(connection: Connection, workspace: str, since: float) -> list[ThreadFault]:
    """The parts that have failed since (Unix seconds); each says how often it ever did."""
    rows = connection.execute(
        "SELECT part, number, kind, last FROM thread_fault WHERE workspace = ? AND last >= ? ORDER BY part",
        [workspace, since],
    )
    return [ThreadFault(*row) for row in rows]
