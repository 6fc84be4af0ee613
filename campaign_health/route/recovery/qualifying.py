"""Who should have got a campaign's message: the qualifying events of some days, one person once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from campaign_health.manifest.conditions import Condition, holds
from campaign_health.route.person import PersonBy, person_of


class PersonEvent(NamedTuple):
    """One event of somebody: its instant in Unix seconds, its properties, and its name."""

    time: float
    properties: Mapping[str, Any]
    name: str = ""


@dataclass(frozen=True)
class Expected:
    """When a person's events qualified, in Unix seconds."""

    first: float
    last: float


@dataclass
class ShouldHave:
    """Who should have got it, and what could not be told: numbers of events, all of them qualifying but `undecided`."""

    people: dict[str, Expected] = field(default_factory=dict)
    qualifying: int = 0
    nobodys: int = 0
    undecided: int = 0
    too_new: int = 0


def due_events(qualifying: Iterable[tuple[str | None, float]], once_seconds: float) -> list[tuple[str | None, float]]:
    """Person (None: nobody who is known) and instant of each event for which a message is due, in their order.

    Of those that qualify; one that comes within `once_seconds` of a person's last due one is not due.
    """
    last: dict[str, float] = {}
    found: list[tuple[str | None, float]] = []
    for person, time in sorted(qualifying, key=lambda one: one[1]):
        if person is not None:
            if time - last.get(person, -math.inf) < once_seconds:
                continue
            last[person] = time
        found.append((person, time))
    return found


def should_have(
    events: Iterable[PersonEvent], when: Mapping[str, Condition], by: PersonBy, settled: float = math.inf
) -> ShouldHave:
    """Who the qualifying events are about: one person once, however often they qualified.

    `nobodys` qualified and name no one; `undecided` lack a property that `when` asks for; `too_new` are of the instant
    `settled` (Unix seconds) or later, so that their message may be on its way: none of these is in `people`.
    """
    found = ShouldHave()
    for event in events:
        answer = holds(when, event.properties)
        if answer is None:
            found.undecided += 1
        if not answer:
            continue
        found.qualifying += 1
        person = person_of(event.properties, by)
        if person is None:
            found.nobodys += 1
            continue
        if event.time >= settled:
            found.too_new += 1
            continue
        known = found.people.get(person, Expected(event.time, event.time))
        found.people[person] = Expected(min(known.first, event.time), max(known.last, event.time))
    return found
