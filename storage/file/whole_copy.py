"""Copies of a whole database that were read to the last block: what is damaged is never copied in silence."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from storage.errors import CorruptFileError, DiskFullError
from storage.file.all_tables import all_tables, quoted_name
from storage.file.instances import opened, quoted
from storage.file.translated_errors import clear_database_failures, clear_failures, no_room


def copy_whole(connection: duckdb.DuckDBPyConnection, source: Path, target: Path, *, named: Path) -> None:
    """Make the new file `target` of everything in the open database `source`, on the disk and read back.

    The rows are copied, not the bytes: each block of every table is read, and DuckDB checks its sum; indexes are built
    anew, and what was deleted takes no room in the copy. Tables, views, keys, checks and comments are kept.
    `named` is the file that `target` is to become, and the one that a full disk is told of.

    Raises CorruptFileError, naming `source`, where a block of it is damaged; DiskFullError.
    """
    try:
        with clear_failures(named), clear_database_failures(source):
            rows = _rows_written(connection, target)
            with target.open("rb+") as written:
                os.fsync(written.fileno())
    except DiskFullError:
        raise no_room(named) from None
    with clear_failures(target), opened(target, "whole_copy", read_only=True) as copy:
        read_back = read_whole(copy)
    if read_back != rows:
        raise CorruptFileError(
            f"{source} could not be copied whole.", "Look at the disk and the memory, and try again."
        )


def read_whole(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Read every row of the open database; gives the rows of each table. A damaged block raises DuckDB's error."""
    rows = {}
    for table in all_tables(connection):
        counted = connection.execute(f"SELECT count(*), bit_xor(hash(t)) FROM {table} t").fetchone()  # noqa: S608
        rows[table] = counted[0] if counted else 0
    return rows


def is_readable(path: Path) -> bool:
    """Whether every row of the file can be read; False for what is damaged or is no database.

    Raises another StorageError where it cannot be told: the file is held by another program, or may not be read.
    """
    try:
        with clear_failures(path, writing=False), opened(path, "published", read_only=True) as connection:
            read_whole(connection)
    except CorruptFileError:
        return False
    return True


def _rows_written(connection: duckdb.DuckDBPyConnection, target: Path) -> dict[str, int]:
    current = connection.execute("SELECT current_database()").fetchone()
    source = quoted_name(current[0]) if current else ""
    connection.execute(f"ATTACH {quoted(target)} AS whole_copy (STORAGE_VERSION 'v1.0.0')")
    connection.execute(f"COPY FROM DATABASE {source} TO whole_copy")
    rows = {}
    for table in all_tables(connection):
        counted = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
        rows[table] = counted[0] if counted else 0
    connection.execute("DETACH whole_copy")
    return rows
