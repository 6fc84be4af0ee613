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
from storage.outbox.stripe_table import STRIPE_TABLES

Connection = sqlite3.Connection
FILE_NAME, KEY_NAME = "route.sqlite", "route.key"
KEY_BYTES = 32
FINGERPRINT_BYTES = 16
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
    # The key's fingerprint, so that another key is told from it; and who sent an event.
    """
    CREATE TABLE route_key (fingerprint BLOB NOT NULL) STRICT;
    ALTER TABLE event_ledger ADD COLUMN source TEXT NOT NULL DEFAULT '';
    """,
    # What of a person waits before an event is asked for each.
    "CREATE INDEX event_queue_person ON event_queue (workspace, person, sequence, queue_class)",
    TALLY_BY_DAY,
    STRIPE_TABLES,
)
"""What each version of the file added, the first one first."""
VERSION = len(_TABLES)


@contextmanager
def open_route_file(data_dir: Path) -> Iterator[sqlite3.Connection]:
    """The file, made where there is none; commits are on the disk when they return.

    Raises:
        StorageError: it cannot be opened, a newer version made it, it is gone while its key is there, or the key
            beside it is another one than it knows people by.
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
            _note_key(connection, path)
            yield connection
    except sqlite3.DatabaseError as failure:
        raise _unusable(path, failure) from failure


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
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version < VERSION:
                raise StorageError(
                    f"{path} was written by an older version of campaign-health.", "`route serve` brings it up to date."
                )
            _refuse_newer(version, path)
            _key_fits(connection, path)
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


def knows_key(connection: sqlite3.Connection) -> bool:
    """Whether the file knows people by a key, so that no other will do."""
    return connection.execute("SELECT 1 FROM route_key").fetchone() is not None


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
            raise _no_key(path)

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
            "SELECT 1 FROM recovered_person UNION ALL SELECT 1 FROM report WHERE person IS NOT NULL "
            "UNION ALL SELECT 1 FROM route_key LIMIT 1"
        ).fetchone()
    if known is not None:
        raise StorageError(f"{data_dir / KEY_NAME} is gone, and {FILE_NAME} knows people by it.", _KEY_CURE)


def _no_key(path: Path) -> StorageError:
    return StorageError(f"{path} is not a key of this program.", _KEY_CURE)


def _unusable(path: Path, failure: Exception) -> StorageError:
    return StorageError(
        f"{path} cannot be used: {failure}.", "Check that the disk has room and that the file is yours."
    )


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    _refuse_newer(version, path)
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


def _refuse_newer(version: int, path: Path) -> None:
    if version > VERSION:
        raise StorageError(f"{path} was written by a newer version of campaign-health.", "Install that version again.")


def _note_key(connection: sqlite3.Connection, path: Path) -> None:
    """Keep the fingerprint of the key that lies beside the file once there is one: from then on no other will do."""
    found = _key_fits(connection, path)
    if found is not None:
        with committed(connection):
            connection.execute("INSERT INTO route_key SELECT ? WHERE NOT EXISTS (SELECT 1 FROM route_key)", [found])


def _key_fits(connection: sqlite3.Connection, path: Path) -> bytes | None:
    """The fingerprint of the key beside the file where it has none yet; None where they fit, or there is no key."""
    key_path = path.with_name(KEY_NAME)
    try:
        key = key_path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as failure:
        raise _unusable(key_path, failure) from failure
    if len(key) != KEY_BYTES:
        raise _no_key(key_path)
    found = hmac.new(key, b"the key of this file", hashlib.sha256).digest()[:FINGERPRINT_BYTES]
    known = connection.execute("SELECT fingerprint FROM route_key").fetchone()
    if known is not None and known[0] != found:
        raise StorageError(f"{key_path} is another key than the one that {path.name} knows people by.", _KEY_CURE)
    return found if known is None else None
