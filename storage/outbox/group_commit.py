"""One thread that writes: what arrives together is committed together, and told of once it is on the disk."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from queue import Empty, SimpleQueue
from typing import Any

from storage.errors import StorageError
from storage.outbox.connection.outbox_connection import CANNOT_NOW, Connection, DatabaseAway, Place, committed
from storage.outbox.events.queue_room import QueueRoom
from storage.outbox.intake import written
from storage.outbox.route_file import open_route_file, wipe_log_if_free

MOST_TOGETHER = 2_000
IDLE_SECONDS = 2.0
"""After so long without a write, what was delivered is taken out of the log, too."""
LOOK_SECONDS = 2.0
"""How often a disk that took nothing is tried: whoever asks whether it does may send nothing until it does."""
MOST_WAITING = 20_000
"""Writes that may wait; beyond them the disk does not keep up, and the sender is asked to come back."""
HABITS = ("cache_size = -5000", "wal_autocheckpoint = 4000")
"""Of the file's one writer: events come in the order of no index, so that more of it is wanted again than SQLite keeps
by itself (2 MB), and it is better written to its place less often.
"""
OF_ITSELF = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.DataError)
"""Failures of SQLite's that say nothing of the disk."""

Write = Callable[[Connection], Any]


class CannotWrite(StorageError):
    """Nothing can be written now; nothing of what was given is stored."""


class CannotWriteThis(CannotWrite):
    """What was given can never be written, for the fault is in itself; all else can."""


class GroupCommit:
    """Takes writes from any thread; their futures are done when they are durable.

    Start it with `start`; `close` writes what waits and ends.
    """

    def __init__(self, place: Place) -> None:
        self._place, self._room = place, QueueRoom(place)
        self._queue: SimpleQueue[tuple[Write, Future[Any]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
        self._opened: Future[None] = Future()
        self._failing = self._is_wiped = False

    def start(self) -> None:
        """Open the file and begin; raises StorageError where it cannot be opened."""
        self._thread.start()
        self._opened.result()

    @property
    def can_write(self) -> bool:
        """Whether the newest commit went through, and the queue is not full."""
        return not self._failing and self._thread.is_alive() and self._queue.qsize() < MOST_WAITING

    @property
    def can_take_in(self) -> bool:
        """Whether more events can be received."""
        return self.can_write and self._room.has_room

    def take_in(self, write: Write) -> Future[Any]:
        """As `submit`, for what makes the queue longer: CannotWrite also where too many wait or the disk gets full."""
        if self._room.has_room:
            return self.submit(write)
        future: Future[Any] = Future()
        future.set_exception(CannotWrite("Too many events wait, or the disk is nearly full."))
        return future

    def submit(self, write: Write) -> Future[Any]:
        """The future of what `write` returns once its transaction is committed; CannotWrite where it is not."""
        future: Future[Any] = Future()
        if not self._thread.is_alive() or self._queue.qsize() >= MOST_WAITING:
            future.set_exception(CannotWrite("There is more to write than the disk takes."))
        else:
            self._queue.put((write, future))
        return future

    def close(self) -> None:
        """Write what waits, and end."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        with ExitStack() as stack:
            try:
                connection = stack.enter_context(open_route_file(self._place))
            except BaseException as failure:
                self._opened.set_exception(failure)
                return
            if isinstance(connection, sqlite3.Connection):
                for pragma in HABITS:
                    connection.execute(f"PRAGMA {pragma}")
            self._look(connection)
            self._opened.set_result(None)
            while True:
                some = self._next(connection)
                self._commit(connection, some)
                self._look(connection)
                if some and some[-1] is None:
                    return

    def _look(self, connection: Connection) -> None:
        # Reading fails where writing does, and that is told already.
        with suppress(sqlite3.Error, DatabaseAway, OSError):
            self._room.look(connection)

    def _next(self, connection: Connection) -> list[tuple[Write, Future[Any]] | None]:
        try:
            is_idle = self.can_take_in and self._is_wiped
            some = [self._queue.get(timeout=None if is_idle else min(LOOK_SECONDS, IDLE_SECONDS))]
        except Empty:
            if not self.can_take_in:
                return [(_rewrite, Future())]
            with suppress(sqlite3.Error):
                self._is_wiped = wipe_log_if_free(connection)
            return []
        self._is_wiped = False
        while some[-1] is not None and len(some) < MOST_TOGETHER:
            try:
                some.append(self._queue.get_nowait())
            except Empty:
                break
        return some

    def _commit(self, connection: Connection, some: Sequence[tuple[Write, Future[Any]] | None]) -> None:
        writes = [one for one in some if one is not None]
        if not writes:
            return
        try:
            with committed(connection):
                results = written(connection, [write for write, _ in writes])
        except Exception as failure:  # one that cannot be written must not take the others, or the thread, with it
            if len(writes) > 1 and not isinstance(failure, CANNOT_NOW):
                for one in writes:
                    self._commit(connection, [one])
                return
            self._failing = isinstance(failure, (sqlite3.Error, DatabaseAway)) and not isinstance(failure, OF_ITSELF)
            why = (CannotWrite if self._failing else CannotWriteThis)(f"It could not be written: {failure}.")
            why.__cause__ = failure
            for _, future in writes:
                _tell(future, why)
            return
        self._failing = False
        for (_, future), result in zip(writes, results, strict=True):
            _tell(future, result)


def _rewrite(connection: Connection) -> None:
    """Writes what is there as it is, as a test of the disk."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.execute(f"PRAGMA user_version = {version}")


def _tell(future: Future[Any], result: Any) -> None:
    """Whoever no longer waits is not told."""
    if future.set_running_or_notify_cancel():
        if isinstance(result, BaseException):
            future.set_exception(result)
        else:
            future.set_result(result)
