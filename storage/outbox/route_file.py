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

from storage.errors import StorageError
from storage.file.private_files import FILE_MODE, make_private_directory
from storage.outbox.event_pace import PACE_TABLES
from storage.outbox.event_tables import EVENT_TABLES
from storage.outbox.event_tally import TALLY_BY_DAY
from storage.outbox.event_windows import WINDOW_TABLES
from storage.outbox.held_events import HOLD_TABLES
from storage.outbox.sent_profiles import PROFILE_TABLES

Connection = sqlite3.Connection
FILE_NAME, KEY_NAME = "route.sqlite", "route.key"
KEY_BYTES = 32
_KEY_CURE = (
    "Put the right one back from a copy. Without it nobody who was reached before can be known again, and they "
    f"would be reached once more. To begin anew all the same, move {FILE_NAME} and {KEY_NAME} away."
)
_TABLES = (
    """
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
    """,
    # Each recovery that reached somebody, not only the first: what one of them takes back must leave the others.
    """
    CREATE TABLE reached_person (
        workspace TEXT NOT NULL, campaign_id INTEGER NOT NULL, person BLOB NOT NULL, recovery_id TEXT NOT NULL,
        PRIMARY KEY (workspace, campaign_id, person, recovery_id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO reached_person SELECT workspace, campaign_id, person, recovery_id FROM recovered_person;
    DROP TABLE recovered_person;
    ALTER TABLE reached_person RENAME TO recovered_person;
    CREATE INDEX recovered_by_person ON recovered_person (person);
    """,
    EVENT_TABLES,
    ";".join((WINDOW_TABLES, HOLD_TABLES, PROFILE_TABLES, PACE_TABLES)),
    TALLY_BY_DAY,
)
"""What each version of the file added, the first one first."""
VERSION = len(_TABLES)


@contextmanager
def open_route_file(data_dir: Path) -> Iterator[sqlite3.Connection]:
    """The file, made where there is none; commits are on the disk when they return.

    Raises:
        StorageError: it cannot be opened, a newer version made it, or it is gone while its key is there.
    """
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
            _migrate(connection, path)
            yield connection
    except sqlite3.DatabaseError as failure:
        raise _unusable(path, failure) from failure


@contextmanager
def committed(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk ends some transactions by itself, and leaves others open.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def wipe_log(connection: sqlite3.Connection) -> None:
    """Take out of the write-ahead log what was in it, as far as no other process is just reading it."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


class PersonHash:
    """People as the file holds them: HMAC-SHA-256 with a key that lies beside it, made where there is none yet.

    Raises:
        StorageError: the key cannot be read, or is gone while people are known by it: a new one would know none of
            them, and they would be reached again.
    """

    def __init__(self, data_dir: Path) -> None:
        make_private_directory(data_dir)
        path = data_dir / KEY_NAME
        try:
            if not path.exists():
                _refuse_lost_key(data_dir)
                _make_key(path)
            self._key = path.read_bytes()
        except OSError as failure:
            raise _unusable(path, failure) from failure
        if len(self._key) != KEY_BYTES:
            raise StorageError(f"{path} is not a key of this program.", _KEY_CURE)

    def __call__(self, workspace: str, person: str) -> bytes:
        """The hash of one person of a workspace."""
        return hmac.new(self._key, f"{workspace}\n{person}".encode(), hashlib.sha256).digest()


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


def _refuse_lost_key(data_dir: Path) -> None:
    if not (data_dir / FILE_NAME).exists():
        return
    with open_route_file(data_dir) as connection:
        known = connection.execute(
            "SELECT 1 FROM recovered_person UNION ALL SELECT 1 FROM report WHERE person IS NOT NULL LIMIT 1"
        ).fetchone()
    if known is not None:
        raise StorageError(f"{data_dir / KEY_NAME} is gone, and {FILE_NAME} knows people by it.", _KEY_CURE)


def _unusable(path: Path, failure: Exception) -> StorageError:
    return StorageError(
        f"{path} cannot be used: {failure}.", "Check that the disk has room and that the file is yours."
    )


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise StorageError(f"{path} was written by a newer version of campaign-health.", "Install that version again.")
    if version < VERSION:
        with committed(connection):
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version < VERSION:
                # The key is made after the file, so that a key without one says that the file was lost.
                if version == 0 and path.with_name(KEY_NAME).exists():
                    raise StorageError(
                        f"{path} is gone or empty, and {KEY_NAME} is there: whom it knew is not known any more.",
                        f"Put it back from a copy. To begin anew all the same, move {KEY_NAME} away: whoever was "
                        "reached before can then be reached once more.",
                    )
                for statement in ";".join(_TABLES[version:]).split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {VERSION}")
