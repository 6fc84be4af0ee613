"""What a person can mend: the base of every expected failure, and what can go wrong with the two files.

The base stands here, below everything else, and loading it loads nothing.
"""

from __future__ import annotations


class ExpectedFailure(Exception):
    """Base of every expected failure; the command line prints it without a traceback.

    Attributes:
        message: What happened, in words.
        cure: What to do about it; may be empty.
        exit_code: With which the command ends: 2, it could not begin; 1, it was refused, or something failed.
    """

    exit_code = 2

    def __init__(self, message: str, cure: str = "") -> None:
        super().__init__(f"{message} {cure}" if cure else message)
        self.message = message
        self.cure = cure


class StorageError(ExpectedFailure):
    """Base of every expected storage failure: `message` names the file, `cure` says what to do."""


class NewerFileError(StorageError):
    """The file was written by a newer version of this program (or of DuckDB)."""


class CorruptFileError(StorageError):
    """The file is not a readable DuckDB database."""


class ForeignFileError(StorageError):
    """The file is a DuckDB database, but another program's: it is left as it is."""


class OlderFileError(StorageError):
    """The warehouse is older than its published copy, which is not replaced by it."""


class VanishedError(StorageError):
    """The warehouse was there before and is gone: most likely its disk is not mounted."""


class BusyError(StorageError):
    """Another process is working on the warehouse and did not finish in time."""


class LocklessDriveError(StorageError):
    """The data directory is on a drive that cannot lock files."""


class NoPublishedFileError(StorageError):
    """Nothing was published yet."""


class NothingStoredError(StorageError):
    """There is nothing to back up, or nothing in the file to restore."""


class DiskFullError(StorageError):
    """There is no room left; what was stored before is untouched."""


class UnwritableDirectoryError(StorageError):
    """The data directory or a file in it may not be read or written by this user."""


class UnknownZoneError(StorageError):
    """The stored time zone is not known on this machine, so no instant can be told its day."""


class UnknownDecisionError(StorageError):
    """The incident or decision that somebody acted on is not there (any more)."""
