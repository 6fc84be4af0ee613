"""Answers from the published file, kept until a new one is published. Results are kept, connections never."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar

import streamlit as st

from campaign_health.dashboard.installation import warehouse
from storage.file.database import open_published

Answer = TypeVar("Answer")
# Long enough for a morning's clicking; a new file has another stamp and is read at once.
KEPT_SECONDS = 600


def answer(read: Callable[..., Answer], *arguments: Any) -> Answer:
    """What `read(connection, *arguments)` gives back from the newest published file.

    Raises:
        StorageError: there is no published file yet, or it cannot be opened.
    """
    path = warehouse().published_path
    return _kept(str(path), file_stamp(), read, arguments)  # type: ignore[no-any-return]


def file_stamp() -> tuple[int, int, int]:
    """Tells one published file from the next: inode, time and size; zeros where there is none."""
    try:
        found = warehouse().published_path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)


@st.cache_data(
    ttl=KEPT_SECONDS,
    max_entries=400,
    show_spinner=False,
    hash_funcs={FunctionType: lambda read: f"{read.__module__}.{read.__qualname__}"},
)
def _kept(path: str, stamp: tuple[int, int, int], read: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    with open_published(Path(path)) as connection:
        return read(connection, *arguments)
