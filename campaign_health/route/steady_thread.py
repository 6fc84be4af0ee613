"""A thread that does not end: what fails in a way that nobody foresaw is told of, and the work is begun again."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from traceback import extract_tb

from storage.errors import StorageError
from storage.outbox.connection.outbox_connection import DatabaseAway, Place
from storage.outbox.connection.thread_faults import note_fault
from storage.outbox.group_commit import GroupCommit
from storage.outbox.route_file import Connection, open_route_file

AWAY_SECONDS = 1.0
LEAST_PAUSE_SECONDS, MOST_PAUSE_SECONDS = 1.0, 60.0
RECENT_SECONDS = 300.0
SAID_SECONDS = 60.0
"""The same failure is logged no oftener."""
LOG = logging.getLogger("campaign_health.route")


class SteadyThread:
    """One part of what carries a workspace's events.

    `work` gets a connection for reading, and returns once `stopping` is set. Where the database is away it is begun
    again in a second; after any other failure after a pause that grows to a minute while it goes on failing.
    """

    def __init__(
        self,
        part: str,
        workspace: str,
        place: Place,
        work: Callable[[Connection], None],
        stopping: threading.Event,
        outbox: GroupCommit,
    ) -> None:
        self.part, self.number = part, 0
        self._workspace, self._place, self._work, self._stopping = workspace, place, work, stopping
        self._outbox = outbox
        self._last = float("-inf")
        self._said: tuple[str, float] = ("", 0.0)
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name=f"{part} {workspace}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def join(self, seconds: float | None = None) -> None:
        """Wait for its end, at most so long."""
        if self._thread.ident is not None:
            self._thread.join(seconds)

    @property
    def failed_lately(self) -> bool:
        """Whether it failed within the last five minutes."""
        return time.monotonic() - self._last < RECENT_SECONDS

    def failed(self, failure: BaseException) -> None:
        """Tell of a failure: its kind and place only, for its words may name somebody."""
        kind, now = _kind(failure), time.monotonic()
        with self._lock:
            self.number += 1
            self._last = now
            is_news = self._said[0] != kind or now - self._said[1] >= SAID_SECONDS
            if is_news:
                self._said = (kind, now)
        if is_news:
            LOG.error("The %s of %s failed and goes on: %s.", self.part, self._workspace, kind)
        self._outbox.submit(lambda connection: note_fault(connection, self._workspace, self.part, kind, time.time()))

    def _run(self) -> None:
        pause = LEAST_PAUSE_SECONDS
        while not self._stopping.is_set():
            begun = time.monotonic()
            try:
                with open_route_file(self._place) as connection:
                    self._work(connection)
            except DatabaseAway:
                self._stopping.wait(AWAY_SECONDS)
            except Exception as failure:
                self.failed(failure)
                if time.monotonic() - begun > MOST_PAUSE_SECONDS:
                    pause = LEAST_PAUSE_SECONDS
                # A disk that could not be read may be read again at any moment.
                self._stopping.wait(AWAY_SECONDS if isinstance(failure, StorageError) else pause)
                pause = min(pause * 2, MOST_PAUSE_SECONDS)


def _kind(failure: BaseException) -> str:
    """`KeyError (courier.py, line 120)`: what it was, and where in the innermost of our own files."""
    failure = failure.__cause__ or failure
    frames = extract_tb(failure.__traceback__)
    own = [one for one in frames if "site-packages" not in one.filename] or frames
    where = f" ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else ""
    return type(failure).__name__ + where
