"""Events that name only a device wait for one of the same device that names its person, too."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from campaign_health.route.doors.browser_limits import BrowserLimits
from campaign_health.route.moved_event import BROWSER, OF_ANYBODY, Routed, queued
from campaign_health.route.person import DEVICE, device_in, person_of
from campaign_health.route.recovery.qualifying import PersonEvent
from storage.outbox.connection.outbox_connection import Connection
from storage.outbox.connection.sealed_text import CANNOT_OPEN
from storage.outbox.events.device_events import end_waits, events_of_device, first_until
from storage.outbox.events.event_queue import receive_joined
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.group_commit import GroupCommit

LOOK_SECONDS = 2.0
PERSON_IN = {"id": "$user_id", "email": "$email"}
"""Under which property a person is told who is known by an id or an address."""


class Routing(Protocol):
    """What is moved under a name (None: nothing), told whether its sender proved to be a server of the owner's."""

    def __call__(self, name: str, *, is_proven: bool) -> Routed | None: ...


@dataclass(frozen=True)
class Join:
    """A device's hash, and who is on it by the properties that say so; by whose word."""

    device: bytes
    person: Mapping[str, str]
    source: str


@dataclass
class DeviceJoins:
    """One workspace's. An event waits for so many `seconds`; 0: none does."""

    workspace: str
    seconds: float
    hash_of: Callable[[str, str], bytes]
    outbox: GroupCommit
    routed: Routing
    limits: BrowserLimits
    clock: Callable[[], float]
    _next_look: float = 0.0

    def may_wait(self, event: QueuedEvent, properties: Mapping[str, Any], routed: Routed) -> QueuedEvent:
        """The event, said to wait where it names a device and nobody, and where who that is would help."""
        device = None if event.person or not self.seconds else device_in(properties)
        is_believed = event.source != BROWSER or routed.person_by == "id"
        if device is None or not is_believed:
            return event
        until = self.clock() + self.seconds
        return event._replace(device=self._hash(device), waits_until=until)

    def join(self, properties: Mapping[str, Any], source: str) -> Join | None:
        """Who is on which device, where an event says both."""
        if not self.seconds:
            return None
        device = device_in(properties)
        if device is None:
            return None
        by_id = person_of({"$user_id": properties.get("$user_id") or properties.get("$identified_id")}, "id")
        by_email = None if source == BROWSER else person_of(properties, "email")
        person = {PERSON_IN[by]: one for by, one in (("id", by_id), ("email", by_email)) if one is not None}
        return Join(self._hash(device), person, source) if person else None

    def apply(self, connection: Connection, join: Join) -> None:
        """Have what waits for it go on as its person's. What one's own servers sent is joined by no page's word."""
        for one in events_of_device(connection, self.workspace, join.device):
            waited = one.event
            routed = self.routed(one.sent_name, is_proven=join.source not in OF_ANYBODY)
            if routed is None or waited.body == CANNOT_OPEN or (join.source == BROWSER and waited.source != BROWSER):
                continue
            event = PersonEvent(waited.event_time, {**json.loads(waited.body), **join.person}, one.sent_name)
            found = queued(event, routed, self.workspace, waited.source, waited.received, self.hash_of)
            may_go = join.source not in OF_ANYBODY or self.limits.takes_of_person(found.person)
            if found.person and may_go:
                receive_joined(connection, waited.key, found)

    def look(self, connection: Connection) -> None:
        """Have those become letters that have waited for long enough; seldom."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + LOOK_SECONDS
        until, now = first_until(connection, self.workspace), self.clock()
        if until is not None and until <= now:
            self.outbox.submit(lambda writing: end_waits(writing, self.workspace, now))

    def _hash(self, device: str) -> bytes:
        return self.hash_of(self.workspace, f"{DEVICE}{device}")
