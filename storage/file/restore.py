"""A lost warehouse comes back from its published copy, and no new warehouse takes the place of an older one's copy."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

import duckdb

from storage.errors import CorruptFileError, StorageError
from storage.file.instances import opened
from storage.file.migrations import refuse_newer, shipped_migrations
from storage.file.publish import copy_to_disk
from storage.file.translated_errors import clear_failures

_log = logging.getLogger(__name__)


def copied_from_published(published: Path, warehouse: Path, temporary: Path) -> bool:
    """Make `temporary`, on the disk, of the published copy of the missing `warehouse`; False where there is none.

    Publishing copies the whole warehouse, so nothing is lost but what was stored since. The caller holds the
    warehouse's lock and renames. Raises StorageError, naming both files, where there is a copy that cannot be used.
    """
    try:
        with clear_failures(published, writing=False):
            if not published.exists():
                return False
            with opened(published, "published", read_only=True) as connection:
                if not refuse_newer(connection, published, shipped_migrations()) or not has_rows(connection):
                    return False
    except StorageError as failure:
        raise type(failure)(
            f"{warehouse} is missing, and cannot be restored from its published copy: {failure.message}",
            f"Put a backup of {warehouse.name} in its place. Or else: {_cure(failure)}",
        ) from failure
    copy_to_disk(published, temporary)
    return True


def say_restored(warehouse: Path, published: Path) -> None:
    """Tell whoever runs this; without a logger set up, Python writes it to standard error."""
    _log.warning("warning: %s was missing; it was restored from its published copy %s.", warehouse, published)


def has_rows(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether anything was ever stored in the open database."""
    tables = connection.execute("""
        SELECT table_name FROM duckdb_tables()
        WHERE database_name = current_database() AND NOT internal AND table_name <> 'schema_migration'
    """).fetchall()
    return any(connection.execute(f'SELECT 1 FROM "{_doubled(name)}" LIMIT 1').fetchone() for (name,) in tables)  # noqa: S608


def made_at(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """When the open database was first made: the same in a warehouse and in every copy of it."""
    row = connection.execute("SELECT min(applied_at) FROM schema_migration").fetchone()
    return row[0] if row else None


def is_of_an_older_warehouse(published: duckdb.DuckDBPyConnection, warehouse_made_at: datetime | None) -> bool:
    """Whether the open published file has rows of another warehouse, older than the one to be published.

    That one was then begun anew while the copy was away: replacing the copy would lose the whole history.
    """
    copied = made_at(published)
    if copied is None or warehouse_made_at is None or warehouse_made_at <= copied:
        return False
    return has_rows(published)


def begun_anew(warehouse: Path, published: Path) -> StorageError:
    """The error for a copy that was not replaced, because it is of an older warehouse."""
    return StorageError(
        f"{published} is the copy of an older warehouse and was not replaced: {warehouse} was begun anew.",
        f"To keep the history, move {warehouse.name} away: the next command restores it from the copy. "
        f"To start anew, move {published.name} away.",
    )


def _cure(failure: StorageError) -> str:
    # A damaged copy is otherwise replaced by the next run; here it may be the last that is left.
    is_damaged = isinstance(failure, CorruptFileError)
    return "Move it away, and the next collect starts anew from the services' history." if is_damaged else failure.cure


def _doubled(name: str) -> str:
    return name.replace('"', '""')
