"""Many rows in one statement: a column table that SQL can read by name for as long as it is needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from storage.file.conversion import stored_instant, stored_text

DAY = pa.date32()
INSTANT = pa.timestamp("us")
TEXT = pa.string()
TEXTS = pa.list_(pa.string())
WHOLE = pa.int64()
WHOLES = pa.list_(pa.int64())
SHARE = pa.float64()
SECONDS = pa.float64()
TRUTH = pa.bool_()


@contextmanager
def incoming(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    types: Mapping[str, pa.DataType],
    columns: Mapping[str, Sequence[Any]],
) -> Iterator[None]:
    """Within it, the columns can be read in SQL as the table `name`."""
    table = pa.table([pa.array(columns[key], type=kind) for key, kind in types.items()], names=list(types))
    # Another statement ends a result that the caller did not read to its end; registering would stumble over it.
    connection.execute("SELECT 1").fetchall()
    connection.register(name, table)
    try:
        yield
    finally:
        # A transaction that failed refuses even this; its own error is the one to hear of.
        with suppress(duckdb.TransactionException):
            connection.unregister(name)


def count_of(result: duckdb.DuckDBPyConnection) -> int:
    """The number of rows that an INSERT, UPDATE or DELETE wrote."""
    rows = result.fetchall()
    return int(rows[0][0]) if rows else 0


def columns_of(rows: Sequence[Mapping[str, Any]], types: Mapping[str, pa.DataType]) -> dict[str, list[Any]]:
    """The rows as columns of these types; what a row lacks is NULL."""
    return {name: [_stored(row.get(name)) for row in rows] for name in types}


def save_latest(
    connection: duckdb.DuckDBPyConnection,
    workspace: str,
    table: str,
    types: Mapping[str, pa.DataType],
    key: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    where: str = "",
) -> int:
    """Save rows of a workspace, each in the place of the one of its key (where SQL's `where` holds); how many."""
    incoming_name = f"incoming_{table}"
    replaced = ", ".join(f"{name} = excluded.{name}" for name in types if name not in key)
    with incoming(connection, incoming_name, types, columns_of(rows, types)):
        statement = (
            f"INSERT INTO {table} BY NAME SELECT ? AS workspace, * FROM {incoming_name} "  # noqa: S608
            f"ON CONFLICT DO UPDATE SET {replaced} {where}"
        )
        return count_of(connection.execute(statement, [workspace]))


def _stored(value: Any) -> Any:
    if isinstance(value, str):
        return stored_text(value)
    return stored_instant(value) if isinstance(value, datetime) and value.tzinfo is not None else value
