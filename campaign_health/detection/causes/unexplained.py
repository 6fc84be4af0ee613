"""When nothing explains a break: a steady part of the traffic, or plainly unknown, with what was ruled out."""

from __future__ import annotations

from campaign_health.detection.causes.case import BrokenCampaign, Cause
from campaign_health.detection.causes.edits import edits_near
from campaign_health.detection.causes.event_gone import PROJECT_DOWN
from campaign_health.detection.causes.links_kept import Chain
from campaign_health.detection.causes.message_causes import loss_rise
from campaign_health.detection.causes.property_causes import used_properties
from campaign_health.detection.causes.segment_causes import segments_that_hold
from campaign_health.words.dates import day_text
from campaign_health.words.event_service import event_service
from campaign_health.words.guides import ask, asking
from campaign_health.words.lists import names_in_code
from campaign_health.words.numbers import rate_text, share_text


def steady_part(case: BrokenCampaign, chain: Chain) -> Cause | None:
    """A degraded campaign whose missing share stays the same: what one platform's break looks like."""
    if case.kind != "degraded" or case.stage not in ("event", "started"):
        return None
    kept, steady = (
        (chain.kept("started", "events"), chain.steady_since("started", "events"))
        if case.stage == "started"
        else (chain.event_kept(), chain.event_steady_since())
    )
    if kept is None:
        kept, steady = chain.kept("sent", "events"), chain.steady_since("sent", "events")
    # A part of the traffic is the same part every day; what comes and goes is something else.
    if kept is None or not 0.1 < kept < 0.92 or not steady:
        return None
    day = day_text(case.since, case.as_of)
    event = f"`{case.event}`" if case.event else "the trigger"
    if case.stage == "started":
        sentence = (
            f"Since {day}, {share_text(1 - kept)} of {event} no longer starts a journey; the rest does as before."
        )
    else:
        sentence = f"Since {day}, {share_text(1 - kept)} of {event} is missing; the rest comes as before."
    sentence += " That is what one platform, app version or plan breaking looks like."
    return Cause(
        "part_of_traffic_broke",
        0.6,
        case.since,
        sentence,
        {"missing_share": round(1 - kept, 4), "stage": case.stage},
        f"In {event_service()}, break {event} down by platform, app version and plan over the days around {day}, and "
        f"compare with who starts journeys in Customer.io. {ask(case.owner, 'the engineers')} what was released for "
        "the part that is missing.",
    )


def unknown(case: BrokenCampaign, chain: Chain) -> Cause:
    """Said plainly, with what was looked at and found in order, and what could not be looked at."""
    ruled_out = tuple(_ruled_out(case, chain))
    day = day_text(case.since, case.as_of)
    where = _where(case, day)
    sentence = f"{where[0].upper()}{where[1:]}, and none of the usual reasons fits."
    if case.project_kept is not None and case.project_kept < PROJECT_DOWN:
        sentence += (
            " The project's other events, taken together, fell too, to"
            f" {share_text(case.project_kept)} of their usual level: as in an outage or on a holiday."
        )
    if case.others_broken:
        sentence += (
            f" {names_in_code(list(case.others_broken))} broke at the same time, so the reason probably lies with what"
            " they share."
        )
    return Cause(
        "unknown",
        0.0,
        case.since,
        sentence,
        {"stage": case.stage, "others_broken": list(case.others_broken)[:20], "project_kept": case.project_kept},
        _next_step(case, day),
        ruled_out,
    )


def _where(case: BrokenCampaign, day: str) -> str:
    """What the chain does since that day: nothing gets past the broken stage, or less than before."""
    if case.kind == "degraded":
        said = {
            "event": f"since {day} fewer events come",
            "started": f"since {day} events come and start fewer journeys than before",
            "activated": f"since {day} journeys start and fewer of them activate",
            "sent": f"since {day} journeys activate and fewer messages are sent for them",
            "delivered": f"since {day} messages are sent and fewer of them are delivered",
        }
    else:
        said = {
            "event": f"the event itself fell on {day}",
            "started": f"since {day} events come and no longer start journeys",
            "activated": f"since {day} journeys start and do not activate",
            "sent": f"since {day} journeys activate and nothing is sent",
            "delivered": f"since {day} messages are sent and not delivered",
        }
    return said.get(case.stage or "", f"it began on {day}")


def _next_step(case: BrokenCampaign, day: str) -> str:
    who = ask(case.owner, "the engineers")
    if case.stage in ("event", "started"):
        event = f"`{case.event}`" if case.event else "the trigger"
        return (
            f"In Customer.io, search the activity log for {event}: if it is not there,"
            f" {asking(case.owner, 'the engineers')} whether the connection that sends events to"
            f" Customer.io changed on {day}; if it is, look at the trigger's conditions and at the send-once setting."
        )
    if case.stage == "activated":
        return (
            "In Customer.io, follow one person who started today through the campaign and see where the journey ends."
            f" {who} what changed on {day}."
        )
    return (
        f"In Customer.io, follow one journey of today to its message and read its state. {who} what changed on {day}."
    )


def _ruled_out(case: BrokenCampaign, chain: Chain) -> list[str]:
    said: list[str] = []
    events, kept = chain.series("events"), chain.event_kept()
    if case.event is not None and events is not None and kept is not None and kept > 0.5:
        said.append(
            f"The event still comes: `{case.event}` {rate_text(events.since)}, {rate_text(events.before)} before."
        )
    elif case.event is None:
        said.append("No event is known for this campaign, so its event could not be checked; the manifest can name it.")
    elif events is None:
        said.append(f"The counts of `{case.event}` were not collected, so a rename could not be checked.")
    if case.event is not None and case.event in set(case.known_events):
        said.append("No other event took its place.")
    passing = chain.kept("activated", "started")
    if passing is not None and passing > 0.85:
        said.append("The filter lets as many through as before.")
    elif chain.series("started") is None:
        said.append("Journeys were not collected, so the filter could not be checked.")
    held = segments_that_hold(case)
    if held is not None:
        said.append(held)
    for loss, words in (
        ("failed", "No more messages fail than before"),
        ("drafted", "No more messages wait as drafts than before"),
        ("undeliverable", "No more messages are undeliverable than before"),
        ("suppressed", "No more recipients are suppressed than before"),
    ):
        rate = loss_rise(chain, [loss])
        if rate is not None and rate[1] - rate[0] < 0.08:
            said.append(f"{words} ({share_text(rate[1])}).")
    if case.messages is not None and len(case.messages) and (case.messages["sending_state"] == "automatic").all():
        said.append("Every message is set to send.")
    if case.state == "running":
        said.append("The campaign is running.")
    if case.versions is not None and len(case.versions) and not edits_near(case):
        said.append("Its trigger, filters and messages were not changed around that day.")
    used = used_properties(case)
    changed = {
        change.property for change in case.property_changes if change.event == case.event and change.kind != "appeared"
    }
    if used and not changed & set(used):
        said.append(f"None of the properties it uses changed ({names_in_code(sorted(used))}).")
    return said
