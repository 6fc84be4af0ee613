"""Backups that were read whole when they were made, and again when they are put back."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, count
from pathlib import Path

import duckdb

from storage.errors import ForeignFileError, NothingStoredError, StorageError
from storage.file.instances import opened
from storage.file.lineage import Standing, count_publication, standing
from storage.file.migrations import migrate, refuse_newer, shipped_migrations
from storage.file.publish import remove_unfinished, sync_directory, temporary_name
from storage.file.translated_errors import clear_failures
from storage.file.whole_copy import copy_whole, read_whole

REPLACED_NAME = "warehouse.replaced.duckdb"


def verified(path: Path) -> Standing:
    """The standing of a backup or of any other copy of a warehouse, every row of which was read.

    Raises StorageError where it is missing, damaged, another program's, a newer program's, or holds nothing.
    """
    with clear_failures(path, writing=False):
        if not path.is_file():
            raise NothingStoredError(f"There is no file {path}.", "Name a file that `campaign-health backup` made.")
        with opened(path, "published", read_only=True) as connection:
            applied = refuse_newer(connection, path, shipped_migrations())
            found = standing(connection)
            if not applied or not found.has_rows:
                raise NothingStoredError(f"{path} holds nothing.", "Name a file that `campaign-health backup` made.")
            read_whole(connection)
    return found


def newest_standing(paths: Iterable[Path]) -> Standing | None:
    """The standing of what was published or stored last among the copies that can be read; None where none can."""
    found = []
    for path in paths:
        try:
            with clear_failures(path, writing=False):
                if path.exists():
                    with opened(path, "published", read_only=True) as connection:
                        refuse_newer(connection, path, shipped_migrations())
                        found.append(standing(connection))
        except ForeignFileError:
            raise
        except StorageError:  # what is damaged has nothing to lose
            continue
    return max(found, key=lambda one: (one.has_rows, one.publication, one.collected_until), default=None)


def unpack(backup: Path, warehouse: Path, temporary: Path, beyond: int) -> None:
    """Make `temporary` of the backup, at the newest schema and numbered after all that was published (`beyond`)."""
    with opened(backup, "published", read_only=True) as connection:
        copy_whole(connection, backup, temporary, named=warehouse)
    with opened(temporary, "warehouse") as connection:
        migrate(connection, backup)
        count_publication(connection, beyond)


def put_in_place(temporary: Path, warehouse: Path) -> Path | None:
    """Make `temporary` the warehouse; the one that was there is kept beside it under the name that is given back."""
    replaced = None
    if warehouse.exists():
        replaced = _free_name(warehouse)
        kept_log, log = replaced.with_name(f"{replaced.name}.wal"), warehouse.with_name(f"{warehouse.name}.wal")
        kept_log.unlink(missing_ok=True)
        warehouse.replace(replaced)
        if log.exists():
            log.replace(kept_log)
    temporary.replace(warehouse)
    sync_directory(warehouse.parent)
    return replaced


def _free_name(warehouse: Path) -> Path:
    """Where the warehouse is kept that is replaced. One that was replaced before may hold what no other has."""
    first = warehouse.with_name(REPLACED_NAME)
    later = (first.with_name(f"{first.stem}.{number}{first.suffix}") for number in count(2))
    return next(path for path in chain([first], later) if not path.exists())


def write_backup(connection: duckdb.DuckDBPyConnection, warehouse: Path, target: Path) -> None:
    """Make `target` of the open warehouse, for its owner only, under another name until it is whole and on the disk."""
    temporary = temporary_name(target)
    try:
        copy_whole(connection, warehouse, temporary, named=target)
        with clear_failures(target):
            temporary.replace(target)
            sync_directory(target.parent)
    finally:
        remove_unfinished(temporary)
