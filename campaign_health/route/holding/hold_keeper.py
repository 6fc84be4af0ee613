"""Begins holds where something has changed, and lets go what may go on: one thread a workspace."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from campaign_health.route.holding.daily_hour import let_go_due
from campaign_health.route.holding.fallen_silent import candidate_for, is_silent, usual_gap
from campaign_health.route.holding.holds_to_check import HoldsToCheck
from campaign_health.route.holding.published_word import Drift, PublishedFile
from campaign_health.route.holding.recent_fits import RecentFits
from campaign_health.route.lanes.prepared import UnfitEvent
from campaign_health.route.lanes.turns import Waiting
from campaign_health.route.moving import Moving
from campaign_health.route.steady_thread import SteadyThread
from campaign_health.words.letter_words import letter_sentence
from storage.outbox.event_pace import note_names, pace_of, share_unfit, unmoved_names
from storage.outbox.event_queue import MENDABLE
from storage.outbox.group_commit import CannotWrite, CannotWriteThis, GroupCommit, Write
from storage.outbox.held_events import (
    CONFIRMED,
    DROPPED,
    EVENTS,
    FITS,
    HAND,
    RELEASED,
    Hold,
    HoldKind,
    confirmed_renames,
    drop_held,
    end_hold,
    expire_held,
    fetch_back,
    held_of,
    hold_of,
    holds_now,
    leftovers,
    let_go,
    open_hold,
    was_held_for,
)
from storage.outbox.outbox_connection import Place
from storage.outbox.route_file import Connection
from storage.read.decisions_made import Decision

LOOK_SECONDS = 1.0
SLOW_LOOK_SECONDS = 10.0
AT_ONCE = 500
MOST_A_LOOK = 20
DAY_SECONDS = 86_400.0
USUAL_SHARE = 0.05
"""An event of which so many did not fit the day before has not just changed."""


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
    recent: RecentFits = field(default_factory=RecentFits)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _started: float = 0.0
    _next_slow: float = 0.0
    _to_check: HoldsToCheck = field(default_factory=HoldsToCheck)

    def __post_init__(self) -> None:
        workspace = self.moving.workspace
        self.thread = SteadyThread("keeper", workspace, self.place, self._look_on, self._stopping, self.outbox)

    def start(self) -> None:
        """Begin to look."""
        self._started = self.clock()
        self.moving.unfit, self.moving.fit = self.unfit, self.fit
        self.thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        self.thread.join()

    def fit(self, event: Waiting) -> None:
        """An event is as declared."""
        with self._lock:
            self.recent.seen(event.event, event.key, None)

    def unfit(self, event: Waiting, problem: UnfitEvent) -> None:
        """An event is not as declared; returns once it is kept back, where this shows that something has changed."""
        if problem.reason not in MENDABLE or not self.moving.is_live(event.event) or self.moving.is_held(event.event):
            return
        why = (problem.reason, problem.field)
        with self._lock:
            is_suspicious = self.recent.seen(event.event, event.key, why)
        if is_suspicious:
            # A full disk: it becomes a letter once there is room, and the next one fetches it back.
            with suppress(CannotWrite):
                self._write(lambda connection: self._hold_unfit(connection, event, *why))
            if self.moving.is_held(event.event):
                self.changed()

    def look(self, connection: Connection) -> None:
        """One look at all that may have changed."""
        now = self.clock()
        word = self.published.read()
        sure = [*word.renames, *confirmed_renames(connection, self.moving.workspace)]
        self.moving.set_renames([one for one in sure if one not in word.refused])
        self._let_go_leftovers(connection)
        let_go_due(connection, self.moving, self._write, self.wake, now)
        for hold in self._to_check.now(self.moving, partial(holds_now, connection, self.moving.workspace)):
            self._check_again(connection, hold)
        if now < self._next_slow:
            return
        self._next_slow = now + SLOW_LOOK_SECONDS
        self._write(lambda writing: expire_held(writing, self.moving.workspace, now))
        for said in word.holds:
            self._hold_as_said(connection, said)
        for said in word.releases:
            self._release_as_said(connection, said)
        for drift in word.drifts:
            self._hold_drift(connection, drift)
        for old, new in word.refused:
            self._give_up(connection, old, new)
        self._save_names()
        self._look_for_silence(connection, now, {name for pair in word.refused for name in pair})

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

    def _hold_unfit(self, connection: Connection, event: Waiting, reason: str, about: str) -> None:
        known = hold_of(connection, event.workspace, event.event)
        begin = event.received - DAY_SECONDS
        if known is None:
            usual = share_unfit(connection, event.workspace, event.event, reason, about, begin, event.received - 3600.0)
            if usual >= USUAL_SHARE:
                return
            kind = self._kind(event.event)
            why = letter_sentence(reason, about)
            open_hold(connection, event.workspace, event.event, kind, why, self.clock(), source=EVENTS, field=about)
            known = hold_of(connection, event.workspace, event.event)
        if known is not None:
            fetch_back(connection, known, reason, about, begin)
            self.moving.read_holds(connection)

    def _kind(self, event: str) -> HoldKind:
        contract = self.moving.contract
        return "everything" if contract is not None and contract.is_held_on_drift(event) else "unsendable"

    def _hold_drift(self, connection: Connection, drift: Drift) -> None:
        """Keep back what the monitor found broken, once for each incident."""
        contract = self.moving.contract
        routed = None if contract is None else contract.routed(drift.event)
        if routed is None or not self.moving.is_live(routed.event):
            return
        event, source = routed.event, drift.incident_id
        why = f"the monitor found that it is broken: {drift.cause.replace('_', ' ')}"
        self._open(connection, event, self._kind(event), why, source)
        new = drift.new_name
        if new and contract is not None and contract.routed(new) is None:
            self._hold_candidate(connection, new, event, source)

    def _hold_as_said(self, connection: Connection, said: Decision) -> None:
        """Keep everything of an event back because somebody said so on the dashboard."""
        contract, event = self.moving.contract, said.event or ""
        if contract is not None and event in contract.events:
            self._open(connection, event, "everything", said.reason or "", f"{HAND} {said.decision_id}")

    def _release_as_said(self, connection: Connection, said: Decision) -> None:
        """Let go because somebody said so on the dashboard, after the hold began."""
        hold = hold_of(connection, self.moving.workspace, said.event or "")
        # What is let go while it is not live would not be sent.
        is_meant = hold is not None and hold.since < said.decided_at.timestamp()
        if hold is not None and is_meant and self.moving.is_live(hold.event, hold):
            self._end(connection, hold, CONFIRMED if hold.kind == "candidate" else RELEASED)

    def _hold_candidate(self, connection: Connection, new: str, old: str, source: str) -> None:
        self._open(connection, new, "candidate", f"it may be the new name of {old}", source, candidate_of=old)

    def _open(
        self, connection: Connection, event: str, kind: HoldKind, why: str, source: str, candidate_of: str = ""
    ) -> None:
        """Begin a hold, once for each source: what was let go is not kept back again for the same reason."""
        workspace, now = self.moving.workspace, self.clock()
        if was_held_for(connection, workspace, event, source):
            return
        self._write(
            lambda writing: open_hold(
                writing, workspace, event, kind, why, now, source=source, candidate_of=candidate_of
            )
        )
        self._read_holds(connection)

    def _give_up(self, connection: Connection, old: str, new: str) -> None:
        """Somebody said that it is not the new name."""
        hold = hold_of(connection, self.moving.workspace, new)
        if hold is not None and hold.kind == "candidate" and hold.candidate_of == old:

            def end(writing: Connection) -> None:
                drop_held(writing, hold)
                end_hold(writing, hold, DROPPED, self.clock())

            self._write(end)
            self._read_holds(connection)

    def _look_for_silence(self, connection: Connection, now: float, not_new: set[str]) -> None:
        contract, workspace = self.moving.contract, self.moving.workspace
        if contract is None:
            return
        names = {name: one for name, one in self.moving.names.copy().items() if contract.routed(name) is None}
        for event in contract.events if names else ():
            if not self.moving.is_live(event):
                continue
            by_hour, last = pace_of(connection, workspace, event)
            # While nothing listened, nothing could come.
            heard = max(last or 0.0, self._started)
            if last is None or not is_silent(usual_gap(by_hour, now), now - heard):
                continue
            candidate = candidate_for(event, names, last)
            if candidate is not None and candidate.name not in not_new:
                self._hold_candidate(connection, candidate.name, event, f"{EVENTS} {int(last)}")

    def _check_again(self, connection: Connection, hold: Hold) -> None:
        """Let go what fits now, after the manifest or what people confirmed has changed."""
        contract = self.moving.contract
        if hold.source.startswith(HAND) or contract is None:
            return
        with self._lock:
            self.recent.forget(hold.event)
        if hold.kind == "candidate":
            if contract.routed(hold.event) is not None:
                self._end(connection, hold, FITS)
            return
        fitting, all_fit, place = [], True, 0
        while some := held_of(connection, hold, place, AT_ONCE):
            place = some[-1][0]
            for _, one in some:
                if contract.fits(one.event.event, one.event.body):
                    fitting.append(one.event.key)
                else:
                    all_fit = False
        if all_fit:
            self._end(connection, hold, FITS)
        elif hold.kind == "unsendable":
            for begin in range(0, len(fitting), AT_ONCE):
                self._write(partial(let_go, keys=fitting[begin : begin + AT_ONCE]))
        self.wake()

    def _end(self, connection: Connection, hold: Hold, how: str) -> None:
        self._write(lambda writing: end_hold(writing, hold, how, self.clock()))
        self._read_holds(connection)
        self._let_go_leftovers(connection)

    def _let_go_leftovers(self, connection: Connection) -> None:
        """What an ended hold kept goes on, in the order in which it was received."""
        for _ in range(MOST_A_LOOK):
            keys = leftovers(connection, self.moving.workspace, AT_ONCE)
            if not keys:
                return
            self._write(partial(let_go, keys=keys))
            self.wake()

    def _read_holds(self, connection: Connection) -> None:
        self.moving.read_holds(connection)
        self.changed()

    def _save_names(self) -> None:
        names = self.moving.names.take_unsaved()
        if names:
            self._write(lambda writing: note_names(writing, self.moving.workspace, names))

    def _write(self, write: Write) -> None:
        self.outbox.submit(write).result()
