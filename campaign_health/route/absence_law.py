"""When somebody has been absent for so long that an event is made of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from campaign_health.route.recovery.qualifying import PersonEvent
from storage.outbox.people.last_seen import DaysRead


@dataclass(frozen=True)
class AbsenceRule:
    """An event `name` is made of each person who had none of `events` (all their names) on so many whole `days`.

    `at` is the time of day at which it is made.
    """

    name: str
    events: tuple[str, ...]
    days: int
    at: time

    @property
    def said(self) -> str:
        """What may not change without beginning anew."""
        return "\n".join((str(self.days), *self.events))

    def due(self, last: date) -> date:
        """The day on which it is made of somebody who was last seen on a day: then so many whole days were without."""
        return last + timedelta(days=self.days + 1)

    def last_of(self, due: date) -> date:
        """The day on which somebody was last seen of whom it is made on a day."""
        return due - timedelta(days=self.days + 1)

    def made_at(self, due: date, zone: ZoneInfo) -> float:
        """The instant (Unix seconds) at which it is made on a day."""
        return datetime.combine(due, self.at, zone).timestamp()


@dataclass(frozen=True)
class Reading:
    """What a look on one day reads: from its `first` day on. `goes_on`: whoever was noted before is still known.

    `after` is what is known once it was read.
    """

    first: date
    goes_on: bool
    after: DaysRead


def reading_of(rule: AbsenceRule, known: DaysRead | None, today: date, mode_since: float, now: float) -> Reading:
    """What is to be read today, after what is known: at most what the rule looks back on.

    The newest day that was read is read once more, for what came late. What the manifest says counts from `now` on
    (Unix seconds) where it said something else before, and else since the event's mode was set: whoever was absent for
    long enough before that is let be.
    """
    first = rule.last_of(today)
    since = now if known is not None and known.said != rule.said else mode_since
    after = DaysRead(rule.said, since, (today - timedelta(days=1)).isoformat())
    if known is None or not _is_of_same_events(known.said, rule.said):
        return Reading(first, False, after)
    newest = date.fromisoformat(known.last_day)
    if known.said == rule.said:
        after = replace(after, since=max(known.since, mode_since))
    return Reading(max(first, newest), first <= newest + timedelta(days=1), after)


def _is_of_same_events(one: str, other: str) -> bool:
    return one.partition("\n")[2] == other.partition("\n")[2]


def absence_event(rule: AbsenceRule, person: str, last: date, zone: ZoneInfo) -> PersonEvent:
    """The event of somebody who was last seen on a day: always the same one for the same day."""
    properties = {"$user_id": person, "$insert_id": f"{rule.name} {person} {last}"}
    return PersonEvent(rule.made_at(rule.due(last), zone), properties, rule.name)
