"""Turns what DuckDB and the operating system raise into this package's errors."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from storage.errors import (
    BusyError,
    CorruptFileError,
    DiskFullError,
    NewerFileError,
    StorageError,
    UnwritableDirectoryError,
)
from storage.file.lockless_drive import lockless, says_lockless

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_ROOM_TEXTS = ("no space left", "disk quota exceeded", "file too large", "out of disk")
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_FORBIDDEN_TEXTS = ("permission denied", "read-only file system", "operation not permitted")
_CORRUPT_TEXTS = (
    "not a valid duckdb database file",
    "corrupt",
    "checksum",
    "failed to load metadata",
    "could not read enough bytes",
    "serialization error",
    "deserialize",
    "error reading",
)
_NEWER_TEXTS = ("version number", "newer version", "higher version")


@contextmanager
def clear_failures(path: Path, *, writing: bool = True) -> Iterator[None]:
    """Within it, failures of disk, permission, memory and file form come out as a StorageError that names `path`.

    Where not `writing`, the cure of a missing permission asks for the right to read only.
    Anything else (a mistake in a statement, a broken constraint) passes through as it is: that is a bug.
    """
    try:
        with clear_database_failures(path, writing=writing):
            yield
    except OSError as failure:
        raise _named_os_failure(failure, path, writing) from failure


@contextmanager
def clear_database_failures(path: Path, *, writing: bool = True) -> Iterator[None]:
    """The same for DuckDB's own failures only: for code that is not ours to judge by its OSErrors."""
    try:
        yield
    except duckdb.Error as failure:
        named = _named_duckdb_failure(failure, path, writing)
        if named is None:
            raise
        raise named from failure


@contextmanager
def clear_mismatch(path: Path) -> Iterator[None]:
    """Around `open_published`, a StorageError also where the file lacks what is asked for: it may be a stranger's."""
    try:
        yield
    except duckdb.Error as failure:
        raise StorageError(f"{path} cannot be read: {str(failure).splitlines()[0]}", "Publish it anew.") from failure


@contextmanager
def stored_already(warehouse: Path) -> Iterator[None]:
    """Around publishing what was just stored: where that fails, it is not said that nothing was changed."""
    try:
        yield
    except (DiskFullError, UnwritableDirectoryError) as failure:
        cure = failure.cure
        if isinstance(failure, DiskFullError):
            cure = "Free some space."
        raise type(failure)(
            f"{failure.message} What was to be done is done in {warehouse.name}, and is not published.",
            f"{cure} Then run `campaign-health judge`, or wait for the next run: it publishes it.",
        ) from failure


def refuse_no_file(path: Path) -> None:
    """Raise UnwritableDirectoryError where something is there that is no file: a pipe would be waited for for ever."""
    if path.exists() and not path.is_file():
        raise UnwritableDirectoryError(
            f"{path} cannot be used: it is {'a directory' if path.is_dir() else 'no file'}.",
            "Move what is in the way, or choose another CAMPAIGN_HEALTH_DATA_DIR.",
        )


def no_room(path: Path) -> DiskFullError:
    """The error for a full disk under `path`."""
    return DiskFullError(
        f"No space left on the disk that holds {path}.",
        "Free some space and run again; everything stored before is untouched.",
    )


def held_elsewhere(failure: duckdb.Error) -> bool:
    """Whether the file is locked by another program that has it open."""
    text = str(failure).lower()
    return "could not set lock" in text and not says_lockless(text)


def _forbidden(path: Path, writing: bool) -> UnwritableDirectoryError:
    # By its name: whether it is a directory cannot be asked where nothing may be asked.
    directory = path.parent if path.suffix == ".duckdb" else path
    if not writing:
        return UnwritableDirectoryError(
            f"{path} may not be read by this user.",
            f"Give this user the right to read in {directory}, or choose another CAMPAIGN_HEALTH_DATA_DIR.",
        )
    return UnwritableDirectoryError(
        f"{path} may not be read or written by this user.",
        f"Give this user the right to write in {directory}, or choose another CAMPAIGN_HEALTH_DATA_DIR.",
    )


def _named_os_failure(failure: OSError, path: Path, writing: bool) -> StorageError:
    if failure.errno in _NO_ROOM:
        return no_room(path)
    if failure.errno in _FORBIDDEN:
        return _forbidden(path, writing)
    if failure.errno in (errno.ENOTDIR, errno.EEXIST, errno.EISDIR):
        return UnwritableDirectoryError(
            f"{path} cannot be used: {failure.strerror}.",
            "Move what is in the way, or choose another CAMPAIGN_HEALTH_DATA_DIR.",
        )
    return UnwritableDirectoryError(
        f"{path} cannot be used: {failure.strerror or failure}.",
        "Check the disk and the path, or choose another CAMPAIGN_HEALTH_DATA_DIR.",
    )


def _named_duckdb_failure(failure: duckdb.Error, path: Path, writing: bool) -> StorageError | None:
    text = str(failure).lower()
    if any(words in text for words in _NO_ROOM_TEXTS):
        return no_room(path)
    if says_lockless(text):
        return lockless(path)
    if held_elsewhere(failure):
        return BusyError(f"{path} is open in another program: {failure}", _let_go(path, writing))
    if any(words in text for words in _FORBIDDEN_TEXTS):
        return _forbidden(path, writing)
    if isinstance(failure, duckdb.IOException | duckdb.SerializationException) and any(
        words in text for words in _NEWER_TEXTS
    ):
        return NewerFileError(
            f"{path} was written by a newer version of DuckDB.", "Update campaign-health, then run again."
        )
    broken = (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException, duckdb.FatalException)
    if "corrupt database file" in text or (
        isinstance(failure, broken) and any(words in text for words in _CORRUPT_TEXTS)
    ):
        return CorruptFileError(f"{path} is damaged or is not a DuckDB file.", _repair(path))
    if isinstance(failure, duckdb.OutOfMemoryException):
        return StorageError(
            f"There is not enough memory to work on {path}.", "Close other programs or give this one more memory."
        )
    if isinstance(failure, duckdb.IOException):
        return StorageError(
            f"{path} cannot be used: {str(failure).splitlines()[0]}",
            "Move what is in the way, or choose another CAMPAIGN_HEALTH_DATA_DIR.",
        )
    return None


def _let_go(path: Path, writing: bool) -> str:
    """What to do about a file that another program has open: the published one may be, for reading."""
    if path.name == "campaign_health.duckdb" or not writing:
        return "Open it there with read_only=True, or close it, and run again."
    return "Close it there (analysts should open the published file instead) and run again."


def _repair(path: Path) -> str:
    """What to do about a damaged file, by its name."""
    if path.name == "campaign_health.duckdb":
        return "The next `campaign-health collect` replaces it."
    if path.name == "warehouse.duckdb":
        return (
            "Look at the disk. Then move it away: the next command restores it from campaign_health.duckdb; or run "
            "`campaign-health restore FILE` with a backup. Without either, the next collect starts anew from the "
            "services' own history."
        )
    return "Name the data directory, or the file campaign_health.duckdb in it."
