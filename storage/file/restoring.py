"""A lost warehouse comes back from a published copy that is read whole: the newest one that is not damaged."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from storage.errors import CorruptFileError, StorageError
from storage.file.instances import opened
from storage.file.lineage import has_rows
from storage.file.migrations import refuse_newer, shipped_migrations
from storage.file.publish import remove_unfinished
from storage.file.translated_errors import clear_failures
from storage.file.whole_copy import copy_whole

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Restored:
    """What a lost warehouse was restored from, and the newer copies that were damaged."""

    source: Path
    damaged: tuple[Path, ...]


def restored_from_copies(copies: tuple[Path, ...], warehouse: Path, temporary: Path) -> Restored | None:
    """Make `temporary`, on the disk, of the first of `copies` (newest first) that can be read whole.

    None where there is no copy with rows: there is nothing to restore. A copy holds all that was stored when it was
    published, so nothing is lost but what was stored since. The caller holds the warehouse's lock and renames.

    Raises StorageError, naming the files, where there are copies and none can be used.
    """
    damaged: list[tuple[Path, CorruptFileError]] = []
    for copy in copies:
        try:
            is_restored = _restored_from(copy, warehouse, temporary)
        except CorruptFileError as failure:
            damaged.append((copy, failure))
            remove_unfinished(temporary)
            continue
        except StorageError as failure:
            raise _unusable(failure, warehouse, failure.message, failure.cure) from failure
        if is_restored:
            return Restored(copy, tuple(path for path, _ in damaged))
    if damaged:
        names = " and ".join(path.name for path, _ in damaged)
        told = " ".join(failure.message for _, failure in damaged)
        cure = f"Move {names} away, and the next collect starts anew from the services' history."
        raise _unusable(damaged[0][1], warehouse, told, cure) from damaged[0][1]
    return None


def say_restored(warehouse: Path, restored: Restored) -> None:
    """Tell whoever runs this; without a logger set up, Python writes it to standard error."""
    if restored.damaged:
        names = " and ".join(str(path) for path in restored.damaged)
        _log.warning(
            "warning: %s was missing and %s is damaged; it was restored from the older copy %s. What was published "
            "after that is lost; the services are asked again for the newest days. Look at the disk.",
            warehouse,
            names,
            restored.source,
        )
    else:
        _log.warning("warning: %s was missing; it was restored from its published copy %s.", warehouse, restored.source)


def _restored_from(copy: Path, warehouse: Path, temporary: Path) -> bool:
    with clear_failures(copy, writing=False):
        if not copy.exists():
            return False
        with opened(copy, "published", read_only=True) as connection:
            if not refuse_newer(connection, copy, shipped_migrations()) or not has_rows(connection):
                return False
            copy_whole(connection, copy, temporary, named=warehouse)
    return True


def _unusable(failure: StorageError, warehouse: Path, message: str, cure: str) -> StorageError:
    return type(failure)(
        f"{warehouse} is missing, and cannot be restored from its published copy: {message}",
        f"Put a backup of {warehouse.name} in its place. Or else: {cure}",
    )
