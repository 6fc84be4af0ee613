"""Takes in what the doors missed: events that Mixpanel's export has, and nobody else brought."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from campaign_health.route.moved_event import queued
from campaign_health.route.moving import Moving
from campaign_health.route.net.export_source import ExportSource
from storage.outbox.events.event_queue import is_to_take, receive_exported
from storage.outbox.events.event_tally import note_looked
from storage.outbox.events.unnamed_events import EXPORT
from storage.outbox.group_commit import GroupCommit
from storage.outbox.people.experiment_log import note_conversions
from storage.outbox.route_file import Connection
from storage.outbox.route_modes import moved_since

FIRST_SECONDS = 71 * 3600.0
"""How far back it is read at first: what is older triggers nothing in Customer.io."""
LATE_SECONDS = 6 * 3600.0
"""How much later than it happened an event may come into the export, and still be found by the next look."""
SETTLED_SECONDS = 300.0
"""What is younger may just be on its way to a door."""
AT_ONCE = 500


@dataclass
class ExportNet:
    """One workspace's, from one thread; `clock` in Unix seconds."""

    moving: Moving
    source: ExportSource
    outbox: GroupCommit
    hash_of: Callable[[str, str], bytes]
    wake: Callable[[], None]
    every_seconds: float
    clock: Callable[[], float] = time.time
    _asked: frozenset[str] = field(default_factory=frozenset)
    _until: float | None = None
    _next: float = 0.0

    def look(self, connection: Connection) -> bool:
        """Read the export where it is time to, or an event has a name that was not read yet; whether it was asked.

        Raises:
            CollectorError: it was not read to its end; it is asked again when it is time to.
            CannotWrite: it could not be written; the same.
        """
        contract, now = self.moving.contract, self.clock()
        since = moved_since(connection, self.moving.workspace)
        names = {} if contract is None else {name: own for name, own in contract.sent_names.items() if own in since}
        asked = frozenset(names)
        if contract is not None and contract.experiments.keys() & since.keys():
            asked |= contract.conversion_names
        if not asked <= self._asked:
            self._until = None
        elif now < self._next or not names:
            return False
        self._asked, self._next = asked, now + self.every_seconds
        begin = now - FIRST_SECONDS if self._until is None else self._until - LATE_SECONDS
        begin, end = max(begin, min(since[own] for own in names.values())), now - SETTLED_SECONDS
        if begin >= end:
            return False
        found, conversions = [], []
        for event in self.source.between(sorted(asked), begin, end, now):
            conversion = self.moving.conversion(event, EXPORT, self.hash_of)
            if conversion is not None:
                conversions.append(conversion)
            routed = self.moving.routed(event.name)
            if routed is not None and event.time >= since.get(routed.event, now):
                one = queued(event, routed, self.moving.workspace, EXPORT, now, self.hash_of)
                if is_to_take(connection, one):
                    found.append(one)
        for place in range(0, len(found), AT_ONCE):
            some = found[place : place + AT_ONCE]
            self.outbox.take_in(partial(receive_exported, events=some)).result()
            self.wake()
        for place in range(0, len(conversions), AT_ONCE):
            self.outbox.submit(partial(note_conversions, conversions=conversions[place : place + AT_ONCE])).result()
        self.outbox.submit(lambda writing: note_looked(writing, self.moving.workspace, begin)).result()
        self._until = end
        return True
