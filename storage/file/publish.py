"""Puts a verified copy of the warehouse where everybody reads it, in one step that cannot be seen half done."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

from storage.errors import StorageError
from storage.file.private_files import FILE_MODE, shared_with_group
from storage.file.translated_errors import refuse_no_file
from storage.file.whole_copy import is_readable

_SUFFIX = ".unfinished"
_log = logging.getLogger(__name__)


def replace_published(copy: Path, published: Path, previous: Path) -> None:
    """Replace `published` by `copy`, a file beside it that was made and read whole, and keep the old as `previous`.

    Whoever has the old file open keeps it, whoever opens it next gets the new one, and a crash at any instant leaves
    one of the two whole. A published file that cannot be read whole is not kept: it is told of, and the older
    generation stays. The caller holds the warehouse's lock.
    """
    copy.chmod(FILE_MODE | shared_with_group(published))
    if published.is_symlink():
        _log.warning(
            "warning: %s was a link to %s; a file takes its place, and what it led to stays as it is and grows old. "
            "Let readers open this file, or set CAMPAIGN_HEALTH_DATA_DIR to where they read.",
            published,
            published.readlink(),
        )
    elif published.is_file():
        refuse_no_file(previous)
        _keep_older(published, previous)
    # Someone who opened the published file for writing may have left this behind; DuckDB would replay it.
    published.with_name(f"{published.name}.wal").unlink(missing_ok=True)
    copy.replace(published)
    sync_directory(published.parent)


def _keep_older(published: Path, previous: Path) -> None:
    try:
        is_good = is_readable(published)
    except StorageError:
        # Somebody has it open for writing: whether it is good cannot be told, and what they wrote is not ours to keep.
        return
    if not is_good:
        _log.warning(
            "warning: %s was damaged; a new copy takes its place. Look at the disk: what broke once can break again.",
            published,
        )
        return
    kept = temporary_name(previous)
    kept.unlink(missing_ok=True)
    try:
        try:
            os.link(published, kept)
        except OSError:  # a disk without links
            _copy_to_disk(published, kept)
        kept.chmod(FILE_MODE | shared_with_group(published))
        kept.replace(previous)
    finally:
        kept.unlink(missing_ok=True)


def remove_unfinished(temporary: Path) -> None:
    """Remove the temporary file, where it is still there, and the log that DuckDB keeps beside it."""
    temporary.unlink(missing_ok=True)
    temporary.with_name(f"{temporary.name}.wal").unlink(missing_ok=True)


def _copy_to_disk(source: Path, target: Path) -> None:
    """Copy the closed file `source` to the new file `target`, its owner's alone, and bring that to the disk."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    with os.fdopen(os.open(target, flags, FILE_MODE), "wb") as written, source.open("rb") as read:
        shutil.copyfileobj(read, written, 1024 * 1024)
        written.flush()
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
