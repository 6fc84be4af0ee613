"""What a courier writes beside its events: old rows are taken out, and others are told whether Customer.io is asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from campaign_health.route.lanes.breaker import State
from storage.outbox.events.event_queue import sweep
from storage.outbox.group_commit import GroupCommit
from storage.outbox.route_modes import note_breaker

SWEEP_SECONDS = 600.0


@dataclass
class Upkeep:
    """One workspace's; nothing of it is waited for. `clock` in Unix seconds."""

    workspace: str
    outbox: GroupCommit
    clock: Callable[[], float]
    _noted: State = "closed"
    _next: float = 0.0

    def look(self, state: State) -> None:
        """Note the breaker's state where it changed, and sweep every ten minutes."""
        if state != self._noted:
            self._noted = state
            self.outbox.submit(lambda connection: note_breaker(connection, self.workspace, state))
        now = time.monotonic()
        if now >= self._next:
            self._next = now + SWEEP_SECONDS
            self.outbox.submit(lambda connection: sweep(connection, self.clock()))
