"""Answers from the published file, kept until a new one is published. Results are kept, connections never."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar

import streamlit as st

from campaign_health.dashboard.installation import warehouse
from storage.connection import Connection
from storage.errors import StorageError
from storage.file.database import open_published
from storage.file.translated_errors import clear_database_failures

Answer = TypeVar("Answer")
Stamp = tuple[int, int, int]
# Long enough for a morning's clicking; a new file has another stamp and is read at once.
KEPT_SECONDS = 600


@dataclass
class _Reading:
    """The file that is open while a page is drawn, and which one it is; closed with the stack."""

    stack: ExitStack = field(default_factory=ExitStack)
    stamp: Stamp | None = None
    connection: Connection | None = None


_reading: ContextVar[_Reading | None] = ContextVar("reading", default=None)


@contextmanager
def reading_together() -> Iterator[None]:
    """Within it, all that is not kept yet is read through one connection: opening takes longer than asking."""
    with ExitStack() as stack:
        before = _reading.set(_Reading(stack))
        try:
            yield
        finally:
            _reading.reset(before)


def answer(read: Callable[..., Answer], *arguments: Any) -> Answer:
    """What `read(connection, *arguments)` gives back from the newest published file.

    Raises:
        StorageError: there is no published file yet, or it cannot be opened.
    """
    path = warehouse().published_path
    return _kept(str(path), file_stamp(), read, arguments)  # type: ignore[no-any-return]


def file_stamp() -> Stamp:
    """Tells one published file from the next: inode, time and size; zeros where there is none."""
    try:
        found = warehouse().published_path.stat()
    except (OSError, StorageError):
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)


@st.cache_data(
    ttl=KEPT_SECONDS,
    max_entries=400,
    show_spinner=False,
    hash_funcs={FunctionType: lambda read: f"{read.__module__}.{read.__qualname__}"},
)
def _kept(path: str, stamp: Stamp, read: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    together = _reading.get()
    if together is None:
        with open_published(Path(path)) as connection:
            return read(connection, *arguments)
    if together.connection is None or together.stamp != stamp:
        together.stack.close()
        together.connection, together.stamp = together.stack.enter_context(open_published(Path(path))), stamp
    try:
        with clear_database_failures(Path(path), writing=False):
            return read(together.connection, *arguments)
    except BaseException as failure:
        # Whatever state it is in, nobody meets this connection again.
        together.connection = None
        with suppress(Exception):
            together.stack.pop_all().__exit__(type(failure), failure, failure.__traceback__)
        raise
