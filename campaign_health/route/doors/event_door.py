"""What all doors for events do alike: bound, prove, read, put on the disk, and only then answer."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from campaign_health.route.doors.bodies import BodyRefused, body_of
from campaign_health.route.doors.browser_limits import BrowserLimits
from campaign_health.route.doors.dialect import Dialect, Failed, Posted, Taken
from campaign_health.route.doors.door_keys import DoorKeys
from campaign_health.route.doors.received_event import Unreadable
from campaign_health.route.moved_event import BROWSER, TRUSTED_BROWSER, Routed, queued
from campaign_health.route.received_ages import SourceAges
from campaign_health.route.recovery.qualifying import PersonEvent
from campaign_health.route.track_event import LARGEST_ITEM
from storage.outbox.event_queue import receive_all
from storage.outbox.experiment_log import Conversion, note_conversions
from storage.outbox.group_commit import CannotWrite, GroupCommit
from storage.outbox.queued_event import QueuedEvent
from storage.outbox.route_file import Connection

LARGEST_BODY, LARGEST_UNPACKED = 10 * 1024 * 1024, 20 * 1024 * 1024
LARGEST_UNPROVEN = 2 * 1024 * 1024
"""Of whom no header proves: anybody can have that much held and read."""
WRITE_SECONDS = 5.0


@dataclass
class EventDoor:
    """One workspace's doors: what opens them, how its people are hashed, what is moved, and who is woken.

    `counts` are numbers by door (its dialect's source) and what became of events: accepted, duplicate, unmapped,
    unreadable (events, or whole bodies), ignored, limited (of browsers); and of requests that were refused, by status:
    `refused_401`. `ages` are how old events were when they came. `conversion` says of any event
    and its source whether somebody may have converted with it.
    """

    workspace: str
    keys: DoorKeys
    hash_of: Callable[[str, str], bytes]
    outbox: GroupCommit
    routed: Callable[[str], Routed | None]
    wake: Callable[[], None]
    clock: Callable[[], float]
    conversion: Callable[[PersonEvent, str], Conversion | None] = lambda event, source: None
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    ages: SourceAges = field(default_factory=SourceAges)
    limits: BrowserLimits = field(init=False)

    def __post_init__(self) -> None:
        self.limits = BrowserLimits(self.clock)

    def number(self, became: str) -> int:
        """How many became so, of all doors."""
        return sum(number for (_, what), number in self.counts.items() if what == became)

    async def take(self, request: Request, dialect: Dialect) -> Response:
        """Answers 200 once all of it is on the disk; what it has no use for is counted, and no reason to refuse."""
        answer = await self._answered(request, dialect)
        if answer.status_code >= 400:
            self.counts[dialect.source, f"refused_{answer.status_code}"] += 1
        answer.headers.update(dialect.sites(request.headers, self.keys))
        return answer

    async def _answered(self, request: Request, dialect: Dialect) -> Response:
        is_known = self.keys.opens(request.headers.get("authorization", ""), dialect.kinds)
        if not is_known and not dialect.has_other_proof:
            return _unproven(dialect)
        try:
            posted = await _posted(request, dialect, is_known=is_known)
            source = dialect.source if is_known else dialect.proven(posted, self.keys)
            if source is None:
                return _unproven(dialect)
            given = dialect.values(posted)
        except BodyRefused as problem:
            return dialect.refusal(problem.status, problem.why)
        except Unreadable as problem:
            self.counts[dialect.source, "unreadable"] += 1
            return (
                dialect.refusal(400, str(problem)) if dialect.is_told(posted) else dialect.answer(posted, Taken(0, 0))
            )
        now = self.clock()
        failed: list[Failed] = []
        read = (self._read(value, dialect, posted, now, place, failed) for place, value in enumerate(given))
        events = [one for one in read if one is not None]
        moved = [(one, routed) for one in events if (routed := self._routed(one, dialect)) is not None]
        conversions = [found for one in events if (found := self.conversion(one, source)) is not None]
        taken = [queued(event, routed, self.workspace, source, now, self.hash_of) for event, routed in moved]
        if source in (BROWSER, TRUSTED_BROWSER):
            if not self.limits.takes_of_address(_address(request), len(taken) + len(conversions)):
                return dialect.refusal(503, "too much came from this address", {"Retry-After": "60"})
            taken = self._within_limits(taken, dialect.source)
        try:
            new = await self._written(taken, conversions)
        except (CannotWrite, TimeoutError):
            return dialect.refusal(503, "it cannot be written now", {"Retry-After": "1"})
        self.counts[dialect.source, "accepted"] += new
        self.counts[dialect.source, "duplicate"] += len(taken) - new
        self.ages.note(source, [now - one.event_time for one in taken])
        return dialect.answer(posted, Taken(len(given), len(taken) - new, failed))

    def _read(
        self, value: Any, dialect: Dialect, posted: Posted, now: float, place: int, failed: list[Failed]
    ) -> PersonEvent | None:
        try:
            event = dialect.event(value, posted, now)
        except Unreadable as problem:
            self.counts[dialect.source, "unreadable"] += 1
            failed.append(Failed(place, str(problem)))
            return None
        if event is None:
            self.counts[dialect.source, "ignored"] += 1
        return event

    def _routed(self, event: PersonEvent, dialect: Dialect) -> Routed | None:
        routed = self.routed(event.name)
        if routed is None:
            self.counts[dialect.source, "unmapped"] += 1
        return routed

    def _within_limits(self, taken: list[QueuedEvent], source: str) -> list[QueuedEvent]:
        # What is larger cannot be sent, and would fill the disk; what names nobody becomes no message.
        small = [one for one in taken if len(one.body) <= LARGEST_ITEM]
        found = [one for one in small if not one.person or self.limits.takes_of_person(one.person)]
        self.counts[source, "limited"] += len(taken) - len(found)
        return found

    async def _written(self, taken: list[QueuedEvent], conversions: list[Conversion]) -> int:
        """Put them on the disk; how many of the events were new."""
        if not taken and not conversions:
            return 0

        def write(connection: Connection) -> int:
            note_conversions(connection, conversions)
            return receive_all(connection, taken)

        written = asyncio.wrap_future(self.outbox.take_in(write))
        new: int = await asyncio.wait_for(written, WRITE_SECONDS)
        self.wake()
        return new


async def _posted(request: Request, dialect: Dialect, *, is_known: bool) -> Posted:
    largest = LARGEST_BODY if is_known else LARGEST_UNPROVEN
    body = await body_of(request, largest, may_be_encoded=not dialect.is_own)
    query: Mapping[str, str] = request.query_params
    return Posted(request.headers, query, body, LARGEST_UNPACKED if is_known else LARGEST_UNPROVEN)


def _address(request: Request) -> str:
    """Whom the proxy says that it speaks for: what is not this machine gets here through one only."""
    last = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return last or (request.client.host if request.client else "")


def _unproven(dialect: Dialect) -> Response:
    return dialect.refusal(401, "the token is missing, or is not the workspace's")
