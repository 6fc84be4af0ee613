"""Makes events where others do not come, and fills cohorts: once a day it is read who came, and who has been absent for
long enough.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from campaign_health.route.absence_law import AbsenceRule, Reading, absence_event, reading_of
from campaign_health.route.manifest_contract import ManifestContract
from campaign_health.route.moved_event import queued
from campaign_health.route.moving import Moving
from campaign_health.route.net.export_net import SETTLED_SECONDS
from campaign_health.route.net.export_source import ExportSource
from collectors.errors import UnexpectedShape
from collectors.zone_days import day_of, day_start
from storage.outbox.cohorts.own_cohorts import own_cohorts, tell_own_cohort
from storage.outbox.events.event_queue import receive
from storage.outbox.group_commit import GroupCommit, Write
from storage.outbox.people.last_seen import days_read, drop_seen, note_days, note_seen, take_absent
from storage.outbox.route_file import Connection
from storage.outbox.route_modes import moved_since

CHECK_SECONDS, AGAIN_SECONDS = 60.0, 1800.0
"""How often it is looked whether it is time to, and how soon it is tried again."""
AT_ONCE = 500
DERIVED = "derived"
"""The source of events that are made."""


@dataclass
class AbsenceLook:
    """One workspace's, from one thread; `clock` in Unix seconds."""

    moving: Moving
    source: ExportSource
    outbox: GroupCommit
    hash_of: Callable[[str, str], bytes]
    wake: Callable[[], None]
    clock: Callable[[], float] = time.time
    _next: dict[str, float] = field(default_factory=dict)

    def look(self, connection: Connection) -> bool:
        """Make what is due of one rule, where it is time to; whether the export was asked.

        Raises:
            CollectorError: the export was not read to its end: nobody is absent then; it is tried again later.
            CannotWrite: it could not be written; the same.
        """
        contract, now = self.moving.contract, self.clock()
        if contract is None or not contract.absences:
            return False
        since = own_cohorts(connection, self.moving.workspace) | moved_since(connection, self.moving.workspace)
        for rule in contract.absences:
            if rule.name not in since or now < self._next.get(rule.name, 0.0):
                continue
            self._next[rule.name] = now + CHECK_SECONDS
            zone = self.source.zone()
            today = day_of(now, zone)
            known = days_read(connection, self.moving.workspace, rule.name)
            reading = reading_of(rule, known, today, since[rule.name], now)
            if reading.after != known and now >= rule.made_at(today, zone) + SETTLED_SECONDS:
                self._next[rule.name] = now + AGAIN_SECONDS
                self._read(contract, rule, reading, now, zone)
                return True
        return False

    def _read(
        self, contract: ManifestContract, rule: AbsenceRule, reading: Reading, now: float, zone: ZoneInfo
    ) -> None:
        workspace, name = self.moving.workspace, rule.name
        events = self.source.between(rule.events, day_start(reading.first, zone), now, now)
        if not events:
            # What a broken connection looks like, or an event that has another name now: no proof that nobody came.
            raise UnexpectedShape(
                f"Mixpanel's export has not one of the events in whose absence {name} is made, since {reading.first}",
                "Nobody is taken for absent until one comes. Look whether they have other names now.",
                source="Mixpanel",
                field="event",
            )
        seen: dict[str, str] = {}
        for event in events:
            person = contract.person(event.name, event.properties)
            if person is not None:
                seen[person] = day_of(event.time, zone).isoformat()
        if not reading.goes_on:
            self._write(lambda writing: drop_seen(writing, workspace, name))
        people = list(seen.items())
        for place in range(0, len(people), AT_ONCE):
            self._write(partial(self._note_seen, name, dict(people[place : place + AT_ONCE])))
        while self.outbox.take_in(lambda writing: self._make_some(writing, rule, reading, now, zone)).result():
            self.wake()
        self._write(lambda writing: note_days(writing, workspace, name, reading.after))

    def _note_seen(self, name: str, seen: Mapping[str, str], connection: Connection) -> None:
        note_seen(connection, self.moving.workspace, name, seen)
        tell_own_cohort(connection, self.moving.workspace, name, "remove", list(seen), self.clock())

    def _make_some(
        self, connection: Connection, rule: AbsenceRule, reading: Reading, now: float, zone: ZoneInfo
    ) -> int:
        """Make the events of some people who are due by now; how many people that were."""
        workspace, routed = self.moving.workspace, self.moving.routed(rule.name)
        until = rule.last_of(day_of(now, zone)).isoformat()
        due = take_absent(connection, workspace, rule.name, until, AT_ONCE)
        tell_own_cohort(connection, workspace, rule.name, "add", [person for person, _ in due], now)
        for person, day in due:
            event = absence_event(rule, person, date.fromisoformat(day), zone)
            # Those who were absent for as long before are not all written to at once.
            if routed is not None and event.time >= reading.after.since:
                receive(connection, queued(event, routed, workspace, DERIVED, now, self.hash_of))
        return len(due)

    def _write(self, write: Write) -> None:
        self.outbox.submit(write).result()
