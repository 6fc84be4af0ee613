"""Every table of a file, whatever schema it stands in."""

from __future__ import annotations

import duckdb

_TABLES = """
    SELECT schema_name, table_name FROM duckdb_tables()
    WHERE database_name = current_database() AND NOT internal AND estimated_size >= ? ORDER BY ALL
"""


def all_tables(
    connection: duckdb.DuckDBPyConnection, *, but: tuple[str, ...] = (), only_filled: bool = False
) -> list[str]:
    """Every table of the open database as SQL writes it, `"main"."event_day"`, without those of the names `but`.

    `only_filled`: those that hold rows, and some whose rows were deleted.
    """
    found = connection.execute(_TABLES, [int(only_filled)]).fetchall()
    return [f"{quoted_name(schema)}.{quoted_name(table)}" for schema, table in found if table not in but]


def quoted_name(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'
