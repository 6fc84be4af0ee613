"""A workspace as a whole: all of it under another name, or gone. Every table that has a `workspace` column."""

from __future__ import annotations

from storage.connection import Connection
from storage.read.workspaces import workspace_tables
from storage.save.bulk import count_of


def rename_workspace(connection: Connection, old: str, new: str) -> int:
    """Give every row of the workspace `old` the name `new`, and return how many there are.

    Call it inside a transaction, where nothing is stored of `new`: two histories cannot be told apart again.
    """
    return sum(
        count_of(connection.execute(f"UPDATE {table} SET workspace = ? WHERE workspace = ?", [new, old]))  # noqa: S608
        for table in workspace_tables(connection)
    )


def remove_workspace(connection: Connection, name: str) -> int:
    """Delete every row of the workspace, and return how many there were. Call it inside a transaction."""
    return sum(
        count_of(connection.execute(f"DELETE FROM {table} WHERE workspace = ?", [name]))  # noqa: S608
        for table in workspace_tables(connection)
    )
