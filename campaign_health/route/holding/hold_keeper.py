"""Looks again and again what is to be kept back, and what may go on: one thread a workspace."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from campaign_health.route.holding.daily_hour import let_go_due
from campaign_health.route.holding.hold_beginnings import HoldBeginnings
from campaign_health.route.holding.hold_endings import HoldEndings
from campaign_health.route.holding.holds_to_check import HoldsToCheck
from campaign_health.route.holding.published_word import PublishedFile
from campaign_health.route.moving import Moving
from campaign_health.route.steady_thread import SteadyThread
from storage.outbox.connection.outbox_connection import Place
from storage.outbox.events.event_pace import note_names, unmoved_names
from storage.outbox.events.held_events import confirmed_renames, expire_held, holds_now
from storage.outbox.group_commit import CannotWrite, CannotWriteThis, GroupCommit, Write
from storage.outbox.route_file import Connection

LOOK_SECONDS = 1.0
SLOW_LOOK_SECONDS = 10.0


@dataclass
class HoldKeeper:
    """One workspace's; `start` and `stop` it. `changed` is called where a hold begins or ends. `clock` in Unix time."""

    moving: Moving
    place: Place
    outbox: GroupCommit
    published: PublishedFile
    wake: Callable[[], None]
    changed: Callable[[], None] = lambda: None
    clock: Callable[[], float] = time.time
    _stopping: threading.Event = field(default_factory=threading.Event)
    _started: float = 0.0
    _next_slow: float = 0.0
    _to_check: HoldsToCheck = field(default_factory=HoldsToCheck)

    def __post_init__(self) -> None:
        workspace = self.moving.workspace
        self.thread = SteadyThread("keeper", workspace, self.place, self._look_on, self._stopping, self.outbox)
        self._beginnings = HoldBeginnings(self.moving, self._write, self._read_holds, self.clock)
        self._endings = HoldEndings(
            self.moving, self._write, self.wake, self._read_holds, self.clock, self._stopping.is_set
        )
        self.fit, self.unfit = self._beginnings.fit, self._beginnings.unfit

    def start(self) -> None:
        """Begin to look."""
        self._started = self.clock()
        self.moving.unfit, self.moving.fit = self.unfit, self.fit
        self.thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        self.thread.join()

    def look(self, connection: Connection) -> None:
        """One look at all that may have changed."""
        now, workspace = self.clock(), self.moving.workspace
        word = self.published.read()
        sure = [*word.renames, *confirmed_renames(connection, workspace)]
        self.moving.set_renames([one for one in sure if one not in word.refused])
        self._endings.let_go_leftovers(connection)
        let_go_due(connection, self.moving, self._write, self.wake, now)
        for hold in self._to_check.now(self.moving, partial(holds_now, connection, workspace)):
            self._beginnings.forget(hold.event)
            self._endings.end_what_fits(connection, hold)
        if now < self._next_slow:
            return
        self._next_slow = now + SLOW_LOOK_SECONDS
        self._write(lambda writing: expire_held(writing, workspace, now))
        self._beginnings.begin_as_said(connection, word)
        self._endings.end_as_said(connection, word)
        self._save_names()
        not_new = {name for pair in word.refused for name in pair}
        self._beginnings.begin_for_silence(connection, now, self._started, not_new)

    def _look_on(self, connection: Connection) -> None:
        self.moving.names.known_before(unmoved_names(connection, self.moving.workspace))
        while not self._stopping.wait(LOOK_SECONDS):
            if self.moving.contract is not None:
                try:
                    self.look(connection)
                except CannotWriteThis:
                    raise
                except CannotWrite:  # the disk is full: at the next look
                    continue

    def _read_holds(self, connection: Connection | None) -> None:
        """Where a connection is given, what is in force is read with it first."""
        if connection is not None:
            self.moving.read_holds(connection)
        self.changed()

    def _save_names(self) -> None:
        names = self.moving.names.take_unsaved()
        if names:
            self._write(lambda writing: note_names(writing, self.moving.workspace, names))

    def _write(self, write: Write) -> None:
        self.outbox.submit(write).result()
