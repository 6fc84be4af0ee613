"""Proves how soon a campaign's messages followed their events: asks Mixpanel for these, Customer.io for those."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from campaign_health.manifest.conditions import holds
from campaign_health.route.experiment_law import arm_of, salted
from campaign_health.route.person import person_of
from campaign_health.route.proof.joining import GIVEN_UP_AFTER, HOUR, WITHOUT_PROMISE_SECONDS, HourProof, prove_hours
from campaign_health.route.proof.log_histogram import LogHistogram, merged
from campaign_health.route.recovery.as_routed import as_seen
from campaign_health.route.recovery.customerio_people import sends_between
from campaign_health.route.recovery.exported_events import events_between
from campaign_health.route.recovery.looking import Sources
from campaign_health.route.recovery.missed import EARLY_SECONDS
from campaign_health.route.recovery.qualifying import due_events
from campaign_health.route.recovery.recovery_plan import RecoveryPlan
from collectors.errors import CollectorError
from collectors.http.client import Progress
from storage.outbox.recovery_ledger import RecoveryLedger

MOST_BEFORE_SECONDS = 31 * 86_400.0
"""How far before the span events are read at most, to know whom `once` leaves out: more is too much to read hourly."""


@dataclass(frozen=True)
class Proof:
    """A campaign's hours, and what they come to together; `promise_seconds` None: the manifest promises nothing."""

    hours: Sequence[HourProof]
    promise_seconds: float | None

    @property
    def qualifying(self) -> int:
        """Events for which a message was due."""
        return sum(one.qualifying for one in self.hours)

    @property
    def sent(self) -> int:
        """Those whose message went out."""
        return sum(one.sent for one in self.hours)

    @property
    def within(self) -> int | None:
        """Those whose message kept the promise; None where there is none."""
        return None if self.promise_seconds is None else sum(one.within or 0 for one in self.hours)

    @property
    def not_sent(self) -> int:
        """Those without a message."""
        return sum(one.not_sent for one in self.hours)

    @property
    def unknown(self) -> int:
        """Those of which it cannot be told yet, or of nobody who is known."""
        return sum(one.unknown for one in self.hours)

    @property
    def known(self) -> int:
        """Those of which it can be told."""
        return self.sent + self.not_sent

    @property
    def took(self) -> LogHistogram:
        """The seconds from event to message, of all that were sent."""
        return merged(one.took for one in self.hours)


@dataclass(frozen=True)
class ToProve:
    """One campaign whose promise is looked at; `promise_seconds` None: nothing is promised.

    `begin` and `end` (Unix seconds) are those of the plan's days, to whole hours around them: where days begin at half
    past, an hour that is told in part would take the place of a whole one.
    """

    plan: RecoveryPlan
    promise_seconds: float | None

    @property
    def begin(self) -> float:
        """The first instant that is looked at."""
        return math.floor(self.plan.begin / HOUR) * HOUR

    @property
    def end(self) -> float:
        """The first instant that is not."""
        return math.ceil(self.plan.end / HOUR) * HOUR

    @property
    def read_from(self) -> float:
        """Since when events are read: a message of before `begin` may be why none was due after it."""
        return self.begin - min(self.plan.once_seconds, MOST_BEFORE_SECONDS)

    def due_events(self, qualifying: Iterable[tuple[str | None, float]]) -> list[tuple[str | None, float]]:
        """Of what qualified since `read_from`, the events since `begin` for which a message was due."""
        return [event for event in due_events(qualifying, self.plan.once_seconds) if event[1] >= self.begin]


def prove_each(
    asked: Sequence[ToProve],
    sources: Sources,
    ledger_of: Callable[[int], RecoveryLedger],
    progress: Progress | None = None,
) -> Iterator[tuple[ToProve, Proof | CollectorError]]:
    """What became of each campaign's events, hour by hour, or why it cannot be told. Nothing is written.

    All plans are of one workspace; their events are read in one go, since Mixpanel allows few exports an hour.

    Raises:
        CollectorError: Mixpanel did not answer, or not to its end.
    """
    qualifying = _qualifying(asked, sources)
    for one in asked:
        try:
            due = one.due_events(qualifying[one.plan.campaign_id])
            yield one, _prove(one, due, sources, ledger_of(one.plan.campaign_id), progress)
        except CollectorError as failure:
            yield one, failure


def _qualifying(asked: Sequence[ToProve], sources: Sources) -> dict[int, list[tuple[str | None, float]]]:
    """Person and instant of the qualifying events of each campaign."""
    now = sources.now.timestamp()
    plans = [one.plan for one in asked]
    found: dict[int, list[tuple[str | None, float]]] = {plan.campaign_id: [] for plan in plans}
    if not plans:
        return found
    names = tuple(dict.fromkeys(name for plan in plans for name in plan.events))
    begin, end = min(one.read_from for one in asked), min(max(one.end for one in asked), now)
    # Properties are let go of at once: a million events with them do not fit into memory.
    for event in events_between(sources.mixpanel, names, begin, end, plans[0].zone, sources.now):
        for one in asked:
            plan = one.plan
            is_of_plan = event.name in plan.events and one.read_from <= event.time < one.end
            if is_of_plan and holds(plan.when, as_seen(plan.routes, event.name, event.properties)):
                found[plan.campaign_id].append((person_of(event.properties, sources.by), event.time))
    return found


def _waits(plan: RecoveryPlan, person: str | None, ledger: RecoveryLedger) -> bool:
    """Whether an experiment has a person wait for the daily hour: to them nothing is promised."""
    percent = plan.held_back_percent
    if not percent or person is None:
        return False
    return arm_of(ledger.hash_of(salted(plan.experiment_campaign, person)), percent) == "held_back"


def _prove(
    one: ToProve,
    events: Sequence[tuple[str | None, float]],
    sources: Sources,
    ledger: RecoveryLedger,
    progress: Progress | None,
) -> Proof:
    plan, promise_seconds, now = one.plan, one.promise_seconds, sources.now.timestamp()
    events = [event for event in events if not _waits(plan, event[0], ledger)]
    patience = WITHOUT_PROMISE_SECONDS if promise_seconds is None else GIVEN_UP_AFTER * promise_seconds
    begin = one.begin - EARLY_SECONDS
    until = min(min(one.end, now) + patience, now)
    people = {person for person, _ in events if person is not None}
    sends = ledger.reported_sends(people, begin) | sends_between(
        sources.customerio, plan.campaign_id, begin, until, sources.by, progress
    )
    by_person: dict[str, list[float]] = {}
    for person, at in sends.values():
        by_person.setdefault(person, []).append(at)
    in_order = {person: sorted(times) for person, times in by_person.items()}
    ends = ledger.reported_ends(begin)
    became = None if ends is None else {sends[one]: end for one, end in ends.items() if one in sends}
    return Proof(prove_hours(events, in_order, promise_seconds, until, became), promise_seconds)
