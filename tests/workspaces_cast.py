"""A warehouse in which every table that belongs to workspaces has rows of two of them, whatever tables there are."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from storage.connection import Connection
from storage.file.database import Warehouse, transaction
from storage.read.workspaces import workspace_tables

ROWS = 3
_ALLOWED = re.compile(r"\(?\"?(\w+)\"? IN \('([^']+)'")
_OF_TYPE: dict[str, Any] = {
    "DATE": date(2026, 11, 3), "TIMESTAMP": datetime(2026, 11, 4, 5, 6), "BIGINT": 1, "INTEGER": 1, "DOUBLE": 0.5,
    "BOOLEAN": True, "JSON": "{}", "BLOB": b"memory", "VARCHAR[]": ["one"], "BIGINT[]": [7],
}  # fmt: skip


def fill_every_table(warehouse: Warehouse, *names: str) -> None:
    """Rows for each of the workspaces in every table that has a `workspace` column."""
    with warehouse.open_and_publish() as connection, transaction(connection):
        for table in workspace_tables(connection):
            columns = connection.execute(
                "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? AND database_name = "
                "current_database() ORDER BY column_index",
                [_alone(table)],
            ).fetchall()
            allowed = _allowed(connection, table)
            marks = ", ".join("?" * len(columns))
            # A workspace has one row of what it has one of: every other key has the row's number in it.
            keyed = [column for column, kind in columns if column != "workspace" and kind in ("VARCHAR", "BIGINT")]
            for name in names:
                for row in range(ROWS if _key(connection, table) != ["workspace"] else 1):
                    values = [
                        name if column == "workspace"
                        else allowed.get(column) or _value(kind, row if column in keyed else 0, f"{column} of {name}")
                        for column, kind in columns
                    ]  # fmt: skip
                    connection.execute(f"INSERT INTO {table} VALUES ({marks})", values)


def rows_by_table(connection: Connection, workspace: str | None = None) -> dict[str, list[Any]]:
    """All rows of every such table (of one workspace), sorted."""
    where = "" if workspace is None else "WHERE workspace = ?"
    values = [] if workspace is None else [workspace]
    return {
        table: sorted(connection.execute(f"SELECT * FROM {table} {where}", values).fetchall(), key=repr)
        for table in workspace_tables(connection)
    }


def _value(kind: str, row: int, text: str) -> Any:
    if kind == "VARCHAR":
        return f"{text} {row}"
    return _OF_TYPE[kind] + row if kind == "BIGINT" else _OF_TYPE[kind]


def _allowed(connection: Connection, table: str) -> dict[str, str]:
    checks = connection.execute(
        "SELECT constraint_text FROM duckdb_constraints() WHERE table_name = ? AND constraint_type = 'CHECK' "
        "AND database_name = current_database()",
        [_alone(table)],
    ).fetchall()
    return {found[1]: found[2] for (text,) in checks for found in _ALLOWED.finditer(text)}


def _alone(table: str) -> str:
    """Its name without that of its schema."""
    return table.rpartition(".")[2]


def _key(connection: Connection, table: str) -> list[str]:
    row = connection.execute(
        "SELECT constraint_column_names FROM duckdb_constraints() WHERE table_name = ? "
        "AND constraint_type = 'PRIMARY KEY' AND database_name = current_database()",
        [_alone(table)],
    ).fetchone()
    return list(row[0]) if row else []
