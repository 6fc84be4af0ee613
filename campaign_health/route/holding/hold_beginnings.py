"""Begins holds: what came, the monitor, people or silence showed that something has changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field

from campaign_health.route.holding.fallen_silent import is_silent, usual_gap
from campaign_health.route.holding.hold_decisions import (
    USUAL_SHARE,
    WantedHold,
    kind_on_drift,
    wanted_by_monitor,
    wanted_by_people,
    wanted_by_silence,
)
from campaign_health.route.holding.published_word import PublishedWord
from campaign_health.route.holding.recent_fits import RecentFits
from campaign_health.route.lanes.prepared import UnfitEvent
from campaign_health.route.lanes.turns import Waiting
from campaign_health.route.moving import Moving
from campaign_health.words.letter_words import letter_sentence
from storage.outbox.events.event_pace import pace_of, share_unfit
from storage.outbox.events.event_queue import MENDABLE
from storage.outbox.events.held_events import EVENTS, fetch_back, hold_of, open_hold, was_held_for
from storage.outbox.group_commit import CannotWrite, Write
from storage.outbox.route_file import Connection

HOUR_SECONDS, DAY_SECONDS = 3600.0, 86_400.0


@dataclass
class HoldBeginnings:
    """One workspace's. `write` returns once it is on the disk; `changed` hears of each hold; `clock` in Unix time."""

    moving: Moving
    write: Callable[[Write], None]
    changed: Callable[[Connection | None], None]
    clock: Callable[[], float]
    recent: RecentFits = field(default_factory=RecentFits)
    _lock: threading.Lock = field(default_factory=threading.Lock)

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
                self.write(lambda connection: self._hold_unfit(connection, event, *why))
            if self.moving.is_held(event.event):
                self.changed(None)

    def forget(self, event: str) -> None:
        """Judge an event anew by what comes from now on."""
        with self._lock:
            self.recent.forget(event)

    def begin_as_said(self, connection: Connection, word: PublishedWord) -> None:
        """Keep back what people said, and what the monitor found broken."""
        contract = self.moving.contract
        if contract is not None:
            for one in wanted_by_people(contract, word.holds):
                self._begin(connection, one)
            for one in wanted_by_monitor(contract, word.drifts, self.moving.is_live):
                self._begin(connection, one)

    def begin_for_silence(self, connection: Connection, now: float, started: float, not_new: Collection[str]) -> None:
        """Keep back what is likely the new name of an event that fell silent; while nothing listened, nothing could
        come: that was `started` (Unix seconds).
        """
        contract, workspace = self.moving.contract, self.moving.workspace
        if contract is None:
            return
        names = {name: one for name, one in self.moving.names.copy().items() if contract.routed(name) is None}
        for event in contract.events if names else ():
            if not self.moving.is_live(event):
                continue
            by_hour, last = pace_of(connection, workspace, event)
            if last is None or not is_silent(usual_gap(by_hour, now), now - max(last, started)):
                continue
            wanted = wanted_by_silence(event, last, names, not_new)
            if wanted is not None:
                self._begin(connection, wanted)

    def _begin(self, connection: Connection, wanted: WantedHold) -> None:
        workspace, now = self.moving.workspace, self.clock()
        if was_held_for(connection, workspace, wanted.event, wanted.source):
            return
        self.write(
            lambda writing: open_hold(
                writing, workspace, wanted.event, wanted.kind, wanted.why, now, source=wanted.source,
                candidate_of=wanted.candidate_of,
            )
        )  # fmt: skip
        self.changed(connection)

    def _hold_unfit(self, connection: Connection, event: Waiting, reason: str, about: str) -> None:
        known = hold_of(connection, event.workspace, event.event)
        begin = event.received - DAY_SECONDS
        if known is None:
            until = event.received - HOUR_SECONDS
            usual = share_unfit(connection, event.workspace, event.event, reason, about, begin, until)
            if usual >= USUAL_SHARE:
                return
            kind = kind_on_drift(self.moving.contract, event.event)
            why = letter_sentence(reason, about)
            open_hold(connection, event.workspace, event.event, kind, why, self.clock(), source=EVENTS, field=about)
            known = hold_of(connection, event.workspace, event.event)
        if known is not None:
            fetch_back(connection, known, reason, about, begin)
            self.moving.read_holds(connection)
