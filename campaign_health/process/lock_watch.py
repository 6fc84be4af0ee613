"""A lock that is held for a long time is looked after: somebody may remove its files while it is held."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from storage.file.private_files import FILE_MODE

WATCH_SECONDS = 15.0
"""A second process that comes within this time after the files were removed is not seen before it has begun."""

_log = logging.getLogger(__name__)


@contextmanager
def watched(lock_path: Path, holder_path: Path, write_holder: Callable[[], None]) -> Iterator[None]:
    """Within it, a lock file and a holder file that are removed are made anew, the lock held on the new file too.

    Where another process has taken the new lock file, this one ends itself as by SIGTERM: the other goes on alone.
    Windows removes no file that is open.
    """
    if os.name != "posix":
        yield
        return
    watch = _Watch(lock_path, holder_path, write_holder)
    thread = threading.Thread(target=watch.run, name=f"watch of {lock_path.name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        watch.ended.set()
        thread.join()
        watch.release()


class _Watch:
    def __init__(self, lock_path: Path, holder_path: Path, write_holder: Callable[[], None]) -> None:
        self._lock_path, self._holder_path, self._write_holder = lock_path, holder_path, write_holder
        self._file = _identity(lock_path)
        self._descriptors: list[int] = []
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(WATCH_SECONDS):
            try:
                if not self._is_kept():
                    _log.warning(
                        "warning: another process took %s, which somebody had removed: this one ends.", self._lock_path
                    )
                    os.kill(os.getpid(), signal.SIGTERM)
                    return
            except Exception as failure:  # a full or vanished disk: tried again, and told by those who work there
                _log.debug("%s could not be looked after: %s", self._lock_path, failure)

    def release(self) -> None:
        for descriptor in self._descriptors:
            os.close(descriptor)

    def _is_kept(self) -> bool:
        """Whether the lock is this process's still, or again."""
        if _identity(self._lock_path) != self._file and not self._taken_anew():
            return False
        if not self._holder_path.exists():
            self._write_holder()
        return True

    def _taken_anew(self) -> bool:
        import fcntl

        descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), FILE_MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptors.append(descriptor)
        found = os.fstat(descriptor)
        self._file = (found.st_dev, found.st_ino)
        _log.warning("warning: somebody removed %s while it was in use; it is made anew.", self._lock_path)
        with suppress(FileNotFoundError):
            self._holder_path.unlink()
        return True


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
