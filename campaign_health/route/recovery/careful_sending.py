"""Sends to people who missed a message, so that nobody gets it twice, and few get it where something is wrong.

Each is noted before anything goes out; the first ten are watched before the others are next.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import uuid4

from campaign_health.route.recovery.canary import CANARY, SeenOfCanary, canary_verdict, why_stopped
from campaign_health.route.recovery.recovery_plan import RecoveryPlan
from collectors.errors import AuthenticationFailed, Forbidden, PlanForbids, RateLimited, RequestRefused
from collectors.http.client import Progress
from storage.outbox.recovery_ledger import RecoveryLedger, RecoveryRow

CANARY_SECONDS = 600.0
LOOK_SECONDS = 5.0
WayName = Literal["segment", "replay", "broadcast"]

# Nothing of such a request was taken in; after any other failure some of it may have been.
_SURELY_NOT = (AuthenticationFailed, Forbidden, PlanForbids, RateLimited, RequestRefused)


class Way(Protocol):
    """How Customer.io is made to send."""

    @property
    def name(self) -> WayName:
        """What the ledger calls it."""

    @property
    def block(self) -> int:
        """How many people go into one request."""

    @property
    def pause_seconds(self) -> float:
        """How long to wait between two requests."""

    def send(self, people: Sequence[str]) -> frozenset[str]:
        """Send to these; gives those whom Customer.io refused.

        Raises:
            CollectorError: it did not take the request, or nobody knows whether it did.
        """

    def seen(self, people: Collection[str]) -> SeenOfCanary:
        """What has become of the messages to these so far.

        Raises:
            CollectorError: Customer.io did not say.
        """


@dataclass(frozen=True)
class Sent:
    """How many it went out for, how many Customer.io refused, and why the others were left alone (None: all went out).

    `seen` is what was seen of the first few when it was decided about the others.
    """

    way: WayName
    people: int
    refused: int
    stopped: str | None
    seen: SeenOfCanary


@dataclass(frozen=True)
class Pace:
    """How long the first few are watched, how often it is looked (twenty times at least), and how time passes."""

    canary_seconds: float = CANARY_SECONDS
    look_seconds: float = LOOK_SECONDS
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


def send_carefully(
    way: Way,
    people: Sequence[str],
    row: RecoveryRow,
    ledger: RecoveryLedger,
    pace: Pace = Pace(),
    progress: Progress | None = None,
) -> Sent:
    """Send to the first ten, watch what becomes of it, and only then send to the others, in blocks.

    Raises:
        CollectorError: Customer.io did not take it; whoever it may have reached stays noted, and gets nothing again.
    """
    ledger.begin(row)
    refused = _send_noted(way, people[:CANARY], row.recovery_id, ledger)
    first = [one for one in people[:CANARY] if one not in refused]
    seen = _watched(way, first, pace, progress)
    sent = len(first)
    stopped = None
    if not first:
        stopped = f"Customer.io refused all of the first {len(people[:CANARY])}"
    elif canary_verdict(seen, is_over=True) == "stop":
        stopped = why_stopped(seen)
    if stopped is None:
        for start in range(CANARY, len(people), way.block):
            pace.sleep(way.pause_seconds)
            block = people[start : start + way.block]
            now_refused = _send_noted(way, block, row.recovery_id, ledger)
            refused |= now_refused
            sent += len(block) - len(now_refused)
            if progress is not None:
                progress(start + len(block), len(people), "people sent to")
    ledger.end(row.begun_at, way.name)
    return Sent(way.name, sent, len(refused), stopped, seen)


def recovery_row(
    plan: RecoveryPlan, way: WayName, by_whom: str, now: datetime, segment_id: int | None = None
) -> RecoveryRow:
    """A recovery that begins, as the ledger has it."""
    return RecoveryRow(
        uuid4().hex, plan.workspace, plan.campaign_id, plan.since, plan.until, way, segment_id, by_whom, now, None, 0
    )


def _send_noted(way: Way, people: Sequence[str], recovery_id: str, ledger: RecoveryLedger) -> frozenset[str]:
    ledger.reach(recovery_id, people)
    try:
        refused = way.send(people)
    except _SURELY_NOT:
        ledger.take_back(recovery_id, people)
        raise
    ledger.take_back(recovery_id, refused)
    return refused


def _watched(way: Way, people: Collection[str], pace: Pace, progress: Progress | None) -> SeenOfCanary:
    """What was seen when it could be decided, or when there was no time left."""
    deadline = pace.clock() + pace.canary_seconds
    while people:
        seen = way.seen(people)
        if progress is not None:
            progress(seen.sent + seen.failed, len(people), "of the first people, of whom it is known")
        if canary_verdict(seen, is_over=False) != "wait" or pace.clock() >= deadline:
            return seen
        pace.sleep(min(pace.look_seconds, pace.canary_seconds / 20))
    return SeenOfCanary(0, 0, 0)
