"""A warehouse that a killed program left unreadable gives way to its published copy, and is kept beside it.

DuckDB writes blocks of its catalog over themselves at a checkpoint; a kill or a loss of power in the middle of one
leaves half a block, which no later program can open.
"""

from __future__ import annotations

import logging
from pathlib import Path

from storage.errors import StorageError
from storage.file.publish import sync_directory
from storage.file.whole_copy import is_readable

_log = logging.getLogger(__name__)


def set_aside_unreadable(warehouse: Path) -> None:
    """Move the warehouse out of the way where it cannot be read whole; only for one whose last holder was cut off.

    What else may be wrong with it is left for whoever opens it next to tell. The caller holds its lock.
    """
    try:
        if not warehouse.exists() or is_readable(warehouse):
            return
    except StorageError:
        return
    kept = warehouse.with_name(f"{warehouse.name}.cut-off")
    log = warehouse.with_name(f"{warehouse.name}.wal")
    kept.with_name(f"{kept.name}.wal").unlink(missing_ok=True)
    warehouse.replace(kept)
    if log.exists():
        log.replace(kept.with_name(f"{kept.name}.wal"))
    sync_directory(warehouse.parent)
    _log.warning(
        "warning: the program that wrote %s last was killed in the middle of it, and it cannot be read any more. It is "
        "kept as %s; what was published last takes its place, and the services are asked again for what is missing.",
        warehouse,
        kept.name,
    )
