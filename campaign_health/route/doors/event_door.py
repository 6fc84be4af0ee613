"""What all doors for events do alike: bound, prove, read, put on the disk, and only then answer."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from campaign_health.route.doors.bodies import BodyRefused, UnprovenRoom, body_of
from campaign_health.route.doors.browser_limits import BrowserLimits
from campaign_health.route.doors.device_joins import DeviceJoins, Join, Routing
from campaign_health.route.doors.dialect import Dialect, Failed, Posted, Taken
from campaign_health.route.doors.door_keys import DoorKeys
from campaign_health.route.doors.named_people import NamedPeople
from campaign_health.route.doors.received_event import Unreadable
from campaign_health.route.moved_event import OF_ANYBODY, Routed, queued
from campaign_health.route.received_ages import SourceAges
from campaign_health.route.recovery.qualifying import PersonEvent
from campaign_health.route.track_event import LARGEST_ITEM
from storage.outbox.connection.outbox_connection import Connection
from storage.outbox.events.event_queue import receive_all, receive_dead
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.group_commit import CannotWrite, GroupCommit
from storage.outbox.intake import Intake
from storage.outbox.people.experiment_log import Conversion, note_conversions

LARGEST_BODY, LARGEST_UNPACKED = 10 * 1024 * 1024, 20 * 1024 * 1024
LARGEST_UNPROVEN = 2 * 1024 * 1024
"""Of whom no header proves: anybody can have that much held and read."""
LARGEST_EVENT = 1024 * 1024
WRITE_SECONDS = 5.0


@dataclass
class _Got:
    """What of one request goes on the disk; of what is `too_large` without its properties."""

    taken: list[QueuedEvent] = field(default_factory=list)
    too_large: list[QueuedEvent] = field(default_factory=list)
    joins: list[Join] = field(default_factory=list)
    conversions: list[Conversion] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    named: list[bytes] = field(default_factory=list)

    def fail(self, place: int, why: str) -> None:
        """The event at this place of the request could not be read."""
        self.failed.append(Failed(place, why))


@dataclass
class EventDoor:
    """One workspace's doors: what opens them, how its people are hashed, what is moved, and who is woken.

    `counts` are numbers by door (its dialect's source) and what became of events: accepted, duplicate, unmapped,
    unreadable (events, or whole bodies), ignored, limited (of browsers); and of requests that were refused, by status:
    `refused_401`. `ages` are how old events were when they came. `conversion` says of any event and its source whether
    somebody may have converted with it. An event of a device waits `device_seconds` for who it is. `people` are those
    whom a page may speak of; None: anybody.
    """

    workspace: str
    keys: DoorKeys
    hash_of: Callable[[str, str], bytes]
    outbox: GroupCommit
    routed: Routing
    wake: Callable[[], None]
    clock: Callable[[], float]
    conversion: Callable[[PersonEvent, str], Conversion | None] = lambda event, source: None
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    ages: SourceAges = field(default_factory=SourceAges)
    device_seconds: float = 0.0
    limits: BrowserLimits = field(init=False)
    joins: DeviceJoins = field(init=False)
    people: NamedPeople | None = None
    unproven: UnprovenRoom = field(default_factory=UnprovenRoom)

    def __post_init__(self) -> None:
        self.limits = BrowserLimits(self.clock)
        self.joins = DeviceJoins(
            self.workspace, self.device_seconds, self.hash_of, self.outbox, self.routed, self.limits, self.clock
        )

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
        if not is_known and not dialect.may_be_proven(request.headers, self.keys):
            return _unproven(dialect)
        try:
            if is_known:
                source: str | None = dialect.source
                posted = await _posted(request, dialect, LARGEST_BODY, LARGEST_UNPACKED)
            else:
                with self.unproven.counted() as more:
                    posted = await _posted(request, dialect, LARGEST_UNPROVEN, LARGEST_UNPROVEN, more)
                    source = dialect.proven(posted, self.keys)
            if source is None:
                return _unproven(dialect)
            given = dialect.values(posted)
        except BodyRefused as problem:
            return dialect.refusal(problem.status, problem.why, problem.headers)
        except Unreadable as problem:
            self.counts[dialect.source, "unreadable"] += 1
            return (
                dialect.refusal(400, str(problem)) if dialect.is_told(posted) else dialect.answer(posted, Taken(0, 0))
            )
        now = self.clock()
        got = _Got()
        for place, value in enumerate(given):
            event, routed = self._moved(value, dialect, posted, now, source, partial(got.fail, place))
            join = self.joins.join(dialect.people_of(value) if event is None else event.properties, source)
            got.joins += [] if join is None else [join]
            conversion = None if event is None else self.conversion(event, source)
            named = None if event is None or self.people is None else self.people.named(event, source, now)
            got.named += [] if named is None else [named]
            got.conversions += [] if conversion is None else [conversion]
            if event is None or routed is None:
                continue
            if not _is_too_large(value, posted):
                one = queued(event, routed, self.workspace, source, now, self.hash_of)
                got.taken.append(one if one.person else self.joins.may_wait(one, event.properties, routed))
            elif dialect.is_told(posted) and len(given) == 1:
                return dialect.refusal(413, f"an event of more than {LARGEST_EVENT} bytes")
            else:
                nothing = replace(routed, kept=lambda properties: {})
                got.too_large.append(queued(event, nothing, self.workspace, source, now, self.hash_of))
        if source in OF_ANYBODY:
            if not self.limits.takes_of_address(_address(request), len(got.taken) + len(got.conversions)):
                return dialect.refusal(503, "too much came from this address", {"Retry-After": "60"})
            self.counts[dialect.source, "limited"] += len(got.too_large)
            got.taken, got.too_large = self._within_limits(got.taken, dialect.source), []
        try:
            new = await self._written(got, source, now)
        except (CannotWrite, TimeoutError):
            return dialect.refusal(503, "it cannot be written now", {"Retry-After": "1"})
        self.counts[dialect.source, "accepted"] += new
        duplicates = len(got.taken) + len(got.too_large) - new
        self.counts[dialect.source, "duplicate"] += duplicates
        self.ages.note(source, [now - one.event_time for one in got.taken])
        return dialect.answer(posted, Taken(len(given), duplicates, got.failed))

    def _moved(
        self, value: Any, dialect: Dialect, posted: Posted, now: float, source: str, fail: Callable[[str], None]
    ) -> tuple[PersonEvent | None, Routed | None]:
        try:
            event = dialect.event(value, posted, now)
        except Unreadable as problem:
            self.counts[dialect.source, "unreadable"] += 1
            fail(str(problem))
            return None, None
        routed = None if event is None else self.routed(event.name, is_proven=source not in OF_ANYBODY)
        if event is None or routed is None:
            self.counts[dialect.source, "ignored" if event is None else "unmapped"] += 1
        return event, routed

    def _within_limits(self, taken: list[QueuedEvent], source: str) -> list[QueuedEvent]:
        # What is larger cannot be sent, and would fill the disk; what names nobody becomes no message.
        small = [one for one in taken if len(one.body) <= LARGEST_ITEM]
        found = [one for one in small if not one.person or self.limits.takes_of_person(one.person)]
        self.counts[source, "limited"] += len(taken) - len(found)
        return found

    async def _written(self, got: _Got, source: str, now: float) -> int:
        """Put it on the disk; how many of the events were new."""
        if not (got.taken or got.too_large or got.joins or got.conversions or got.named):
            return 0
        receive = receive_all
        people = self.people
        if people is not None and people.is_asked_for(source):
            receive = people.receive

        def write(connection: Connection) -> int:
            note_conversions(connection, got.conversions)
            letters = sum(receive_dead(connection, one, "too_large", "") for one in got.too_large)
            new = letters + receive(connection, got.taken)
            if people is not None:
                people.note(connection, got.named, now)
            for join in got.joins:
                self.joins.apply(connection, join)
            return new

        is_plain = receive is receive_all and not (got.conversions or got.too_large or got.joins or got.named)
        written = asyncio.wrap_future(self.outbox.take_in(Intake(got.taken) if is_plain else write))
        new: int = await asyncio.wait_for(written, WRITE_SECONDS)
        if people is not None:
            people.noted(got.named)
        self.wake()
        return new


async def _posted(
    request: Request, dialect: Dialect, largest: int, unpacked: int, more: Callable[[int], None] = lambda size: None
) -> Posted:
    body = await body_of(request, largest, more, may_be_encoded=not dialect.is_own)
    query: Mapping[str, str] = request.query_params
    return Posted(request.headers, query, body, unpacked)


def _is_too_large(value: Any, posted: Posted) -> bool:
    # Nothing in a request that is smaller than one event may be can be larger.
    return (
        len(posted.text) > LARGEST_EVENT
        and len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")) > LARGEST_EVENT
    )


def _address(request: Request) -> str:
    """Whom the proxy says that it speaks for: what is not this machine gets here through one only."""
    last = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return last or (request.client.host if request.client else "")


def _unproven(dialect: Dialect) -> Response:
    return dialect.refusal(401, "the token is missing, or is not the workspace's")
