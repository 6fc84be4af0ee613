"""What can go wrong with the two files, each with what a person can do about it."""

from __future__ import annotations


class StorageError(Exception):
    """Base of every expected storage failure: `message` names the file, `cure` says what to do."""

    def __init__(self, message: str, cure: str = "") -> None:
        super().__init__(message if not cure else f"{message} {cure}")
        self.message = message
        self.cure = cure


class NewerFileError(StorageError):
    """The file was written by a newer version of this program (or of DuckDB)."""


class CorruptFileError(StorageError):
    """The file is not a readable DuckDB database."""


class ForeignFileError(StorageError):
    """The file is a DuckDB database, but another program's: it is left as it is."""


class BusyError(StorageError):
    """Another process is working on the warehouse and did not finish in time."""


class NoPublishedFileError(StorageError):
    """Nothing was published yet."""


class DiskFullError(StorageError):
    """There is no room left; what was stored before is untouched."""


class UnwritableDirectoryError(StorageError):
    """The data directory or a file in it may not be read or written by this user."""


class UnknownZoneError(StorageError):
    """The stored time zone is not known on this machine, so no instant can be told its day."""


class UnknownDecisionError(StorageError):
    """The incident or decision that somebody acted on is not there (any more)."""
