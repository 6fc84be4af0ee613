"""A workspace is collected by one process at a time; different ones may be collected side by side."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from campaign_health.errors import CouldNotStart
from campaign_health.process.run_lock import COLLECTING, holder_of, holder_words, only_one

# Whoever looks whether a lock is free has it for an instant, which is not to be taken for work.
PATIENCE_SECONDS = 1.0
BETWEEN_LOOKS_SECONDS = 0.02


def workspace_part(name: str) -> str:
    """What tells a workspace's own files apart: readable, safe in a file's name, and another for each name."""
    readable = re.sub(r"[^A-Za-z0-9_-]+", "-", name)[:40].strip("-")
    return f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


@contextmanager
def collecting(data_dir: Path, workspaces: Sequence[str]) -> Iterator[None]:
    """Holds these workspaces, so that nobody else collects them, and nobody works on all of them.

    Raises:
        CouldNotStart: another process holds one of them (the message says which and since when).
    """
    with ExitStack() as held:
        for name in sorted(set(workspaces)):
            held.enter_context(_patiently(data_dir, f"{COLLECTING}.{workspace_part(name)}", name))
        holder = _steady_holder(data_dir, COLLECTING)
        if holder is not None:
            raise _refused(data_dir, "Another run is in progress", holder)
        yield


@contextmanager
def nobody_collecting(data_dir: Path) -> Iterator[None]:
    """Holds all workspaces, known or not, so that nobody collects any.

    Raises:
        CouldNotStart: a run is in progress (the message says whose and since when).
    """
    with _patiently(data_dir, COLLECTING, None):
        for lock_path in sorted(data_dir.glob(f"{COLLECTING}.*.lock")):
            holder = _steady_holder(data_dir, lock_path.name.removesuffix(".lock"))
            if holder is not None:
                raise _refused(data_dir, "Another run is in progress", holder)
        yield


@contextmanager
def _patiently(data_dir: Path, activity: str, workspace: str | None) -> Iterator[None]:
    with ExitStack() as held:
        ends = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                held.enter_context(only_one(data_dir, activity, workspace))
                break
            except CouldNotStart:
                if time.monotonic() >= ends or _is_known(holder_of(data_dir, activity)):
                    raise
                time.sleep(BETWEEN_LOOKS_SECONDS)
        yield


def _steady_holder(data_dir: Path, activity: str) -> dict[str, Any] | None:
    """Who holds the lock, and not only while looking whether anybody does."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        holder = holder_of(data_dir, activity)
        if holder is None or _is_known(holder) or time.monotonic() >= ends:
            return holder
        time.sleep(BETWEEN_LOOKS_SECONDS)


def _is_known(holder: dict[str, Any] | None) -> bool:
    return holder is not None and holder.get("pid") is not None


def _refused(data_dir: Path, what: str, holder: dict[str, Any]) -> CouldNotStart:
    return CouldNotStart(f"{what} on {data_dir}: {holder_words(holder)}.", "Wait until it is done, then try again.")
