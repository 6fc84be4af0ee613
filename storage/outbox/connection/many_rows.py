"""Many rows in one statement: between two statements other threads take their turns, which is dear when many come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, TypeVar

from storage.outbox.connection.outbox_connection import Connection

MOST_VALUES = 900
"""Values of one statement; older SQLite takes 999."""
Value = TypeVar("Value")


def insert_rows(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], ending: str = ""
) -> list[Any]:
    """Put rows into a table in their order; `ending` is what the statement ends with; gives what it is `RETURNING`."""
    found: list[Any] = []
    row = f"({marks(len(columns))})"
    for some in in_parts(rows, MOST_VALUES // len(columns)):
        given = connection.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * len(some))} {ending}",  # noqa: S608
            list(chain.from_iterable(some)),
        )
        if ending.startswith("RETURNING"):
            found += given.fetchall()
    return found


def marks(number: int) -> str:
    """So many places for values."""
    return ", ".join("?" * number)


def in_parts(values: Sequence[Value], most: int = MOST_VALUES) -> Iterator[Sequence[Value]]:
    """The values in parts, as many as one statement takes."""
    for start in range(0, len(values), most):
        yield values[start : start + most]
