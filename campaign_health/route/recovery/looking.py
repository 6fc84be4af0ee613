"""Looks who missed a campaign's message: asks Mixpanel who should have got it, and Customer.io who did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from campaign_health.route.person import PersonBy
from campaign_health.route.recovery.arrivals import WhereLost, look_where_lost
from campaign_health.route.recovery.as_routed import as_seen
from campaign_health.route.recovery.customerio_people import newest_messages, profiles_of
from campaign_health.route.recovery.exported_events import events_between
from campaign_health.route.recovery.missed import EARLY_SECONDS, Known, Missed, Profile, who_missed
from campaign_health.route.recovery.qualifying import ShouldHave, should_have
from campaign_health.route.recovery.recovery_plan import RecoveryPlan
from collectors.customerio import CustomerioClient
from collectors.http.client import Progress
from collectors.mixpanel import MixpanelClient
from storage.outbox.recovery_ledger import RecoveryLedger

SLOW_SECONDS = 86_400.0


@dataclass(frozen=True)
class Sources:
    """Whom to ask, how people are known, and the present (with an offset)."""

    mixpanel: MixpanelClient
    customerio: CustomerioClient
    by: PersonBy
    now: datetime


@dataclass(frozen=True)
class Found:
    """What was found: who should have got the message, and who missed it.

    `sent_to_nobody` messages of the campaign name no one: whom they went to cannot be told. `where` is where those who
    missed it were lost, None where that cannot be told.
    """

    should: ShouldHave
    missed: Missed
    sent_to_nobody: int = 0
    where: WhereLost | None = None


def look(plan: RecoveryPlan, sources: Sources, ledger: RecoveryLedger, progress: Progress | None = None) -> Found:
    """Who missed the message of the plan's campaign on its days. Nothing is written.

    Raises:
        CollectorError: a service did not answer, or not to its end: half an answer would name the wrong people.
    """
    now = sources.now.timestamp()
    client, by = sources.customerio, sources.by
    events = events_between(sources.mixpanel, plan.events, plan.begin, min(plan.end, now), plan.zone, sources.now)
    seen = (one._replace(properties=as_seen(plan.routes, one.name, one.properties)) for one in events)
    should = should_have(seen, plan.when, by, now - plan.patience_seconds)
    # Where this machine's clock is slow, whoever got it by now must not be taken for somebody who did not.
    latest = now + SLOW_SECONDS
    begin = plan.begin - plan.once_seconds - EARLY_SECONDS
    sent, sent_to_nobody = newest_messages(client, plan.campaign_id, "sent", begin, latest, by, progress)
    for person, at in ledger.reported(should.people, "sent").items():
        sent[person] = max(sent.get(person, at), at)
    dropped, _ = newest_messages(client, plan.campaign_id, "dropped", plan.begin - EARLY_SECONDS, latest, by, progress)
    known = Known(
        sent=sent,
        dropped=dropped,
        converted=_converted(plan, sources),
        recovered_before=ledger.reached(should.people),
    )
    unasked = _sort(plan, should, known, now).unasked
    profiles: dict[str, Profile] = {}
    asked: set[str] = set()
    for some, found in profiles_of(client, unasked, by, progress):
        asked.update(some)
        profiles.update(found)
    missed = _sort(plan, should, replace(known, profiles=profiles, asked=asked), now)
    everybody = [*missed.reachable, *missed.beyond]
    return Found(should, missed, sent_to_nobody, look_where_lost(plan, everybody, client, by, now, progress))


def _sort(plan: RecoveryPlan, should: ShouldHave, known: Known, now: float) -> Missed:
    return who_missed(should.people, known, now, relevant_seconds=plan.relevant_seconds, once_seconds=plan.once_seconds)


def _converted(plan: RecoveryPlan, sources: Sources) -> dict[str, float]:
    """The newest conversion by person, since the first day; nobody where the manifest names no event for it."""
    if plan.conversion_event is None:
        return {}
    now = sources.now.timestamp()
    events = events_between(
        sources.mixpanel, (plan.conversion_event,), plan.begin - EARLY_SECONDS, now, plan.zone, sources.now
    )
    return {person: when.last for person, when in should_have(events, {}, sources.by).people.items()}
