"""Causes of an event that is gone: merged into one that was there before, removed, or blocked."""

from __future__ import annotations

from campaign_health.detection.causes.case import BrokenCampaign, Cause
from campaign_health.detection.causes.links_kept import Chain
from campaign_health.words.dates import day_text
from campaign_health.words.event_service import declarations, event_service
from campaign_health.words.guides import ask
from campaign_health.words.lists import joined
from campaign_health.words.numbers import count, rate_text, share_text

EVENT_GONE = 0.1  # of its usual count: an event at or below it has stopped
EVENT_FADING = 0.5  # of its usual count: an event lost at or below it is on its way out
PROJECT_DOWN = 0.4  # of its usual level: below it the whole project fell, not one event
STILL_RUNS = 0.5  # of the journeys usually started: a campaign above it does not suffer from what the counts show
MOST_NAMED = 4  # new events that a sentence names


def merged(case: BrokenCampaign, chain: Chain) -> Cause | None:
    """Its traffic goes by the name of an event that was there before."""
    into, kept = case.around.took_over, chain.event_kept(newest=3)
    if into is None or kept is None or kept > EVENT_GONE or _lexicon(case, "dropped"):
        return None
    day = day_text(case.since, case.as_of)
    days = (case.as_of - case.since).days + 1
    sentence = (
        f"`{case.event}` stopped on {day}; since that day `{into.event}`, which was there before, has"
        f" {rate_text(into.a_day)} more than usual, {share_text(into.of_lost)} of what `{case.event}` lost. The"
        " two were probably merged."
    )
    facts = {
        "event": case.event,
        "merged_into": into.event,
        "more_a_day": round(into.a_day, 2),
        "share_of_lost": round(into.of_lost, 3),
    }
    step = (
        f"{ask(case.owner, 'the engineers')} whether `{case.event}` now goes by the name of `{into.event}`, and by"
        " which property the two can be told apart. Then change the campaign's trigger in Customer.io to that name with"
        " that condition, or have the old name sent again."
    )
    return Cause("event_renamed", 0.8 if days < 3 else 0.9, case.since, sentence, facts, step)


def _what_began(case: BrokenCampaign) -> str:
    """Of what is new, all that can be said: that it was not recognised, or that there is none."""
    began = case.around.began
    if not began:
        return "no other event began on those days"
    told = [f"`{one.event}` ({rate_text(one.a_day)})" for one in began[:MOST_NAMED]]
    more = len(began) - len(told)
    named = joined([*told, f"{count(more)} more"] if more else told)
    return f"none of the events that began on those days was recognised as its new name: {named}"


def removed(case: BrokenCampaign, chain: Chain) -> Cause | None:
    """The event is gone, or going, and no other was recognised as it."""
    kept, values = chain.event_kept(), chain.series("events")
    blocked = _lexicon(case, "dropped")
    if values is None or values.days_before == 0 or values.total_before == 0:
        return None
    fallen_with_all = case.project_kept is not None and case.project_kept < PROJECT_DOWN
    lately = chain.event_kept(newest=3)
    gone = any(share is not None and share <= EVENT_GONE for share in (kept, lately))
    fading = case.kind == "event_lost" and lately is not None and lately <= EVENT_FADING
    if fallen_with_all or not (gone or fading):
        return None
    day = day_text(case.since, case.as_of)
    before = rate_text(values.before)
    facts = {
        "event": case.event,
        "events_a_day_before": round(values.before, 2),
        "events_a_day_since": round(values.since, 2),
        "days_since": values.days_since,
        "dropped_in_lexicon": blocked,
        "hidden_in_lexicon": _lexicon(case, "hidden"),
    }
    verb = "stopped" if gone else "has been falling away since"
    sentence = (
        f"`{case.event}` {verb} {f'on {day}' if gone else day} ({before} before, {rate_text(values.since)} since)"
    )
    if blocked:
        sentence += f", and {declarations()} says that it is blocked."
        step = (
            f"In {declarations()}, look who blocked `{case.event}` and why; unblock it if campaigns need it. "
            f"Blocking only stops {event_service()}: check that Customer.io still gets the event."
        )
    else:
        sentence += f", and {_what_began(case)}."
        step = (
            f"{ask(case.owner, 'the engineers')} what was released on {day}: was `{case.event}` taken out on purpose?"
            " If so, stop the campaign or give it another trigger; if not, have it sent again. The event's count in"
            f" {event_service()} shows within the hour whether it worked."
        )
    confidence = (0.93 if blocked else 0.85) if gone else 0.6
    still = still_runs(chain) if gone else None
    if still is not None:
        facts["campaign_still_runs"] = True
        facts["journeys_kept"] = round(still, 3)
        sentence += (
            f" Journeys still start ({share_text(still)} of the usual number): Customer.io gets the event as before,"
            f" only {event_service()} no longer shows it under this name."
        )
    return Cause("event_removed", confidence, case.since, sentence, facts, step)


def still_runs(chain: Chain) -> float | None:
    """Share of the usual journeys (or sends) that still start, if that is most of them."""
    for name in ("started", "sent"):
        values, usual = chain.series(name), chain.usual_on_same_weekdays(name)
        if values is not None and usual is not None and usual >= 5:
            share = values.total_since / usual
            return share if share >= STILL_RUNS else None
    return None


def _lexicon(case: BrokenCampaign, column: str) -> bool:
    frame = case.definitions
    if frame is None or frame.empty:
        return False
    rows = frame[(frame["event"] == case.event) & (frame["property"] == "")]
    return bool(rows[column].astype(bool).any())
