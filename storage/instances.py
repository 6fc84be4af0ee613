"""Opens database files in DuckDB instances that are kept for the next: to start one costs far more than to open."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from storage.failures import held_elsewhere

# Old enough for the analysts' clients from DuckDB 1.1 on; extensions are never fetched from the network.
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": "v1.0.0",
    "autoinstall_known_extensions": False,
}

# Each holds no file and is used by one caller at a time; so many are kept as were ever in use at once.
_idle: list[duckdb.DuckDBPyConnection] = []
# A forked process has its parent's instances without their threads: they may be neither used nor closed.
_of_parent: list[duckdb.DuckDBPyConnection] = []


@contextmanager
def opened(
    path: Path, name: str, *, read_only: bool = False, wait_seconds: float = 0.0
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection whose tables are those of the file at `path`, under the database name `name`.

    Waits up to `wait_seconds` for another program that has the file open: DuckDB itself does not wait. The file is
    closed at the end, and also the instance where anything went wrong: whatever state it is in, nobody meets it again.
    Use the connection itself: a `cursor()` of it does not know where the tables are.
    """
    instance = _take()
    try:
        # Settings and temporary tables belong to the cursor and go with it.
        with instance.cursor() as connection:
            _attach(connection, f"ATTACH {_quoted(path)} AS {name} (READ_ONLY {read_only})", wait_seconds)
            connection.execute(f"USE {name}")
            yield connection
            connection.execute(f"USE memory; DETACH {name}")
    except BaseException:
        instance.close()
        raise
    _idle.append(instance)


def _take() -> duckdb.DuckDBPyConnection:
    try:
        return _idle.pop()
    except IndexError:
        return duckdb.connect(":memory:", config=_SETTINGS)


def _attach(connection: duckdb.DuckDBPyConnection, statement: str, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            connection.execute(statement)
            return
        except duckdb.IOException as failure:
            if not held_elsewhere(failure) or time.monotonic() >= deadline:
                raise
        time.sleep(0.1)


def _quoted(path: Path) -> str:
    """The path as an SQL string: ATTACH takes no parameters."""
    return "'" + str(path).replace("'", "''") + "'"


def _leave_to_parent() -> None:
    _of_parent.extend(_idle)
    _idle.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)
