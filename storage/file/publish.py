"""Puts a whole copy of the warehouse where everybody reads it, in one step that cannot be seen half done."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

_SUFFIX = ".unfinished"


def publish_copy(warehouse: Path, published: Path) -> None:
    """Replace `published` by a copy of the closed, checkpointed file `warehouse`.

    The copy is made beside it under a temporary name, brought to the disk, and then renamed: whoever has the
    old file open keeps it, whoever opens it next gets the new one, and a crash at any instant leaves one of
    the two whole. The caller holds the warehouse's lock.
    """
    temporary = temporary_name(published)
    try:
        # The group's analysts read it, whatever the umask; only its owner writes.
        copy_to_disk(warehouse, temporary, more_rights=stat.S_IRGRP)
        # Someone who opened the published file for writing may have left this behind; DuckDB would replay it.
        published.with_name(f"{published.name}.wal").unlink(missing_ok=True)
        temporary.replace(published)
        sync_directory(published.parent)
    finally:
        temporary.unlink(missing_ok=True)


def copy_to_disk(source: Path, target: Path, *, more_rights: int = 0) -> None:
    """Copy the closed file `source` to the new file `target`, and bring that to the disk.

    `more_rights` are added to those that the umask leaves.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    with os.fdopen(os.open(target, flags, 0o644), "wb") as written, source.open("rb") as read:
        shutil.copyfileobj(read, written, 1024 * 1024)
        written.flush()
        if more_rights:
            os.fchmod(written.fileno(), stat.S_IMODE(os.fstat(written.fileno()).st_mode) | more_rights)
        os.fsync(written.fileno())


def sweep_leftovers(directory: Path) -> None:
    """Remove the temporary files of runs that were killed. The caller holds the warehouse's lock."""
    for leftover in directory.glob(f".*{_SUFFIX}*"):
        leftover.unlink(missing_ok=True)


def temporary_name(path: Path) -> Path:
    """A name beside `path` for the file that will replace it; `sweep_leftovers` knows it."""
    return path.with_name(f".{path.name}.{os.getpid()}{_SUFFIX}")


def sync_directory(directory: Path) -> None:
    """Bring a rename within the directory to the disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
