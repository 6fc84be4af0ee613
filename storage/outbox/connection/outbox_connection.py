"""What the route's statements run on, be it SQLite or PostgreSQL, and where its data is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from storage.errors import StorageError


@dataclass(frozen=True)
class PostgresPlace:
    """A PostgreSQL database that holds the route's data, for several machines; `data_dir` holds this one's key."""

    data_dir: Path
    url: str = field(repr=False)


Place = Path | PostgresPlace
"""Where the route's data is: a data directory (SQLite), or a database of PostgreSQL."""


class Rows(Protocol):
    """What a statement gave: its rows, each once, and how many it changed."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """Takes statements as SQLite writes them, with `?` for values."""

    @property
    def in_transaction(self) -> bool: ...
    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows: ...
    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> object: ...


class DatabaseAway(StorageError):
    """The database cannot be reached, or does nothing now; the next statement outside a transaction tries anew."""


CANNOT_NOW = (sqlite3.OperationalError, DatabaseAway)
"""Failures that say nothing of the statement: any other one would fail, too."""


@contextmanager
def committed(connection: Connection) -> Iterator[None]:
    """All of it or nothing; nobody else writes meanwhile, so that places in the queue are seen in their order."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk ends some transactions by itself, and leaves others open.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
