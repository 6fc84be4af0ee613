"""Many rows in one statement: a column table that SQL can read by name for as long as it is needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa

DAY = pa.date32()
INSTANT = pa.timestamp("us")
TEXT = pa.string()
TEXTS = pa.list_(pa.string())
WHOLE = pa.int64()
SHARE = pa.float64()
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
    connection.register(name, table)
    try:
        yield
    finally:
        connection.unregister(name)


def count_of(result: duckdb.DuckDBPyConnection) -> int:
    """The number of rows that an INSERT, UPDATE or DELETE wrote."""
    row = result.fetchone()
    return int(row[0]) if row else 0
