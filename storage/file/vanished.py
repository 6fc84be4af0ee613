"""A warehouse that a long-running program has worked on, and that is gone, is not begun anew: its disk went away."""

from __future__ import annotations

from pathlib import Path

from storage.errors import VanishedError

_seen: set[Path] = set()


def remember(data_dir: Path) -> None:
    """Note that this process has seen a warehouse in `data_dir`."""
    _seen.add(data_dir.absolute())


def refuse_vanished(data_dir: Path, files: tuple[Path, ...]) -> None:
    """Raise VanishedError where this process has seen the warehouse and none of its `files` is left."""
    if data_dir.absolute() in _seen and not any(path.exists() for path in files):
        raise VanishedError(
            f"The warehouse in {data_dir} is gone: it was there when this process began to work on it.",
            "Nothing was made in its place. Mount the disk again, and this goes on; to begin anew, restart it.",
        )
