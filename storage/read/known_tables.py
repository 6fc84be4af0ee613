"""Which tables a file has: a published file of an older version lacks the newer ones."""

from __future__ import annotations

from storage.connection import Connection


def has_table(connection: Connection, name: str) -> bool:
    """Whether the file has a table of this name."""
    found = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = ?", [name]).fetchone()
    return bool(found and found[0])
