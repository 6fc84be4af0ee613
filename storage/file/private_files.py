"""What is made in the data directory is its owner's alone: event names and campaigns are nobody else's business."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE_MODE = 0o600
DIRECTORY_MODE = 0o700
_NOT_THE_OWNERS = stat.S_IRWXG | stat.S_IRWXO


def make_private_directory(directory: Path) -> None:
    """Make the directory where there is none, for its owner only; one that is there stays as somebody set it up."""
    directory.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)


@contextmanager
def private_files() -> Iterator[None]:
    """Within it, new files are for their owner only, also those that DuckDB makes by itself.

    The umask is the whole process's; other threads' files are private for that while too. Systems without modes ignore
    it. The caller holds the warehouse's lock, so that two threads do not restore each other's.
    """
    before = os.umask(_NOT_THE_OWNERS)
    try:
        yield
    finally:
        os.umask(before)


def close_to_others(path: Path) -> None:
    """Take everybody's rights but the owner's from the file, where there is one and it is ours."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & _NOT_THE_OWNERS:
            path.chmod(mode & ~_NOT_THE_OWNERS)
    except OSError:  # no such file, another user's, or a disk without modes
        return


def shared_with_group(path: Path) -> int:
    """The right to read, where the file's group was given it: whoever replaces the file keeps it."""
    try:
        return path.stat().st_mode & stat.S_IRGRP
    except OSError:
        return 0
