"""Causes of a campaign that was never known to work: there is no day before to compare with, only what is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from campaign_health.detection.causes.case import BrokenCampaign, Cause
from campaign_health.detection.causes.compared import NEVER_OTHERWISE
from campaign_health.detection.causes.links_kept import Chain
from campaign_health.detection.causes.message_causes import sending_states
from campaign_health.detection.causes.property_causes import used_properties
from campaign_health.names.likeness import nearest_names
from campaign_health.words.dates import day_text
from campaign_health.words.guides import ask, asking
from campaign_health.words.lists import names_in_code
from campaign_health.words.numbers import count, plural
from campaign_health.words.property_types import type_words

LEAST_READ = 20  # events that were looked at: in fewer, a property that some carry may be missing by chance
NEVER_CARRIED = 0.005  # of them: a property at or below it is not there
OTHER_TYPE = 0.98  # of those that carry it with another type than was declared


def never_causes(case: BrokenCampaign, chain: Chain) -> Iterator[Cause]:
    """Nothing started, nothing made, or a property that is not there; only where it was never otherwise."""
    if not case.never_otherwise:
        return
    for cause in (_property(case), _never_started(case, chain), _all_off(case, chain)):
        if cause is not None:
            yield cause


def _property(case: BrokenCampaign) -> Cause | None:
    """A property that the campaign's conditions or messages use is on none of its events, or of another type."""
    if case.stage not in ("started", "activated", "sent") or case.events_read < LEAST_READ or case.event is None:
        return None
    for name, how in sorted(used_properties(case).items()):
        # One with a default fails nothing, and what only the manifest names is in no message.
        if how == "optional" or (case.stage == "sent" and how != "required"):
            continue
        kinds = {kind: share for kind, share in case.carried.get(name, {}).items() if kind != "null"}
        carried, declared = sum(kinds.values()), case.declared_types.get(name)
        if carried <= NEVER_CARRIED:
            return _not_there(case, name, how)
        alike = {declared, "number"} if declared in ("integer", "number") else {declared}
        if declared is not None and sum(share for kind, share in kinds.items() if kind not in alike) >= (
            OTHER_TYPE * carried
        ):
            return _other_type(case, name, declared, max(kinds, key=lambda kind: kinds[kind]))
    return None


def _not_there(case: BrokenCampaign, name: str, how: str) -> Cause:
    near = [one for one, _ in nearest_names(name, [one for one in case.carried if not one.startswith("$")])]
    sentence = (
        f"The campaign uses `{name}` of `{case.event}`, and none of the {plural(case.events_read, 'event')} that were"
        f" looked at carries it; {NEVER_OTHERWISE}."
    )
    if near:
        sentence += f" The nearest {'name is' if len(near) == 1 else 'names are'} {names_in_code(near)}."
    facts: dict[str, Any] = {
        "event": case.event,
        "property": name,
        "share_before": 0.0,
        "share_after": 0.0,
        "day": None,
    }
    facts |= {"events_read": case.events_read, "nearest": near, "used_by_campaign": how}
    probably = f" (probably `{near[0]}`)" if near else ""
    step = (
        f"In Customer.io, replace `{name}` in the campaign's conditions and messages by the property that is really"
        f" sent{probably}, or {asking(case.owner, 'the engineers')} to have it sent."
    )
    return Cause("property_missing", 0.88, case.since, sentence, facts, step)


def _other_type(case: BrokenCampaign, name: str, declared: str, seen: str) -> Cause:
    sentence = (
        f"The campaign uses `{name}` of `{case.event}`, which should be {type_words(declared)} and is"
        f" {type_words(seen)} on the {plural(case.events_read, 'event')} that were looked at; {NEVER_OTHERWISE}."
    )
    facts: dict[str, Any] = {
        "event": case.event,
        "property": name,
        "type_before": declared,
        "type_after": seen,
        "day": None,
    }
    facts |= {"events_read": case.events_read, "used_by_campaign": "manifest"}
    step = (
        f"In Customer.io, compare the condition on `{name}` with the value of a recent event: text and numbers do not"
        f" match. Change the condition, or {asking(case.owner, 'the engineers')} to have it sent as"
        f" {type_words(declared)}."
    )
    return Cause("property_type_changed", 0.86, case.since, sentence, facts, step)


def _never_started(case: BrokenCampaign, chain: Chain) -> Cause | None:
    events = chain.series("events")
    if case.stage != "started" or case.event is None or events is None:
        return None
    sentence = (
        f"`{case.event}` came {count(events.total_since)} times since {day_text(case.since, case.as_of)}, and not one"
        f" journey started; {NEVER_OTHERWISE}. Either its data never meets the trigger's conditions, or Customer.io"
        " does not get it."
    )
    facts = {"event": case.event, "events_since": round(events.total_since)}
    step = (
        f"In Customer.io, search the activity log for `{case.event}`. If it is there, compare the trigger's conditions"
        " with the data of one event: a property or a value probably has another name or type. If it is not,"
        f" {asking(case.owner, 'the engineers')} whether it is sent to Customer.io at all."
    )
    return Cause("trigger_never_met", 0.75, case.since, sentence, facts, step)


def _all_off(case: BrokenCampaign, chain: Chain) -> Cause | None:
    states, activated = sending_states(case), chain.series("activated")
    off, drafts = states.get("off", []), states.get("draft", [])
    if case.stage != "sent" or case.kind != "silent" or not off or activated is None:
        return None
    if len(off) + len(drafts) < sum(map(len, states.values())):
        return None
    sentence = (
        f"{names_in_code([*off, *drafts])} {'is' if len(off) + len(drafts) == 1 else 'are'} switched off:"
        f" {plural(activated.total_since, 'journey')} activated since {day_text(case.since, case.as_of)} and no message"
        f" was sent; {NEVER_OTHERWISE}."
    )
    facts = {"off_messages": off, "draft_messages": drafts, "journeys_activated_since": round(activated.total_since)}
    step = (
        "In Customer.io, open the campaign's workflow and set the message to “Send automatically”. The next journey"
        f" should send. {ask(case.owner, 'whoever made the campaign')} first whether it should send at all; if not,"
        " stop it."
    )
    return Cause("message_draft_or_off", 0.95, case.since, sentence, facts, step)
