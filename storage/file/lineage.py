"""Which of two copies of a warehouse is the older: nothing older ever takes the place of something newer unasked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from storage.errors import OlderFileError
from storage.file.all_tables import all_tables
from storage.file.conversion import read_instant, stored_instant
from storage.file.transactions import transaction

# What a file holds about itself: none of it was collected.
_OWN_TABLES = ("schema_migration", "publication")


@dataclass(frozen=True)
class Standing:
    """Where an open file stands in the life of its warehouse.

    Attributes:
        made_at: when the warehouse was first made: the same in every copy of it.
        publication: how often it had been published; 0 where it never was, or by a program that did not count.
        newest_collection: when the newest collection ended; None where nothing was collected.
        has_rows: whether anything was ever stored.
    """

    made_at: datetime | None
    publication: int
    newest_collection: datetime | None
    has_rows: bool

    @property
    def collected_until(self) -> datetime:
        """The newest collection, to compare: before all others where there is none."""
        return self.newest_collection or datetime.min.replace(tzinfo=UTC)

    def words(self) -> str:
        """How new it is, for a message."""
        if self.newest_collection is None:
            return "holds no collection"
        return f"holds collections up to {self.newest_collection:%Y-%m-%d %H:%M} UTC"


def standing(connection: duckdb.DuckDBPyConnection) -> Standing:
    """The standing of the open database, which may be of an older schema."""
    newest_collection = read_instant(_read(connection, "collection", "max(ended_at)"))
    return Standing(
        made_at=_read(connection, "schema_migration", "min(applied_at)"),
        publication=_read(connection, "publication", "max(number)") or 0,
        newest_collection=newest_collection,
        # Where there is a collection there are rows; to go through the tables costs as much as the rest together.
        has_rows=newest_collection is not None or has_rows(connection),
    )


def count_publication(connection: duckdb.DuckDBPyConnection, beyond: int = 0) -> None:
    """Number the open warehouse's next publication: one more than its last and than `beyond`."""
    number = max(_read(connection, "publication", "max(number)") or 0, beyond) + 1
    with transaction(connection):
        connection.execute("DELETE FROM publication")
        connection.execute("INSERT INTO publication VALUES (?, ?)", [number, stored_instant(datetime.now(UTC))])


def is_older(mine: Standing, theirs: Standing) -> bool:
    """Whether a warehouse of standing `mine` lacks what a published copy of standing `theirs` has.

    Copies of one warehouse are told by their number; where neither was numbered, and where they are of two warehouses,
    by the newest collection. A warehouse that was made later than the copy's was begun anew, and lacks its history.
    """
    if not theirs.has_rows:
        return False
    if mine.made_at is not None and theirs.made_at is not None and mine.made_at > theirs.made_at:
        return True
    if mine.made_at == theirs.made_at and (mine.publication or theirs.publication):
        return mine.publication < theirs.publication
    return mine.collected_until < theirs.collected_until


def loses(restored: Standing, there: Standing) -> bool:
    """Whether putting a backup in the place of what is there loses something: also what was not published yet."""
    is_unpublished = there.publication == restored.publication and there.collected_until > restored.collected_until
    return is_older(restored, there) or (there.has_rows and is_unpublished)


def refusal(warehouse: Path, mine: Standing, published: Path, theirs: Standing) -> OlderFileError:
    """The error for a warehouse that is older than the published copy, or was begun anew beside it."""
    anew = mine.made_at is not None and theirs.made_at is not None and mine.made_at > theirs.made_at
    what = "was begun anew" if anew else f"is older ({mine.words()})"
    return OlderFileError(
        f"{published} {theirs.words()} and was not replaced: {warehouse} {what}.",
        f"To keep what {published.name} holds, move {warehouse.name} away: the next command restores it from there. "
        f"To go on with {warehouse.name} as it is, run `campaign-health restore {warehouse}`.",
    )


def has_rows(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether anything was ever stored in the open database."""
    tables = all_tables(connection, but=_OWN_TABLES, only_filled=True)
    return any(connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() for table in tables)  # noqa: S608


def _read(connection: duckdb.DuckDBPyConnection, table: str, what: str) -> Any:
    try:
        row = connection.execute(f"SELECT {what} FROM {table}").fetchone()  # noqa: S608
    except (duckdb.CatalogException, duckdb.BinderException):  # a file from before there was such a table
        return None
    return row[0] if row else None
