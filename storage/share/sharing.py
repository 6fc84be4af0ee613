"""Shares what was published to one address, workspace by workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

import duckdb
from filelock import FileLock

from storage.connection import Connection
from storage.errors import StorageError
from storage.file.database import PUBLISHED_NAME, open_published
from storage.file.migrations import migrate
from storage.file.private_files import FILE_MODE, make_private_directory
from storage.file.translated_errors import clear_failures, clear_mismatch
from storage.read.workspaces import workspaces
from storage.share.attached_share import AttachedShare
from storage.share.destinations import Destination, ShareError
from storage.share.object_share import ObjectShare
from storage.share.shared_tables import SharedTable, shared_tables, tables_of_workspaces

_UNFINISHED = "unfinished."
FETCHED_NAME = "fetched"
"""The file beside the one that was brought, with what tells that one from the next."""


@dataclass(frozen=True)
class Shared:
    """What came of sharing to one address: rows by workspace, and by workspace why it could not be shared.

    `without_file` where the file itself was not put there, as it holds workspaces that were not to be shared.
    """

    rows: Mapping[str, int] = field(default_factory=dict)
    troubles: Mapping[str, StorageError] = field(default_factory=dict)
    without_file: bool = False


def what_is_shared(published: Path, only: Sequence[str] = ()) -> dict[str, int]:
    """How many rows would be shared of each workspace of the published file; `only` these, where any are named.

    Raises what `open_published` raises.
    """
    with clear_mismatch(published), open_published(published) as connection:
        tables = shared_tables(connection)
        return {name: _counted(connection, name, tables) for name in _chosen(connection, only)}


def share(published: Path, destination: Destination, only: Sequence[str] = ()) -> Shared:
    """Share the published file, or of it `only` the workspaces named; what fails of one stops no other.

    Raises:
        StorageError: there is no published file, or nothing at all could be shared.
    """
    with clear_mismatch(published), open_published(published) as connection:
        tables = shared_tables(connection)
        chosen = _chosen(connection, only)
        if destination.kind == "files":
            return _share_objects(connection, published, destination, tables, chosen)
        return _share_attached(connection, destination, tables, chosen)


def reach(destination: Destination) -> None:
    """Try whether the address can be reached and written to; it changes no workspace's rows.

    Raises:
        StorageError: it cannot.
    """
    if destination.kind == "files":
        ObjectShare(destination).reach()
        return
    with _attached(destination):
        pass


def forget(destination: Destination, workspace: str) -> None:
    """Delete all that was shared of a workspace.

    Raises:
        StorageError: it could not be deleted.
    """
    if destination.kind == "files":
        ObjectShare(destination).forget(workspace)
        return
    with _attached(destination) as there:
        there.forget(workspace)


def fetch(destination: Destination, folder: Path) -> bool:
    """Bring the file that is shared at `destination` into the folder, where it is another than the one that was
    brought last; whether it is. Of a database it is put together from the tables of all who share there. Whoever reads
    the old one goes on with it.

    Raises:
        StorageError: it cannot be had, or not be read here; the file in the folder stays.
    """
    published, tag_file = folder / PUBLISHED_NAME, folder / FETCHED_NAME
    with clear_failures(folder):
        make_private_directory(folder)
    with clear_failures(folder), FileLock(folder / "fetching.lock", mode=FILE_MODE):
        # A process that was killed in the middle left a copy of everything.
        for left in folder.glob(f"{_UNFINISHED}*"):
            rmtree(left, ignore_errors=True)
        known = tag_file.read_text(encoding="utf-8") if tag_file.exists() and published.exists() else None
        with TemporaryDirectory(dir=folder, prefix=_UNFINISHED) as directory:
            had = Path(directory) / PUBLISHED_NAME
            is_file = destination.kind == "files"
            tag = ObjectShare(destination).fetch(had, known) if is_file else _put_together(destination, had, known)
            if tag is None:
                return False
            with open_published(had):
                pass
            had.chmod(FILE_MODE)
            had.replace(published)
        tag_file.write_text(tag, encoding="utf-8")
    return True


def _put_together(destination: Destination, target: Path, known: str | None) -> str | None:
    """Write what is shared in a database to the new file `target`; as `ObjectShare.fetch`."""
    with duckdb.connect(target) as connection:
        there = AttachedShare(connection, destination)
        there.attach(only_read=True)
        try:
            tag = there.publications()
            if not tag:
                raise ShareError(
                    f"Nothing is shared at {destination.shown} yet.",
                    "Let a machine that collects share there: CAMPAIGN_HEALTH_SHARE.",
                )
            if tag == known:
                return None
            migrate(connection, target)
            there.bring(tables_of_workspaces(connection))
        finally:
            there.detach()
    return tag


@contextmanager
def _attached(destination: Destination) -> Iterator[AttachedShare]:
    with duckdb.connect() as connection:
        there = AttachedShare(connection, destination)
        there.attach()
        yield there


def _share_attached(
    connection: Connection, destination: Destination, tables: Sequence[SharedTable], chosen: Sequence[str]
) -> Shared:
    there = AttachedShare(connection, destination)
    try:
        there.attach()
        there.prepare(tables)
        shared = _each(chosen, lambda workspace: there.replace(workspace, tables))
        there.tidy()
    finally:
        there.detach()
    return shared


def _share_objects(
    connection: Connection,
    published: Path,
    destination: Destination,
    tables: Sequence[SharedTable],
    chosen: Sequence[str],
) -> Shared:
    there = ObjectShare(destination)
    # The file has all workspaces: others than those that are to be shared may be nobody's business there.
    without_file = set(workspaces(connection)) > set(chosen)
    if not without_file:
        there.put_file(published)
    shared = _each(chosen, lambda workspace: there.replace(connection, workspace, tables))
    return replace(shared, without_file=without_file)


def _each(chosen: Sequence[str], put: Callable[[str], int]) -> Shared:
    rows, troubles = dict[str, int](), dict[str, StorageError]()
    for workspace in chosen:
        try:
            rows[workspace] = put(workspace)
        except StorageError as failure:
            troubles[workspace] = failure
    return Shared(rows, troubles)


def _chosen(connection: Connection, only: Sequence[str]) -> list[str]:
    return [name for name in workspaces(connection) if not only or name in only]


def _counted(connection: Connection, workspace: str, tables: Sequence[SharedTable]) -> int:
    parts = " UNION ALL ".join(
        f"SELECT count(*) AS n FROM ({table.rows_of(workspace)})"  # noqa: S608
        for table in tables
        if table.columns
    )
    found = connection.execute(f"SELECT sum(n) FROM ({parts})").fetchone()  # noqa: S608
    return int(found[0]) - 1 if found else 0
