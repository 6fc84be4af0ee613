"""The route's own file: SQLite in the data directory, its owner's alone, with people only as keyed hashes."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from storage.errors import StorageError
from storage.file.private_files import FILE_MODE, make_private_directory
from storage.outbox.connection.outbox_connection import Connection as Connection
from storage.outbox.connection.outbox_connection import Place, PostgresPlace
from storage.outbox.connection.outbox_connection import committed as committed
from storage.outbox.route_tables import VERSION, make_tables

if TYPE_CHECKING:
    from storage.outbox.connection.postgres_connection import PostgresConnection

FILE_NAME, KEY_NAME = "route.sqlite", "route.key"
DATABASE = "the route's database"
KEY_BYTES = 32
FINGERPRINT_BYTES = 16
_KEY_CURE = (
    "Put the right one back from a copy. Without it nobody who was reached before can be known again, and they "
    f"would be reached once more. To begin anew all the same, move {FILE_NAME} and {KEY_NAME} away."
)


@contextmanager
def open_route_file(place: Place) -> Iterator[Connection]:
    """The route's data, made where there is none; commits are on the disk when they return.

    Raises:
        StorageError: it cannot be opened, a newer version made it, it is gone while its key is there, or the key
            in the data directory is another one than it knows people by.
    """
    if isinstance(place, PostgresPlace):
        with closing(_postgres(place.url)) as database:
            _make_ready(database, DATABASE, place.data_dir / KEY_NAME)
            yield database
    else:
        with open_sqlite_file(place) as file:
            yield file


@contextmanager
def open_sqlite_file(data_dir: Path) -> Iterator[sqlite3.Connection]:
    """The file of SQLite, as `open_route_file` opens it."""
    make_private_directory(data_dir)
    path = data_dir / FILE_NAME
    try:
        # Never opened where it is there: closing it would let go of SQLite's locks on it in the whole process, and
        # whoever closes it last elsewhere would take away the log that is still written to.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, FILE_MODE))
    except OSError as failure:
        raise _unusable(path, failure) from failure
    try:
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")
            _make_ready(connection, str(path), data_dir / KEY_NAME)
            yield connection
    except sqlite3.DatabaseError as failure:
        raise _unusable(path, failure) from failure


@contextmanager
def reading_route(place: Place) -> Iterator[Connection]:
    """The route's data for reading, in either form; as `reading_route_file`."""
    if isinstance(place, PostgresPlace):
        with closing(_postgres(place.url)) as database:
            database.execute("SET default_transaction_read_only = on")
            _check(database, DATABASE, place.data_dir / KEY_NAME)
            yield database
    else:
        with reading_route_file(place) as file:
            yield file


@contextmanager
def reading_route_file(data_dir: Path) -> Iterator[sqlite3.Connection]:
    """The file as it is, for reading: nothing in it is changed, and none is made where there is none.

    Raises:
        StorageError: as `open_route_file`; also where it is not there, or an older version made it.
    """
    path = data_dir / FILE_NAME
    try:
        is_there = path.is_file()
    except OSError as failure:
        raise _unusable(path, failure) from failure
    if not is_there:
        raise StorageError(f"There is no {path}.", "`campaign-health route serve` makes it.")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", timeout=30, uri=True)) as connection:
            connection.isolation_level = None
            _check(connection, str(path), data_dir / KEY_NAME)
            yield connection
    except sqlite3.DatabaseError as failure:
        raise _unusable(path, failure) from failure


def knows_key(connection: Connection) -> bool:
    """Whether the file knows people by a key, so that no other will do."""
    return connection.execute("SELECT 1 FROM route_key").fetchone() is not None


def wipe_log(connection: Connection) -> None:
    """Take out of SQLite's write-ahead log what was in it, as far as no other process is just reading it."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def wipe_log_if_free(connection: Connection) -> bool:
    """The same, without waiting for anybody who reads; whether it was done, or is not ours to do."""
    if not isinstance(connection, sqlite3.Connection):
        return True
    (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        (is_busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not is_busy
    finally:
        connection.execute(f"PRAGMA busy_timeout = {patience}")


class PersonHash:
    """People as the file holds them: HMAC-SHA-256 with a key that lies beside it, made where there is none yet.

    Raises:
        StorageError: the key cannot be read, or is gone while people are known by it: a new one would know none of
            them, and they would be reached again.
    """

    def __init__(self, place: Place) -> None:
        data_dir = place.data_dir if isinstance(place, PostgresPlace) else place
        make_private_directory(data_dir)
        path = data_dir / KEY_NAME
        try:
            if not path.exists():
                _refuse_lost_key(place, path)
                _make_key(path)
                if isinstance(place, PostgresPlace):
                    # Another machine may have made one at the same time: the first that is noted there holds.
                    with open_route_file(place):
                        pass
            self._key = path.read_bytes()
        except OSError as failure:
            raise _unusable(path, failure) from failure
        if len(self._key) != KEY_BYTES:
            raise _no_key(path)

    def __call__(self, workspace: str, person: str) -> bytes:
        """The hash of one person of a workspace."""
        return hmac.digest(self._key, f"{workspace}\n{person}".encode(), "sha256")


def _postgres(url: str) -> PostgresConnection:
    try:
        from storage.outbox.connection.postgres_connection import PostgresConnection
    except ImportError as failure:
        raise StorageError(
            f"The route's data is in PostgreSQL, and what reads it cannot be loaded: {failure}.",
            "Install it, in the checkout of a tagged version: pip install '.[route-postgres]'",
        ) from failure
    return PostgresConnection(url)


def _make_key(path: Path) -> None:
    """Whole or not at all, and the first of several that are made at once stays."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.unfinished")
    try:
        with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, FILE_MODE), "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(unfinished)
    finally:
        unfinished.unlink(missing_ok=True)


def _refuse_lost_key(place: Place, path: Path) -> None:
    if not isinstance(place, PostgresPlace) and not (place / FILE_NAME).exists():
        return
    with open_route_file(place) as connection:
        known = connection.execute(
            "SELECT 1 FROM recovered_person UNION ALL SELECT 1 FROM report WHERE person IS NOT NULL "
            "UNION ALL SELECT 1 FROM route_key LIMIT 1"
        ).fetchone()
    if known is not None:
        whose = DATABASE if isinstance(place, PostgresPlace) else FILE_NAME
        raise StorageError(f"{path} is gone, and {whose} knows people by it.", _KEY_CURE)


def _no_key(path: Path) -> StorageError:
    return StorageError(f"{path} is not a key of this program.", _KEY_CURE)


def _unusable(path: Path, failure: Exception) -> StorageError:
    return StorageError(
        f"{path} cannot be used: {failure}.", "Check that the disk has room and that the file is yours."
    )


def _make_ready(connection: Connection, name: str, key: Path) -> None:
    """Bring the tables to this version; from then on no other key than the one that is there will do."""
    version = _refuse_newer(connection, name)
    if version < VERSION:
        with committed(connection):
            version = _refuse_newer(connection, name)
            if version < VERSION:
                # The key is made after the file, so that a key without one says that the file was lost.
                if version == 0 and key.exists():
                    raise StorageError(
                        f"{name} is gone or empty, and {KEY_NAME} is there: whom it knew is not known any more.",
                        f"Put it back from a copy. To begin anew all the same, move {KEY_NAME} away: whoever was "
                        "reached before can then be reached once more.",
                    )
                make_tables(connection, version)
    found = _key_fits(connection, name, key)
    if found is not None:
        with committed(connection):
            connection.execute("INSERT INTO route_key SELECT ? WHERE NOT EXISTS (SELECT 1 FROM route_key)", [found])
        _key_fits(connection, name, key)


def _check(connection: Connection, name: str, key: Path) -> None:
    if _refuse_newer(connection, name) < VERSION:
        raise StorageError(
            f"{name} was written by an older version of campaign-health.", "`route serve` brings it up to date."
        )
    _key_fits(connection, name, key)


def _refuse_newer(connection: Connection, name: str) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise StorageError(f"{name} was written by a newer version of campaign-health.", "Install that version again.")
    return int(version)


def _key_fits(connection: Connection, name: str, path: Path) -> bytes | None:
    """The fingerprint of the key beside the file where it has none yet; None where they fit, or there is no key."""
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as failure:
        raise _unusable(path, failure) from failure
    if len(key) != KEY_BYTES:
        raise _no_key(path)
    found = hmac.new(key, b"the key of this file", hashlib.sha256).digest()[:FINGERPRINT_BYTES]
    known = connection.execute("SELECT fingerprint FROM route_key").fetchone()
    if known is not None and known[0] != found:
        raise StorageError(f"{path} is another key than the one that {Path(name).name} knows people by.", _KEY_CURE)
    return found if known is None else None
