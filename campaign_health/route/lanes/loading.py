"""Which events of the queue come into memory next: new ones at once, and what has waited as far as there is room."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from campaign_health.route.lanes.turns import EventClass, Turns, Waiting, lane_of
from storage.outbox.connection.lane_groups import EVERY_GROUP, GROUPS
from storage.outbox.events.event_queue import (
    fresh_since,
    head_of_queue,
    places_before,
    places_there,
    waiting_at,
    waiting_behind,
    waiting_fresh,
)
from storage.outbox.events.queued_event import AGAIN, QueuedEvent
from storage.outbox.route_file import Connection

AT_ONCE = 500
FRESH_SECONDS = 60.0
MOST_BEFORE = 50
"""Where so many events of one person wait, a new one of theirs waits as they do."""


@dataclass
class Loading:
    """Two places in one queue: up to where the new ones were read, and up to where the others.

    Where more new ones come than memory holds, the rest of them is left to the others' place, which then goes back: so
    a new event never stands behind an outage. With it comes what waits of its own person before it; where that is very
    much, it is left to the others' place too, and `left` is the first of those. `held` are the places of all that is in
    memory.

    An event comes into memory only when all that waits of its person before it is there: there, their order holds.
    And only those of one's `own` groups of lanes do.
    """

    workspace: str
    clock: Callable[[], float] = time.time
    fresh: int = 0
    others: int = 0
    limit: int = 0
    left: int | None = None
    held: set[int] = field(default_factory=set)
    own: frozenset[int] = frozenset()

    def share(self, connection: Connection, turns: Turns, own: frozenset[int]) -> list[Waiting]:
        """Keep to one's own groups; gives what is in memory of others no more.

        Of groups that are new here all has waited, but for what came within the last minute.
        """
        others = [] if own == EVERY_GROUP else turns.leave(own)
        self.done(others)
        if own - self.own:
            first = fresh_since(connection, self.workspace, self.clock() - FRESH_SECONDS)
            self.fresh = self.limit = head_of_queue(connection) if first is None else first - 1
            self.others, self.left = 0, None
        self.own = own
        return others

    def load(self, connection: Connection, turns: Turns) -> None:
        """Read what there is room for."""
        room = turns.room("fresh")
        if room > 0:
            for place, event in waiting_fresh(connection, self.workspace, self.fresh, min(room, AT_ONCE)):
                if self._is_wanted(place, event):
                    before = self._before(connection, place, event)
                    if len(before) == MOST_BEFORE:
                        self.left = self.left or place
                    else:
                        missing = [one for one in before if one not in self.held]
                        for earlier, found in [*waiting_at(connection, self.workspace, missing), (place, event)]:
                            self._add(turns, earlier, found, "fresh")
                # Last: where it could not be read to its end, it is read again.
                self.fresh = place
        else:
            oldest_left = waiting_fresh(connection, self.workspace, self.fresh, 1)
            if oldest_left and self.clock() - oldest_left[0][1].received > FRESH_SECONDS:
                self._go_back(self.fresh, head_of_queue(connection))
                self.fresh = self.limit
        if turns.room("backlog") >= AT_ONCE and not self._load_others(connection, turns) and self.left is not None:
            self._go_back(self.others, self.fresh)

    def take(
        self, connection: Connection, turns: Turns, now: float, *, is_last_sender: bool
    ) -> tuple[list[Waiting], list[Waiting]]:
        """The events whose turn it is, and those that are not in the queue any more: their person was forgotten."""
        batch = turns.next(now, is_last_sender=is_last_sender)
        try:
            there = places_there(connection, [one.sequence for one in batch]) if batch else set()
        except Exception:
            turns.put_back(batch, now)
            raise
        return [one for one in batch if one.sequence in there], [one for one in batch if one.sequence not in there]

    def done(self, events: Iterable[Waiting]) -> None:
        """They are not in memory any more."""
        self.held -= {one.sequence for one in events}

    def look_again(self) -> None:
        """After a failure: all that is not in memory is read once more, for some of it may have been passed over."""
        self._go_back(0, self.fresh)

    def _load_others(self, connection: Connection, turns: Turns) -> bool:
        """Whether there may be more to read at once."""
        head = head_of_queue(connection)
        found = waiting_behind(connection, self.workspace, self.others, self.limit, AT_ONCE)
        for place, event in found:
            if self._is_wanted(place, event):
                before = self._before(connection, place, event) if place > self.limit else []
                if len(before) == MOST_BEFORE or any(one not in self.held for one in before):
                    return False
                self._add(turns, place, event, "backlog")
            self.others = place
        if len(found) < AT_ONCE:
            # New ones behind it are not theirs, however many wait: they are not looked through again.
            self.others = max(self.others, head)
        return len(found) == AT_ONCE

    def _is_wanted(self, place: int, event: QueuedEvent) -> bool:
        return place not in self.held and lane_of(event.workspace, event.person) % GROUPS in self.own

    def _before(self, connection: Connection, place: int, event: QueuedEvent) -> list[int]:
        return places_before(connection, self.workspace, event.person, place, MOST_BEFORE)

    def _go_back(self, others: int, limit: int) -> None:
        """To the first one that is not in memory; from there on the others' place is that of all up to the limit."""
        self.others = min(self.others, others, others if self.left is None else self.left - 1)
        self.limit, self.left = limit, None

    def _add(self, turns: Turns, place: int, event: QueuedEvent, event_class: EventClass) -> None:
        self.held.add(place)
        turns.add(
            [
                Waiting(
                    place,
                    event_class,
                    event.workspace,
                    event.event,
                    event.key,
                    event.person,
                    event.event_time,
                    event.received,
                    event.expires,
                    event.body,
                    event.source,
                    event.queue_class == AGAIN,
                )
            ]
        )
