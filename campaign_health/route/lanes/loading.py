"""Which events of the queue come into memory next: new ones at once, and what has waited as far as there is room."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from campaign_health.route.lanes.turns import Turns, Waiting
from storage.outbox.event_queue import head_of_queue, waiting_behind, waiting_fresh
from storage.outbox.queued_event import QueuedEvent
from storage.outbox.route_file import Connection

AT_ONCE = 500
FRESH_SECONDS = 60.0


@dataclass
class Loading:
    """Two places in one queue: up to where the new ones were read, and up to where the others.

    Where more new ones come than memory holds, the rest of them is left to the others' place, which then goes back: so
    a new event never stands behind an outage. `held` are the places of all that is in memory.
    """

    workspace: str
    clock: Callable[[], float] = time.time
    fresh: int = 0
    others: int = 0
    limit: int = 0
    held: set[int] = field(default_factory=set)

    def begin(self, connection: Connection) -> None:
        """All that is there has waited."""
        self.fresh = self.limit = head_of_queue(connection)

    def load(self, connection: Connection, turns: Turns) -> None:
        """Read what there is room for."""
        room = turns.room("fresh")
        if room:
            for place, event in waiting_fresh(connection, self.workspace, self.fresh, min(room, AT_ONCE)):
                self.fresh = place
                self._add(turns, place, event)
        else:
            oldest_left = waiting_fresh(connection, self.workspace, self.fresh, 1)
            if oldest_left and self.clock() - oldest_left[0][1].received > FRESH_SECONDS:
                self.others = min(self.others, self.fresh)
                self.fresh = self.limit = head_of_queue(connection)
        room = turns.room("backlog")
        if room >= AT_ONCE:
            for place, event in waiting_behind(connection, self.workspace, self.others, self.limit, AT_ONCE):
                self.others = place
                if place not in self.held:
                    self._add(turns, place, event, is_backlog=True)

    def _add(self, turns: Turns, place: int, event: QueuedEvent, *, is_backlog: bool = False) -> None:
        self.held.add(place)
        turns.add(
            [
                Waiting(
                    place, "backlog" if is_backlog else "fresh", event.workspace, event.event, event.key, event.person,
                    event.event_time, event.received, event.expires, event.body, event.source,
                )
            ]
        )  # fmt: skip
