"""The route's own file: SQLite in the data directory, its owner's alone, with people only as keyed hashes."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from storage.errors import StorageError
from storage.file.private_files import FILE_MODE, make_private_directory

FILE_NAME, KEY_NAME = "route.sqlite", "route.key"
KEY_BYTES = 32
VERSION = 1
_TABLES = """
    CREATE TABLE recovery (
        recovery_id TEXT PRIMARY KEY, workspace TEXT NOT NULL, campaign_id INTEGER NOT NULL, since TEXT NOT NULL,
        until TEXT NOT NULL, way TEXT NOT NULL, segment_id INTEGER, by_whom TEXT NOT NULL, begun_at TEXT NOT NULL,
        ended_at TEXT, people INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE recovered_person (
        workspace TEXT NOT NULL, campaign_id INTEGER NOT NULL, person BLOB NOT NULL, recovery_id TEXT NOT NULL,
        PRIMARY KEY (workspace, campaign_id, person)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX recovered_by_person ON recovered_person (person);
    CREATE TABLE report (
        workspace TEXT NOT NULL, event_id TEXT NOT NULL, metric TEXT NOT NULL, channel TEXT NOT NULL, at REAL NOT NULL,
        received REAL NOT NULL, campaign_id INTEGER, action_id INTEGER, delivery_id TEXT, journey_id TEXT,
        trigger_event_id TEXT, person BLOB, reason TEXT, PRIMARY KEY (workspace, event_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX report_by_campaign ON report (workspace, campaign_id, at);
    CREATE INDEX report_by_person ON report (person) WHERE person IS NOT NULL;
"""


@contextmanager
def open_route_file(data_dir: Path) -> Iterator[sqlite3.Connection]:
    """The file, made where there is none; commits are on the disk when they return.

    Raises:
        StorageError: it cannot be opened, or a newer version made it.
    """
    make_private_directory(data_dir)
    path = data_dir / FILE_NAME
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, FILE_MODE))
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")
            _migrate(connection, path)
            yield connection
    except (OSError, sqlite3.DatabaseError) as failure:
        raise StorageError(
            f"{path} cannot be used: {failure}.", "Check that the disk has room and that the file is yours."
        ) from failure


@contextmanager
def committed(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


class PersonHash:
    """People as the file holds them: HMAC-SHA-256 with a key that lies beside it, made where there is none."""

    def __init__(self, data_dir: Path) -> None:
        make_private_directory(data_dir)
        path = data_dir / KEY_NAME
        try:
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE), "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            pass
        self._key = path.read_bytes()
        if len(self._key) != KEY_BYTES:
            raise StorageError(
                f"{path} is not a key of this program.",
                "Put the right one back from a backup. Without it nobody who was reached before can be known again.",
            )

    def __call__(self, workspace: str, person: str) -> bytes:
        """The hash of one person of a workspace."""
        return hmac.new(self._key, f"{workspace}\n{person}".encode(), hashlib.sha256).digest()


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise StorageError(f"{path} was written by a newer version of campaign-health.", "Install that version again.")
    if version < VERSION:
        with committed(connection):
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version < VERSION:
                for statement in _TABLES.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {VERSION}")
