"""The two files: the warehouse that one process writes at a time, and the published copy that all read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import duckdb

from storage.errors import ForeignFileError, NoPublishedFileError, StorageError
from storage.file.instances import opened
from storage.file.locking import exclusive
from storage.file.migrations import lend_views, migrate, refuse_newer, shipped_migrations
from storage.file.publish import publish_copy, sweep_leftovers, sync_directory, temporary_name
from storage.file.restore import begun_anew, copied_from_published, is_of_an_older_warehouse, made_at, say_restored
from storage.file.transactions import transaction
from storage.file.translated_errors import clear_database_failures, clear_failures

__all__ = ["PUBLISHED_NAME", "WAREHOUSE_NAME", "Warehouse", "open_published", "transaction"]

WAREHOUSE_NAME = "warehouse.duckdb"
PUBLISHED_NAME = "campaign_health.duckdb"


class Warehouse:
    """The data directory. Opened late and closed early: never keep a connection."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = Path(data_dir)
        self.path = self.data_dir / WAREHOUSE_NAME
        self.published_path = self.data_dir / PUBLISHED_NAME

    def exists(self) -> bool:
        """Whether anything was ever stored: also where only the published copy is left, which `open` restores.

        Raises UnwritableDirectoryError where this user may not look.
        """
        with clear_failures(self.path):
            return self.path.exists() or self.published_path.exists()

    @contextmanager
    def open(self, wait_seconds: float = 30.0) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection for reading and writing that nobody else has, at the newest schema.

        Where there is no warehouse, it is restored from the published copy, or made where there is none with rows.
        Waits up to `wait_seconds` for whoever has it, then raises BusyError. Write inside `transaction`.
        Raises NewerFileError, ForeignFileError, CorruptFileError, DiskFullError, UnwritableDirectoryError. Not to be
        nested.
        """
        with self._exclusive(wait_seconds), self._connected(wait_seconds) as connection:
            yield connection

    @contextmanager
    def read(self, wait_seconds: float = 30.0) -> Iterator[duckdb.DuckDBPyConnection]:
        """The same as `open`, for callers that only read what is not published yet."""
        with self.open(wait_seconds) as connection:
            yield connection

    def publish(self, wait_seconds: float = 30.0) -> None:
        """Replace the published file by the warehouse as it is now. Call it outside `open`."""
        with self._exclusive(wait_seconds):
            self._publish(wait_seconds)

    @contextmanager
    def open_and_publish(self, wait_seconds: float = 30.0) -> Iterator[duckdb.DuckDBPyConnection]:
        """`open`, and at its end without an error `publish`, with nobody in between."""
        with self._exclusive(wait_seconds):
            with self._connected(wait_seconds) as connection:
                yield connection
            self._publish(wait_seconds)

    @contextmanager
    def _exclusive(self, wait_seconds: float) -> Iterator[None]:
        with clear_failures(self.data_dir), ExitStack() as held:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            held.enter_context(exclusive(self.data_dir / "warehouse.lock", wait_seconds))
            sweep_leftovers(self.data_dir)
            release = held.pop_all()
        with release:
            yield

    @contextmanager
    def _connected(self, wait_seconds: float) -> Iterator[duckdb.DuckDBPyConnection]:
        with clear_failures(self.path):
            if not self.path.exists():
                self._create()
        with (
            clear_database_failures(self.path),
            opened(self.path, "warehouse", wait_seconds=wait_seconds) as connection,
        ):
            migrate(connection, self.path)
            yield connection

    def _create(self) -> None:
        """Make the file whole under another name first: a crash must not leave half a database behind."""
        temporary = temporary_name(self.path)
        is_restored = copied_from_published(self.published_path, self.path, temporary)
        if not is_restored:
            with opened(temporary, "warehouse") as connection:
                migrate(connection, self.path)
        log = self.path.with_name(f"{self.path.name}.wal")
        if log.exists():
            # It belongs to a file that somebody moved away; DuckDB would play it into this one.
            log.replace(log.with_name(f"{log.name}.orphaned"))
        temporary.replace(self.path)
        sync_directory(self.data_dir)
        if is_restored:
            say_restored(self.path, self.published_path)

    def _publish(self, wait_seconds: float) -> None:
        with self._connected(wait_seconds) as connection:
            connection.execute("FORCE CHECKPOINT")
            made = made_at(connection)
        self._refuse_to_replace(made)
        with clear_failures(self.published_path):
            publish_copy(self.path, self.published_path)

    def _refuse_to_replace(self, made: datetime | None) -> None:
        """What is damaged, newer or missing may be replaced; another program's or an older warehouse's may not."""
        is_anothers = False
        try:
            with open_published(self.published_path) as connection:
                is_anothers = is_of_an_older_warehouse(connection, made)
        except ForeignFileError:
            raise
        except StorageError:
            pass
        if is_anothers:
            raise begun_anew(self.path, self.published_path)


@contextmanager
def open_published(path_or_dir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the published file, given it or the data directory that holds it.

    It shows the run that was newest when it was opened and never blocks a writer. Use the connection itself, no
    `cursor()` of it.
    Raises NoPublishedFileError where nothing was published, UnwritableDirectoryError where this user may not read it,
    CorruptFileError, NewerFileError, ForeignFileError.
    """
    path = Path(path_or_dir)
    with clear_failures(path, writing=False):
        if path.is_dir():
            path = path / PUBLISHED_NAME
        there = path.exists()
    if not there:
        raise NoPublishedFileError(f"There is no published file at {path}.", _how_to_publish(path))
    with clear_database_failures(path, writing=False), opened(path, "published", read_only=True) as connection:
        applied = refuse_newer(connection, path, shipped_migrations())
        if not applied:
            raise NoPublishedFileError(f"{path} is an empty database.", _how_to_publish(path))
        lend_views(connection, applied)
        yield connection


def _how_to_publish(path: Path) -> str:
    data_dir = path.parent if path.suffix else path
    return (
        "Run `campaign-health collect`, then `campaign-health judge`; or see a made-up world with "
        f"`campaign-health demo --data-dir {data_dir}`."
    )
