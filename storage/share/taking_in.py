"""Takes what other machines share into a warehouse here, in which only what is told of it is one's own."""

from __future__ import annotations

import logging
import shutil
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from storage.connection import Connection
from storage.errors import StorageError
from storage.file.database import PUBLISHED_NAME, Warehouse, open_published, transaction
from storage.file.instances import opened
from storage.file.migrations import migrate
from storage.file.translated_errors import clear_failures, clear_mismatch
from storage.read.workspaces import workspaces
from storage.share.destinations import Destination
from storage.share.shared_tables import name_in_sql, tables_of_workspaces, text_in_sql
from storage.share.sharing import FETCHED_NAME, fetch

_log = logging.getLogger(__name__)
OWN = ("announcement", "monthly_report")
"""The tables of what was told. What the others told stays with them: their channels are not those of this machine."""


def folder_of(data_dir: Path, address: str) -> Path:
    """The folder for what is shared at `address`: one for each, since what is of one may not be shown as another's."""
    return data_dir / "shared" / sha256(address.encode()).hexdigest()[:16]


def told_folder(data_dir: Path, destination: Destination) -> Path:
    """The folder of the warehouse with what was told of it: the same whatever password or patience the address has."""
    place = "\n".join((destination.kind, destination.shown, destination.schema, destination.data_path))
    return data_dir / "shared" / f"told-{sha256(place.encode()).hexdigest()[:16]}"


def take_in(warehouse: Warehouse, destination: Destination, folder: Path) -> list[str]:
    """Bring what is shared at `destination` into `folder`, put all of its rows in the place of those that the warehouse
    has, in one transaction, and publish it; the names of its workspaces.

    The tables of what was told are left as they are. What is there already is not taken in again. Where it cannot be
    had now, what was had stays, and grows old.

    Raises:
        StorageError: nothing was had so far, or it cannot be read here; the warehouse stays as it was.
    """
    try:
        fetch(destination, folder)
    except StorageError as failure:
        if not warehouse.published_path.exists():
            raise
        _log.warning("warning: what was had stays as it is: %s", failure)
    with clear_failures(folder):
        newest = (folder / FETCHED_NAME).read_text(encoding="utf-8")
        marker = warehouse.data_dir / "taken_in"
        if not (warehouse.published_path.exists() and marker.exists() and marker.read_text("utf-8") == newest):
            marker.unlink(missing_ok=True)
            with TemporaryDirectory(dir=folder) as directory:
                # What an older version shares gets the columns that it lacks in a copy.
                brought = Path(directory) / PUBLISHED_NAME
                shutil.copyfile(folder / PUBLISHED_NAME, brought)
                _take_in(warehouse, brought)
            marker.write_text(newest, encoding="utf-8")
    with open_published(warehouse.published_path) as connection:
        return workspaces(connection)


def _take_in(warehouse: Warehouse, brought: Path) -> None:
    with clear_mismatch(brought):
        with opened(brought, "warehouse") as connection:
            migrate(connection, brought)
        with warehouse.open_and_publish() as connection:
            connection.execute(f"ATTACH {text_in_sql(str(brought))} AS brought (READ_ONLY)")
            try:
                with transaction(connection):
                    _replace(connection)
            finally:
                connection.execute("DETACH brought")


def _replace(connection: Connection) -> None:
    for table in tables_of_workspaces(connection):
        if table not in OWN:
            name = name_in_sql(table)
            connection.execute(f"DELETE FROM {name}")  # noqa: S608
            connection.execute(f"INSERT INTO {name} BY NAME FROM brought.{name}")
