"""Copies of the route's file and its key, which are of use only together; for their owner alone."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from itertools import count
from pathlib import Path

from storage.errors import CorruptFileError, StorageError
from storage.file.private_files import FILE_MODE, make_private_directory
from storage.file.publish import sync_directory
from storage.outbox.route_file import FILE_NAME, KEY_NAME, open_sqlite_file, reading_route_file


def route_copy_of(backup: Path) -> Path:
    """The folder beside a backup that holds what the route keeps."""
    return backup.with_name(f"{backup.name}.route")


def back_up_route(data_dir: Path, target: Path) -> bool:
    """Copy what the route keeps into the folder `target`, while others write to it; whether there was anything.

    Raises:
        StorageError: it cannot be read, or the copy cannot be written. A copy that was there stays.
    """
    if not (data_dir / FILE_NAME).exists():
        return False
    make_private_directory(target)
    try:
        with open_sqlite_file(data_dir) as source:
            _put(source, data_dir / KEY_NAME, target)
    except OSError as failure:
        raise _unwritten(target, failure) from failure
    return True


def newest_instant(folder: Path) -> float | None:
    """When the newest thing happened that the route's file in a folder knows, in Unix seconds; None: it knows nothing.

    Raises:
        StorageError: it is not there, is damaged, or its key is another one.
    """
    with reading_route_file(folder) as connection:
        (said,) = connection.execute("PRAGMA integrity_check").fetchone()
        if said != "ok":
            raise CorruptFileError(f"{folder / FILE_NAME} is damaged.", "Take another copy.")
        (known,) = connection.execute(
            "SELECT max(at) FROM (SELECT max(received) AS at FROM event_ledger UNION SELECT max(received) FROM report)"
        ).fetchone()
        (begun,) = connection.execute("SELECT max(begun_at) FROM recovery").fetchone()
    return max(filter(None, (known, begun and datetime.fromisoformat(begun).timestamp())), default=None)


def restore_route(copy: Path, data_dir: Path) -> list[Path]:
    """Put a copy in the place of what the route keeps; where that is kept now.

    Nobody else may have the file open.

    Raises:
        StorageError: the copy cannot be used; nothing is changed then.
    """
    newest_instant(copy)
    make_private_directory(data_dir)
    try:
        replaced = _set_aside(data_dir)
        with reading_route_file(copy) as source:
            _put(source, copy / KEY_NAME, data_dir)
    except OSError as failure:
        raise _unwritten(data_dir, failure) from failure
    return replaced


def _put(source: sqlite3.Connection, key: Path, folder: Path) -> None:
    """Write a copy of an open file and of its key into a folder: under other names until both are on the disk."""
    parts = [folder / FILE_NAME, folder / KEY_NAME]
    unfinished = [path.with_name(f".{path.name}.{os.getpid()}.unfinished") for path in parts]
    try:
        for path in unfinished:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, FILE_MODE))
        with closing(sqlite3.connect(unfinished[0])) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        unfinished[1].write_bytes(key.read_bytes() if key.exists() else b"")
        for path in unfinished:
            with path.open("rb") as written:
                os.fsync(written.fileno())
        for path, part in zip(unfinished, parts, strict=True):
            path.replace(part)
        if not parts[1].stat().st_size:
            parts[1].unlink()
        sync_directory(folder)
    finally:
        for path in unfinished:
            path.unlink(missing_ok=True)


def _set_aside(data_dir: Path) -> list[Path]:
    """Move what is there to names that are free, whatever is wrong with it; where it is."""
    file, key = data_dir / FILE_NAME, data_dir / KEY_NAME
    number = next(one for one in count(1) if not any(_replaced(path, one).exists() for path in (file, key)))
    moved = [path.replace(_replaced(path, number)) for path in (file, key) if path.exists()]
    for behind in ("-wal", "-shm"):  # what was committed and is not in the file yet
        log = file.with_name(f"{file.name}{behind}")
        if log.exists():
            log.replace(file.with_name(f"{_replaced(file, number).name}{behind}"))
    return moved


def _replaced(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}.replaced.{number}{path.suffix}")


def _unwritten(folder: Path, failure: OSError) -> StorageError:
    return StorageError(f"{folder} cannot be written: {failure}.", "Check that the disk has room and that it is yours.")
