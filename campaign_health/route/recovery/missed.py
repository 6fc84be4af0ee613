"""Who missed it, and who of them can still be reached: pure, from what was read of each."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from campaign_health.route.recovery.qualifying import Expected

Reason = Literal[
    "converted", "recovered_before", "too_late", "suppressed", "not_in_customerio", "unsubscribed", "no_address",
    "unknown",
]  # fmt: skip

EARLY_SECONDS = 300.0
"""A client's clock may be fast: a message made a little before its event is that event's."""


@dataclass(frozen=True)
class Profile:
    """What Customer.io says of a person; `unsubscribed` None where it does not say."""

    unsubscribed: bool | None
    has_address: bool


@dataclass(frozen=True)
class Known:
    """What was read of people. Times in Unix seconds.

    `sent` and `dropped` are the newest message of the campaign by person, sent or held back by Customer.io because the
    person is suppressed; `converted` the newest conversion; `recovered_before` the newest earlier recovery of the
    campaign that reached them. `profiles` holds who Customer.io has; who was asked for and is not in it, Customer.io
    does not have; who is not in `asked`, nothing is known of.
    """

    sent: Mapping[str, float] = field(default_factory=dict)
    dropped: Mapping[str, float] = field(default_factory=dict)
    converted: Mapping[str, float] = field(default_factory=dict)
    recovered_before: Mapping[str, float] = field(default_factory=dict)
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    asked: Collection[str] = frozenset()


@dataclass(frozen=True)
class Missed:
    """Everybody whose events qualified, each in exactly one place.

    `not_due` had got the message so shortly before that it was not their turn again.
    """

    reached: tuple[str, ...]
    not_due: tuple[str, ...]
    beyond: Mapping[str, Reason]
    reachable: tuple[str, ...]

    @property
    def missed(self) -> int:
        """How many did not get it."""
        return len(self.beyond) + len(self.reachable)

    @property
    def unasked(self) -> list[str]:
        """Those who can be reached for all that is known, but whom Customer.io was not asked about yet."""
        return [one for one, reason in self.beyond.items() if reason == "unknown"]

    @property
    def reasons(self) -> Mapping[Reason, int]:
        """How many of those who missed it cannot be reached any more, by reason; the commonest first."""
        return dict(Counter(self.beyond.values()).most_common())


def who_got_it(people: Mapping[str, Expected], sent: Mapping[str, float]) -> frozenset[str]:
    """Those to whom the campaign sent something since they first qualified."""
    return frozenset(one for one, when in people.items() if sent.get(one, -math.inf) >= when.first - EARLY_SECONDS)


def who_missed(
    people: Mapping[str, Expected],
    known: Known,
    now: float,
    *,
    relevant_seconds: float | None = None,
    once_seconds: float = 0.0,
) -> Missed:
    """Sort everybody who should have got it; reasons are looked for in the order in which `Reason` has them.

    Args:
        people: Who should have got it, with the instants at which they first and last qualified.
        known: What was read of them.
        now: The present, in Unix seconds.
        relevant_seconds: For how long after the event the message makes sense; None: for ever.
        once_seconds: For how long after a message a person gets no other one of the campaign.
    """
    reached = who_got_it(people, known.sent)
    beyond: dict[str, Reason] = {}
    reachable: list[str] = []
    waiting = {
        one for one in people.keys() - reached if known.sent.get(one, -math.inf) > people[one].last - once_seconds
    }
    for person in sorted(people.keys() - reached - waiting):
        reason = _reason(person, people[person], known, now, relevant_seconds, once_seconds)
        if reason is None:
            reachable.append(person)
        else:
            beyond[person] = reason
    return Missed(tuple(sorted(reached)), tuple(sorted(waiting)), beyond, tuple(reachable))


def _reason(
    person: str, when: Expected, known: Known, now: float, relevant_seconds: float | None, once_seconds: float
) -> Reason | None:
    if known.converted.get(person, -math.inf) >= when.first - EARLY_SECONDS:
        return "converted"
    recovered = known.recovered_before.get(person, -math.inf)
    # An earlier recovery is as good as a message: it counts for the events before it, and as long as `once` says.
    if recovered >= when.first - EARLY_SECONDS or recovered > when.last - once_seconds:
        return "recovered_before"
    if relevant_seconds is not None and now - when.last > relevant_seconds:
        return "too_late"
    if known.dropped.get(person, -math.inf) >= when.first - EARLY_SECONDS:
        return "suppressed"
    if person not in known.asked:
        return "unknown"
    profile = known.profiles.get(person)
    if profile is None:
        return "not_in_customerio"
    if profile.unsubscribed:
        return "unsubscribed"
    if not profile.has_address:
        return "no_address"
    return "unknown" if profile.unsubscribed is None else None
