"""Proves how soon a campaign's messages followed their events: asks Mixpanel for these, Customer.io for those."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from campaign_health.route.proof.joining import GIVEN_UP_AFTER, WITHOUT_PROMISE_SECONDS, HourProof, prove_hours
from campaign_health.route.proof.log_histogram import LogHistogram, merged
from campaign_health.route.recovery.customerio_people import sends_between
from campaign_health.route.recovery.exported_events import events_between
from campaign_health.route.recovery.looking import Sources
from campaign_health.route.recovery.missed import EARLY_SECONDS
from campaign_health.route.recovery.qualifying import due_events
from campaign_health.route.recovery.recovery_plan import RecoveryPlan
from collectors.http.client import Progress
from storage.outbox.recovery_ledger import RecoveryLedger


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


def prove(
    plan: RecoveryPlan,
    promise_seconds: float | None,
    sources: Sources,
    ledger: RecoveryLedger,
    progress: Progress | None = None,
) -> Proof:
    """What became of the plan's events, hour by hour. Nothing is written.

    Raises:
        CollectorError: a service did not answer, or not to its end.
    """
    now = sources.now.timestamp()
    end = min(plan.end, now)
    patience = WITHOUT_PROMISE_SECONDS if promise_seconds is None else GIVEN_UP_AFTER * promise_seconds
    events = due_events(
        events_between(sources.mixpanel, plan.events, plan.begin, end, plan.zone, sources.now),
        plan.when, sources.by, plan.once_seconds,
    )  # fmt: skip
    begin = plan.begin - EARLY_SECONDS
    until = min(end + patience, now)
    people = {person for person, _ in events if person is not None}
    sends = ledger.reported_sends(people, begin) | sends_between(
        sources.customerio, plan.campaign_id, begin, until, sources.by, progress
    )
    by_person: dict[str, list[float]] = {}
    for person, at in sends.values():
        by_person.setdefault(person, []).append(at)
    in_order = {person: sorted(times) for person, times in by_person.items()}
    return Proof(prove_hours(events, in_order, promise_seconds, until), promise_seconds)
