"""All or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """What is written within it is kept whole at its end, or not at all on any error."""
    connection.execute("BEGIN TRANSACTION")
    try:
        yield connection
    except BaseException:
        # After a fatal failure the connection refuses even this; the file then recovers when next opened.
        with suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
