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


def _stored(value: Any) -> Any:
    if isinstance(value, str):
        return stored_text(value)
    return stored_instant(value) if isinstance(value, datetime) and value.tzinfo is not None else value
