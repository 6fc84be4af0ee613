"""Opens database files in DuckDB instances that are kept for the next: to start one costs far more than to open."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from storage.file.translated_errors import held_elsewhere, refuse_no_file

# Old enough for the analysts' clients from DuckDB 1.1 on; extensions are never fetched from the network.
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": "v1.0.0",
    "autoinstall_known_extensions": False,
}

KEPT = 2
"""Instances kept at the most: each has threads and memory of its own, and many at once are rare."""

# Each holds no file and is used by one caller at a time.
_idle: list[duckdb.DuckDBPyConnection] = []


@contextmanager
def opened(
    path: Path, name: str, *, read_only: bool = False, wait_seconds: float = 0.0
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection whose tables are those of the file at `path`, under the database name `name`.

    Waits up to `wait_seconds` for another program that has the file open: DuckDB itself does not wait. The file is
    closed at the end, and also the instance where anything went wrong: whatever state it is in, nobody meets it again.
    Use the connection itself: a `cursor()` of it does not know where the tables are.
    """
    refuse_no_file(path)
    instance = _take(path.absolute().parent)
    try:
        # Temporary tables belong to the cursor and go with it, and so do a session's own settings.
        with instance.cursor() as connection:
            _attach(connection, f"ATTACH {quoted(path)} AS {name} (READ_ONLY {read_only})", wait_seconds)
            connection.execute(f"USE {name}")
            yield connection
            is_free = _detached(connection, name)
    except BaseException:
        instance.close()
        raise
    if is_free and len(_idle) < KEPT:
        _idle.append(instance)
    else:
        instance.close()


def _detached(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether the file could be let go of; not while a reader is open, which ends with the instance."""
    with suppress(duckdb.TransactionException):  # there mostly is none
        connection.rollback()
    try:
        connection.execute(f"USE memory; DETACH {name}")
    except duckdb.Error:
        return False
    return True


def close_idle() -> None:
    """Close the kept instances. Done before a fork: a child can neither use nor end them without their threads."""
    while _idle:
        _idle.pop().close()


def _take(folder: Path) -> duckdb.DuckDBPyConnection:
    """A kept instance or a new one, which spills to `folder`."""
    # Beside the file, as DuckDB does for a file opened by itself; made only where something has to be spilled.
    spills_to = folder / "duckdb.tmp"
    with suppress(IndexError):  # none is kept, or another thread was quicker
        kept = _idle.pop()
        try:
            kept.execute(f"SET temp_directory = {quoted(spills_to)}")
            return kept
        except duckdb.Error:  # it has spilled, and cannot do so elsewhere any more
            kept.close()
    return duckdb.connect(":memory:", config=_SETTINGS | {"temp_directory": str(spills_to)})


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


def quoted(path: Path) -> str:
    """The path as an SQL string: neither ATTACH nor SET takes parameters."""
    return "'" + str(path).replace("'", "''") + "'"


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=close_idle)
