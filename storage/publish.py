"""Puts a whole copy of the warehouse where everybody reads it, in one step that cannot be seen half done."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

_SUFFIX = ".publishing"


def publish_copy(warehouse: Path, published: Path) -> None:
    """Replace `published` by a copy of the closed, checkpointed file `warehouse`.

    The copy is made beside it under a temporary name, brought to the disk, and then renamed: whoever has the
    old file open keeps it, whoever opens it next gets the new one, and a crash at any instant leaves one of
    the two whole. The caller holds the warehouse's lock.
    """
    temporary = published.with_name(f".{published.name}.{os.getpid()}{_SUFFIX}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        with os.fdopen(os.open(temporary, flags, 0o644), "wb") as target, warehouse.open("rb") as source:
            shutil.copyfileobj(source, target, 1024 * 1024)
            target.flush()
            # The group's analysts read it, whatever the umask; only its owner writes.
            os.fchmod(target.fileno(), stat.S_IMODE(os.fstat(target.fileno()).st_mode) | stat.S_IRGRP)
            os.fsync(target.fileno())
        # Someone who opened the published file for writing may have left this behind; DuckDB would replay it.
        published.with_name(f"{published.name}.wal").unlink(missing_ok=True)
        temporary.replace(published)
        _sync_directory(published.parent)
    finally:
        temporary.unlink(missing_ok=True)


def sweep_leftovers(published: Path) -> None:
    """Remove the temporary copies of runs that were killed. The caller holds the warehouse's lock."""
    for leftover in published.parent.glob(f".{published.name}.*{_SUFFIX}"):
        leftover.unlink(missing_ok=True)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
