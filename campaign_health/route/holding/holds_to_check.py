"""Which holds a changed manifest may end: those that began before it, each once what it keeps would be sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from campaign_health.route.moving import Moving
from storage.outbox.events.held_events import Hold


@dataclass
class HoldsToCheck:
    """`version` is the newest one of the contract that was looked at; -1: none yet."""

    version: int = -1
    _ids: set[int] = field(default_factory=set)

    def now(self, moving: Moving, holds_now: Callable[[], Sequence[Hold]]) -> list[Hold]:
        """Those to look at now; each is given once for each change of the contract."""
        if moving.version == self.version and not self._ids:
            return []
        holds = holds_now()
        if moving.version != self.version:
            # A start changes nothing by itself.
            until = moving.changed if self.version < 0 else float("inf")
            self._ids = {one.hold_id for one in holds if one.kind == "candidate" or one.since < until}
            self.version = moving.version
        found = [one for one in holds if one.hold_id in self._ids and _would_be_sent(moving, one)]
        self._ids &= {one.hold_id for one in holds}
        self._ids -= {one.hold_id for one in found}
        return found


def _would_be_sent(moving: Moving, hold: Hold) -> bool:
    """What is let go while it is not live would be lost."""
    has_route = moving.contract is not None and moving.contract.routed(hold.event) is not None
    return moving.is_live(hold.event, None if has_route else hold)
