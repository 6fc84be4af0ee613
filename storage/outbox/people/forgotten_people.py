"""When somebody was last forgotten, not who: then a running `route serve` lets go what it has in memory of anybody."""

from __future__ import annotations

from storage.outbox.connection.outbox_connection import Connection

FORGOTTEN_TABLES = """
    CREATE TABLE last_forgotten (workspace TEXT PRIMARY KEY, at REAL NOT NULL) STRICT, WITHOUT ROWID
"""


def note_forgotten(connection: Connection, workspace: str, now: float) -> None:
    """Say that somebody is forgotten from now on (Unix seconds)."""
    connection.execute(
        "INSERT INTO last_forgotten VALUES (?, ?) ON CONFLICT (workspace) DO UPDATE SET at = excluded.at",
        [workspace, now],
    )


def last_forgotten(connection: Connection, workspace: str) -> float:
    """When somebody was last forgotten (Unix seconds); 0 for never."""
    row = connection.execute("SELECT at FROM last_forgotten WHERE workspace = ?", [workspace]).fetchone()
    return 0.0 if row is None else float(row[0])
