"""Writes what became of events; only then are their lanes free. A full disk is waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from campaign_health.route.lanes.sorting import Reasons
from campaign_health.route.lanes.turns import Waiting
from storage.outbox.events.event_queue import Outcome, bury, finish
from storage.outbox.events.held_events import keep_back
from storage.outbox.group_commit import CannotWrite, CannotWriteThis, GroupCommit, Write
from storage.outbox.route_file import Connection

DISK_SECONDS = 1.0


@dataclass(frozen=True)
class Settling:
    """`free` is told of events that are over, `again` of events that stay in the queue for now."""

    outbox: GroupCommit
    stopping: threading.Event
    free: Callable[[Sequence[Waiting]], None]
    again: Callable[[Sequence[Waiting]], None]
    clock: Callable[[], float] = time.time

    def finish(self, events: Sequence[Waiting], outcome: Outcome) -> None:
        """They are over."""
        self._over(events, lambda connection: finish(connection, [one.key for one in events], outcome))

    def bury(self, events: Sequence[Waiting], reasons: Reasons) -> None:
        """They cannot be sent; where a hold is in force for it, they are kept back instead of becoming letters."""
        now = self.clock()

        def write(connection: Connection) -> None:
            for one in events:
                bury(connection, one.key, *reasons[one.key], now)

        self._over(events, write)

    def keep_back(self, events: Sequence[Waiting]) -> None:
        """They are kept back; whichever is not to be any more goes on waiting."""
        if not events:
            return
        for kept in self.write(lambda connection: [keep_back(connection, one.key, "", "") for one in events]):
            self.free([one for one, is_kept in zip(events, kept, strict=True) if is_kept])
            self.again([one for one, is_kept in zip(events, kept, strict=True) if not is_kept])

    def give_up(self, event: Waiting) -> None:
        """The program itself fails at it again and again: it becomes a letter, so that its lane is free."""
        try:
            self.bury([event], {event.key: ("program_fault", "")})
        except CannotWriteThis:  # it stays in the queue, for the next start
            self.free([event])

    def write(self, write: Write) -> list[Any]:
        """What a write returned once it is on the disk, as the only one; nothing where the process ends before that.

        Raises:
            CannotWriteThis: it never will be.
        """
        while True:
            try:
                return [self.outbox.submit(write).result()]
            except CannotWriteThis:
                raise
            except CannotWrite:
                if self.stopping.wait(DISK_SECONDS):
                    return []

    def _over(self, events: Sequence[Waiting], write: Write) -> None:
        if events and self.write(write):
            self.free(events)
