"""Whom pages may speak of: anybody, or only people whom one's own servers named before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from campaign_health.route.moved_event import BROWSER, OF_ANYBODY
from campaign_health.route.recovery.qualifying import PersonEvent
from storage.outbox.connection.outbox_connection import Connection
from storage.outbox.events.event_queue import receive_all, receive_dead
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.people.known_people import known_people, note_known_people

MOST_REMEMBERED = 100_000
DAY_SECONDS = 86_400.0


@dataclass
class NamedPeople:
    """One workspace's. `person_of` says of any event by its name and properties whom it is about; `only_known`: of a
    page's events only those of people whom a server named are sent, all others become letters.
    """

    workspace: str
    hash_of: Callable[[str, str], bytes]
    person_of: Callable[[str, Mapping[str, Any]], str | None] = lambda name, properties: None
    only_known: bool = False
    _noted: set[bytes] = field(default_factory=set)
    _since: float = 0.0

    def named(self, event: PersonEvent, source: str, now: float) -> bytes | None:
        """Whom a server's event names, as a hash, where that is to be noted; each of them once a day."""
        if not self.only_known or source in OF_ANYBODY:
            return None
        person = self.person_of(event.name, event.properties)
        if person is None:
            return None
        if now - self._since > DAY_SECONDS or len(self._noted) >= MOST_REMEMBERED:
            self._noted, self._since = set(), now
        found = self.hash_of(self.workspace, person)
        return None if found in self._noted else found

    def is_asked_for(self, source: str) -> bool:
        """Whether events of a source have to be of known people."""
        return self.only_known and source == BROWSER

    def note(self, connection: Connection, people: Sequence[bytes], now: float) -> None:
        """Note people whom a server named; once that is on the disk, `noted` is told."""
        if people:
            note_known_people(connection, self.workspace, people, now)

    def noted(self, people: Sequence[bytes]) -> None:
        """They need not be noted again today."""
        self._noted.update(people)

    def receive(self, connection: Connection, events: Sequence[QueuedEvent]) -> int:
        """Take a page's events in, those of people whom no server named as letters; how many were new."""
        known = known_people(connection, self.workspace, {one.hashed_person for one in events if one.person})
        strange: list[QueuedEvent] = []
        others: list[QueuedEvent] = []
        for one in events:
            (strange if one.person and one.hashed_person not in known else others).append(one)
        return receive_all(connection, others) + sum(receive_dead(connection, one, "no_person", "") for one in strange)
