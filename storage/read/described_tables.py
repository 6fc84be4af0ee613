"""What the file says of its tables and views: their comments, columns and keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Column:
    """A column; `kind` is its type in DuckDB, `meaning` its comment, `never_null` whether the file refuses NULL."""

    name: str
    kind: str
    meaning: str
    never_null: bool


@dataclass(frozen=True)
class DescribedTable:
    """A table or view; `key` are the columns that tell its rows apart, empty where the file knows none."""

    name: str
    is_view: bool
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]


_TABLES = """
SELECT view_name, true, comment FROM duckdb_views()
WHERE NOT internal AND database_name = current_database() AND schema_name = 'main'
UNION ALL
SELECT table_name, false, comment FROM duckdb_tables()
WHERE NOT internal AND database_name = current_database() AND schema_name = 'main'
ORDER BY 2 DESC, 1
"""
_COLUMNS = """
SELECT table_name, column_name, data_type, comment, NOT is_nullable FROM duckdb_columns()
WHERE NOT internal AND database_name = current_database() AND schema_name = 'main' ORDER BY table_name, column_index
"""
_KEYS = """
SELECT table_name, constraint_column_names FROM duckdb_constraints()
WHERE constraint_type = 'PRIMARY KEY' AND database_name = current_database() AND schema_name = 'main'
"""


def described_tables(connection: duckdb.DuckDBPyConnection) -> Sequence[DescribedTable]:
    """Views first, then tables, each in alphabetical order; without what only the program itself uses."""
    keys = {name: tuple(columns) for name, columns in connection.execute(_KEYS).fetchall()}
    columns: dict[str, list[Column]] = {}
    for table, name, kind, comment, never_null in connection.execute(_COLUMNS).fetchall():
        columns.setdefault(table, []).append(Column(name, kind, comment or "", never_null))
    return [
        DescribedTable(name, is_view, comment or "", tuple(columns[name]), keys.get(name, ()))
        for name, is_view, comment in connection.execute(_TABLES).fetchall()
    ]
