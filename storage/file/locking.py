"""One process at a time: the warehouse's lock, and who holds it."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from storage.errors import BusyError
from storage.file.lockless_drive import refuse_lockless
from storage.file.private_files import FILE_MODE


@contextmanager
def exclusive(lock_path: Path, wait_seconds: float) -> Iterator[bool]:
    """Hold the lock file's lock; waits up to `wait_seconds`, then raises BusyError naming the holder;
    LocklessDriveError where the drive has no locks. Gives whether its last holder was cut off.

    The operating system frees the lock when its holder dies, however it dies. Who holds it stands in a file
    of its own, because taking a lock empties the lock file.
    """
    holder_path = lock_path.with_suffix(".holder")
    refuse_lockless(lock_path.parent)
    # Another thread than the one that took it may let go of it.
    lock = FileLock(lock_path, mode=FILE_MODE, thread_local=False)
    try:
        lock.acquire(timeout=max(wait_seconds, 0), poll_interval=0.05)
    except Timeout:
        raise BusyError(
            f"{lock_path.with_suffix('.duckdb')} is in use by {_holder(holder_path)}; waited {wait_seconds:g} seconds.",
            "Wait until it is done, then try again." + left_behind(lock_path, holder_path),
        ) from None
    was_cut_off = holder_path.exists()
    try:
        write_anew(holder_path, json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "command": _command()}))
        yield was_cut_off
    finally:
        holder_path.unlink(missing_ok=True)
        lock.release()


def write_anew(path: Path, text: str) -> None:
    """Write a file that is new: a link planted at its name must not lead elsewhere."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), FILE_MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def left_behind(lock_path: Path, holder_path: Path) -> str:
    """What to add to the advice to wait, where nobody is known to be at work; empty where somebody is.

    The system frees a lock with its holder; a network drive may keep the lock of a machine that crashed.
    """
    try:
        holder = json.loads(holder_path.read_text(encoding="utf-8"))
        if holder["host"] != socket.gethostname():
            return f" If {holder['host']} no longer works on it, remove {lock_path}."
        if os.name == "posix":  # elsewhere this would end the process
            os.kill(holder["pid"], 0)
    except PermissionError:  # another user's, and alive
        return ""
    except (OSError, ValueError, KeyError, TypeError):
        return f" If nobody is at work, remove {lock_path}: a network drive may keep its lock after a crash."
    return ""


def _holder(holder_path: Path) -> str:
    try:
        holder = json.loads(holder_path.read_text(encoding="utf-8"))
        return f"process {holder['pid']} ({holder['command']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"


def _command() -> str:
    """The program's name and first argument: arguments further on may be private."""
    return " ".join([Path(sys.argv[0]).name or "python", *sys.argv[1:2]])
