"""Whether there is room for more events: in the queue, and on the disk."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass

from storage.outbox.connection.outbox_connection import Connection, Place, PostgresPlace

MOST_ROWS = 2_000_000
LEAST_FREE_SHARE = 0.05
LOOK_SECONDS, COUNT_SECONDS = 1.0, 10.0


@dataclass
class QueueRoom:
    """What was seen last; `look` may be called as often as one likes, and looks seldom."""

    place: Place
    clock: Callable[[], float] = time.monotonic
    has_room: bool = True
    _rows: int = 0
    _next_look: float = 0.0
    _next_count: float = 0.0

    def look(self, connection: Connection) -> None:
        """See how many events wait and how full the disk is."""
        now = self.clock()
        if now < self._next_look:
            return
        self._next_look = now + LOOK_SECONDS
        self.has_room = self._has_disk() and self._most_rows(connection, now) <= MOST_ROWS

    def _has_disk(self) -> bool:
        if isinstance(self.place, PostgresPlace):  # its disk is elsewhere, and cannot be asked for
            return True
        disk = shutil.disk_usage(self.place)
        return disk.free >= LEAST_FREE_SHARE * disk.total

    def _most_rows(self, connection: Connection, now: float) -> int:
        """How many wait at the most: the places from the first to the last, and counted only where these are many."""
        (span,) = connection.execute(
            "SELECT (SELECT max(sequence) FROM event_queue) - (SELECT min(sequence) FROM event_queue) + 1"
        ).fetchone()
        if (span or 0) <= MOST_ROWS:
            return span or 0
        if now >= self._next_count:
            self._next_count = now + COUNT_SECONDS
            (self._rows,) = connection.execute("SELECT count(*) FROM event_queue").fetchone()
        return self._rows
