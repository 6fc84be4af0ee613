"""The two files: the warehouse that one process writes at a time, and the published copy that all read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb

from storage.errors import (
    CorruptFileError,
    ForeignFileError,
    NewerFileError,
    NoPublishedFileError,
    NothingStoredError,
    StorageError,
)
from storage.file.backups import newest_standing, put_in_place, unpack, write_backup
from storage.file.cut_off import set_aside_unreadable
from storage.file.instances import opened
from storage.file.lineage import Standing, count_publication, is_older, refusal, standing
from storage.file.locking import exclusive
from storage.file.migrations import lend_views, migrate, refuse_newer, shipped_migrations
from storage.file.private_files import close_to_others, make_private_directory, private_files
from storage.file.publish import remove_unfinished, replace_published, sweep_leftovers, sync_directory, temporary_name
from storage.file.restoring import restored_from_copies, say_restored
from storage.file.transactions import transaction
from storage.file.translated_errors import clear_database_failures, clear_failures, stored_already
from storage.file.vanished_volume import refuse_vanished, remember
from storage.file.whole_copy import copy_whole, is_readable

__all__ = ["PREVIOUS_NAME", "PUBLISHED_NAME", "WAREHOUSE_NAME", "Warehouse", "open_published", "transaction"]

WAREHOUSE_NAME = "warehouse.duckdb"
PUBLISHED_NAME = "campaign_health.duckdb"
PREVIOUS_NAME = "campaign_health.previous.duckdb"


class Warehouse:
    """The data directory. Opened late and closed early: never keep a connection."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = Path(data_dir)
        self.path = self.data_dir / WAREHOUSE_NAME
        self.published_path = self.data_dir / PUBLISHED_NAME
        self.previous_path = self.data_dir / PREVIOUS_NAME
        # How new each copy was found to be, and which file that was: a run opens the warehouse dozens of times.
        self._found: dict[Path, tuple[tuple[int, ...], Standing]] = {}

    def exists(self) -> bool:
        """Whether anything was ever stored: also where only a published copy is left, which `open` restores.

        Raises UnwritableDirectoryError where this user may not look.
        """
        with clear_failures(self.path):
            return any(path.exists() for path in self._files())

    def never_begin_anew(self) -> None:
        """Where there is a warehouse: from now on this process makes no new one here, whatever vanishes.

        For programs that run for ever: what vanishes under them is an unmounted disk. A command that is started by
        hand begins anew where somebody has cleared everything away.
        """
        if self.exists():
            remember(self.data_dir)

    def refuse_vanished(self) -> None:
        """Raise VanishedError where `never_begin_anew` saw the warehouse and nothing of it is left."""
        with clear_failures(self.data_dir):
            refuse_vanished(self.data_dir, self._files())

    def _files(self) -> tuple[Path, Path, Path]:
        return self.path, self.published_path, self.previous_path

    @contextmanager
    def open(self, wait_seconds: float = 30.0) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection for reading and writing that nobody else has, at the newest schema.

        Where there is no warehouse, it is restored from a published copy, or made where there is none with rows.
        Waits up to `wait_seconds` for whoever has it, then raises BusyError. Write inside `transaction`.
        Raises NewerFileError, ForeignFileError, CorruptFileError, DiskFullError, UnwritableDirectoryError;
        OlderFileError where the published copy has what this warehouse lacks, VanishedError. Not to be nested.
        """
        with self._exclusive(wait_seconds), self._connected(wait_seconds) as connection:
            yield connection

    @contextmanager
    def read(self, wait_seconds: float = 30.0) -> Iterator[duckdb.DuckDBPyConnection]:
        """The same as `open`, for callers that only read what is not published yet."""
        with self.open(wait_seconds) as connection:
            yield connection

    def publish(self, wait_seconds: float = 30.0) -> None:
        """Replace the published file by the warehouse as it is now, read whole. Call it outside `open`.

        The published file that was good until now is kept beside it as the older generation.
        Raises what `open` raises. Where the warehouse is damaged (CorruptFileError), the published file stays.
        """
        with self._exclusive(wait_seconds):
            self._publish(wait_seconds)

    @contextmanager
    def open_and_publish(self, wait_seconds: float = 30.0) -> Iterator[duckdb.DuckDBPyConnection]:
        """`open`, and at its end without an error `publish`, with nobody in between."""
        with self._exclusive(wait_seconds):
            with self._connected(wait_seconds) as connection:
                yield connection
            with stored_already(self.path):
                self._publish(wait_seconds)

    def back_up(self, target: Path, wait_seconds: float = 30.0) -> Standing:
        """Write all that is stored to the file `target`, read whole; return how new that is.

        Raises what `open` raises, and NothingStoredError where there is nothing yet.
        """
        if not self.exists():
            raise NothingStoredError(f"There is nothing to back up in {self.data_dir}.", "Collect first.")
        with self.open(wait_seconds) as connection:
            write_backup(connection, self.path, target)
            return standing(connection)

    def newest_standing(self) -> Standing | None:
        """How new the newest is that can be read in the data directory; None where there is nothing."""
        return newest_standing(self._files())

    def restore_from(self, backup: Path, wait_seconds: float = 30.0) -> Path | None:
        """Make the file `backup` the warehouse, and publish it, whatever is there; return where the old one is kept.

        The backup is read whole first. The published copy that it replaces stays as the older generation.
        Raises StorageError where the backup cannot be used: nothing is changed then.
        """
        temporary = temporary_name(self.path)
        with self._exclusive(wait_seconds):
            there = self.newest_standing()
            try:
                with clear_failures(self.path):
                    unpack(backup, self.path, temporary, beyond=there.publication if there else 0)
                    replaced = put_in_place(temporary, self.path)
            finally:
                remove_unfinished(temporary)
            with stored_already(self.path):
                self._publish(wait_seconds, over_newer=True)
        return replaced

    @contextmanager
    def _exclusive(self, wait_seconds: float) -> Iterator[None]:
        with clear_failures(self.data_dir), ExitStack() as held:
            self.refuse_vanished()
            make_private_directory(self.data_dir)
            was_cut_off = held.enter_context(exclusive(self.data_dir / "warehouse.lock", wait_seconds))
            held.enter_context(private_files())
            sweep_leftovers(self.data_dir)
            for path in (self.path, self.path.with_name(f"{self.path.name}.wal")):
                close_to_others(path)
            if was_cut_off:
                set_aside_unreadable(self.path)
            release = held.pop_all()
        with release:
            yield

    @contextmanager
    def _connected(self, wait_seconds: float, *, over_newer: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        with clear_failures(self.path):
            if not self.path.exists():
                self._create()
        with (
            clear_database_failures(self.path),
            opened(self.path, "warehouse", wait_seconds=wait_seconds) as connection,
        ):
            migrate(connection, self.path)
            if not over_newer:
                self._refuse_older(connection)
            yield connection

    def _create(self) -> None:
        """Make the file whole under another name first: a crash must not leave half a database behind."""
        temporary = temporary_name(self.path)
        restored = restored_from_copies((self.published_path, self.previous_path), self.path, temporary)
        if restored is None:
            with opened(temporary, "warehouse") as connection:
                migrate(connection, self.path)
        log = self.path.with_name(f"{self.path.name}.wal")
        if log.exists():
            # It belongs to a file that somebody moved away; DuckDB would play it into this one.
            log.replace(log.with_name(f"{log.name}.orphaned"))
        temporary.replace(self.path)
        sync_directory(self.data_dir)
        if restored is not None:
            say_restored(self.path, restored)

    def _publish(self, wait_seconds: float, *, over_newer: bool = False) -> None:
        temporary = temporary_name(self.published_path)
        try:
            with self._connected(wait_seconds, over_newer=over_newer) as connection:
                count_publication(connection)
                self._copy_for_publishing(connection, temporary)
                connection.execute("FORCE CHECKPOINT")
            with clear_failures(self.published_path):
                replace_published(temporary, self.published_path, self.previous_path)
        finally:
            remove_unfinished(temporary)

    def _copy_for_publishing(self, connection: duckdb.DuckDBPyConnection, temporary: Path) -> None:
        try:
            copy_whole(connection, self.path, temporary, named=self.published_path)
        except CorruptFileError as damage:
            there = self.published_path.exists()
            kept = f" {self.published_path} stays as it was published last." if there else ""
            raise CorruptFileError(f"{damage.message} It was not published.{kept}", damage.cure) from damage

    def _refuse_older(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Raise OlderFileError where the published copy has what the open warehouse lacks.

        A damaged copy has nothing to lose, so then its older generation is looked at. What is another program's is
        never replaced: that is found out before the first of it would be.
        """
        mine = standing(connection)
        for path in (self.published_path, self.previous_path):
            try:
                theirs = self._standing_of(path)
            except (ForeignFileError, NewerFileError):
                raise
            except StorageError:  # damaged, missing, or held by somebody
                continue
            if not is_older(mine, theirs):
                return
            if is_readable(path):
                raise refusal(self.path, mine, path, theirs)

    def _standing_of(self, copy: Path) -> Standing:
        """How new the copy is; read anew only where it is another file than last time, or was touched since.

        Raises what `open_published` raises.
        """
        with clear_failures(copy, writing=False):
            # Before it is opened: what takes its place meanwhile is then found to be another.
            at = copy.stat() if copy.exists() else None
        seen = at and (at.st_dev, at.st_ino, at.st_size, at.st_mtime_ns, at.st_ctime_ns)
        known = self._found.get(copy)
        if seen and known and known[0] == seen:
            return known[1]
        with open_published(copy) as published:
            found = standing(published)
        if seen:
            self._found[copy] = seen, found
        return found


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
