"""One run, and one schedule, at a time on a data directory; the second is told who holds it."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from campaign_health.errors import CouldNotStart
from campaign_health.process.lock_watch import watched
from storage.errors import LocklessDriveError
from storage.file.locking import left_behind, write_anew
from storage.file.lockless_drive import refuse_lockless
from storage.file.private_files import FILE_MODE, make_private_directory

COLLECTING = "collect"
SCHEDULE = "schedule"
RECOVERING = "recover"
ROUTING = "route"

_WORDS = {
    COLLECTING: "Another run is in progress",
    SCHEDULE: "Another scheduler is running",
    RECOVERING: "Another recovery is in progress",
    ROUTING: "`route serve` is running",
}
_CURES = {
    COLLECTING: "Wait until it is done, then try again.",
    RECOVERING: "Wait until it is done, then try again.",
    SCHEDULE: "Stop that one first, or give this one a data directory of its own.",
    ROUTING: "Stop that one first.",
}


@contextmanager
def only_one(data_dir: Path, activity: str, workspace: str | None = None) -> Iterator[None]:
    """Holds the lock for `activity` in the data directory while the block runs.

    It is COLLECTING, SCHEDULE, ROUTING or, with a part for one workspace behind it, COLLECTING or RECOVERING of that
    `workspace`.

    The operating system frees the lock when its holder dies, however it dies.

    Raises:
        CouldNotStart: another process holds it (the message says which and since when), or the directory cannot
            be written.
        LocklessDriveError: the directory is on a drive that cannot lock files.
    """
    lock_path, holder_path = data_dir / f"{activity}.lock", data_dir / f"{activity}.holder"
    try:
        make_private_directory(data_dir)
        refuse_lockless(data_dir)
        lock = FileLock(lock_path, mode=FILE_MODE)
        lock.acquire(timeout=0)
    except Timeout:
        raise CouldNotStart(
            f"{_words(activity, workspace)} on {data_dir}: {_holder(holder_path)}.",
            _cure(activity) + left_behind(lock_path, holder_path),
        ) from None
    except OSError as failure:
        raise CouldNotStart(
            f"The data directory {data_dir} cannot be used: {failure.strerror or failure}.",
            "Choose a directory that this user may write with CAMPAIGN_HEALTH_DATA_DIR, or mend its permissions.",
        ) from failure
    if _still_runs(_read_holder(holder_path)):
        # Somebody removed the lock file under the one that is at work.
        lock.release()
        raise CouldNotStart(f"{_words(activity, workspace)} on {data_dir}: {_holder(holder_path)}.", _cure(activity))
    try:
        _write_holder(holder_path)
        is_long = activity in (SCHEDULE, ROUTING)
        with watched(lock_path, holder_path, lambda: _write_holder(holder_path)) if is_long else nullcontext():
            yield
    finally:
        if _is_ours(_read_holder(holder_path)):
            holder_path.unlink(missing_ok=True)
        lock.release()


def holder_of(data_dir: Path, activity: str) -> dict[str, Any] | None:
    """Who holds the lock: `pid`, `host`, `since`; None where nobody does."""
    lock_path, holder_path = data_dir / f"{activity}.lock", data_dir / f"{activity}.holder"
    if not lock_path.exists():
        return None
    lock = FileLock(lock_path, mode=FILE_MODE)
    try:
        refuse_lockless(data_dir)
        lock.acquire(timeout=0)
    except LocklessDriveError:  # nobody can work there
        return None
    except (Timeout, OSError):
        return _read_holder(holder_path) or {"pid": None, "host": None, "since": None}
    lock.release()
    return None


def _write_holder(path: Path) -> None:
    # A file of its own, because whoever tries to take a lock empties the lock file.
    since = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        write_anew(
            path,
            json.dumps(
                {
                    "pid": os.getpid(),
                    "host": socket.gethostname(),
                    "since": since,
                    "started": _started(os.getpid()),
                }
            ),
        )
    except OSError as failure:
        raise CouldNotStart(
            f"{path} cannot be written: {failure.strerror or failure}.",
            "Make room, or mend the directory's permissions.",
        ) from failure


def _is_ours(holder: dict[str, Any] | None) -> bool:
    return holder is not None and holder.get("host") == socket.gethostname() and holder.get("pid") == os.getpid()


def _still_runs(holder: dict[str, Any] | None) -> bool:
    """Whether it is known for certain that the holder is another process that runs on this machine."""
    if holder is None or holder.get("host") != socket.gethostname() or _is_ours(holder):
        return False
    started = holder.get("started")
    return started is not None and started == _started(holder.get("pid"))


def _started(pid: object) -> str | None:
    """When the process started, in the kernel's own count: its number may be another's later. None where unknown."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:  # no such process, or a system without /proc
        return None
    # The program's name stands in brackets and may hold anything; the 22nd field is the 20th behind it.
    fields = text.rpartition(")")[2].split()
    return fields[19] if len(fields) > 19 else None


def _read_holder(path: Path) -> dict[str, Any] | None:
    try:
        holder = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return holder if isinstance(holder, dict) else None


def _holder(path: Path) -> str:
    return holder_words(_read_holder(path))


def holder_words(holder: dict[str, Any] | None) -> str:
    """Who holds a lock, and since when, as part of a sentence."""
    if holder is None or holder.get("pid") is None:
        return "held by another process"
    return f"process {holder['pid']} on {holder.get('host')}, since {holder.get('since')}"


def _words(activity: str, workspace: str | None) -> str:
    words = _WORDS[activity.partition(".")[0]]
    return words if workspace in (None, "default") else f"{words} for workspace {workspace}"


def _cure(activity: str) -> str:
    return _CURES[activity.partition(".")[0]]
