"""Drives that cannot lock files: refused, because two programs at once would spoil what is stored there.

The lock libraries help themselves with a file whose being there means that somebody is at work; it stays after a crash,
and then nobody ever gets in again. DuckDB does not write there either.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
from pathlib import Path

from storage.errors import LocklessDriveError
from storage.file.private_files import FILE_MODE

_NO_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, getattr(errno, "ENOTSUP", errno.EOPNOTSUPP)}
_NO_LOCKS_TEXTS = ("not supported", "no locks available", "function not implemented")
_MOUNTS = Path("/proc/self/mountinfo")


def refuse_lockless(directory: Path) -> None:
    """Raise LocklessDriveError where files in the directory cannot be locked; OSError where none can be made there.

    It is tried on a file of its own: whoever holds a lock is not disturbed. Windows locks on every drive.
    """
    try:
        import fcntl
    except ImportError:
        return
    trial = directory / f".lock-{secrets.token_hex(8)}.unfinished"
    descriptor = os.open(trial, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as failure:
        if failure.errno in _NO_LOCKS:
            raise lockless(directory) from failure
        raise
    finally:
        os.close(descriptor)
        trial.unlink(missing_ok=True)


def says_lockless(text: str) -> bool:
    """Whether DuckDB's failure to lock a file (in small letters) is the drive's, and nobody holds the file."""
    return "could not set lock" in text and any(words in text for words in _NO_LOCKS_TEXTS)


def lockless(path: Path) -> LocklessDriveError:
    """The error for a drive that cannot lock files: names where it is mounted."""
    return LocklessDriveError(
        f"The drive at {mount_of(path)} cannot lock files: two programs at once would spoil what is stored in {path}.",
        "Put the data directory on a drive of this machine with CAMPAIGN_HEALTH_DATA_DIR, or have locks turned on "
        "where it is mounted (NFS: its lock service; Lustre: the mount option flock). No lock file need be removed.",
    )


def mount_of(path: Path) -> str:
    """Where the drive that holds the path is mounted, with its kind and its source where the system tells them."""
    place = path.absolute()
    while not os.path.ismount(place) and place != place.parent:
        place = place.parent
    try:
        lines = _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # a system without it
        return str(place)
    for line in reversed(lines):  # the newest mount on a place hides those below
        before, _, after = line.partition(" - ")
        if _unescaped(before.split(" ")[4]) == str(place):
            kind, source = after.split(" ")[:2]
            return f"{place} ({kind}, {_unescaped(source)})"
    return str(place)


def _unescaped(text: str) -> str:
    # The kernel writes blanks and backslashes in octal.
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)
