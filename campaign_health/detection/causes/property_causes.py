"""Causes in the event's properties: changed type, missing or renamed, or lost by part of the traffic."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pandas as pd

from campaign_health.detection.causes.case import BrokenCampaign, Cause
from campaign_health.detection.causes.links_kept import Chain
from campaign_health.detection.causes.message_causes import loss_rise, recent_failures, variables_named
from campaign_health.detection.causes.property_drift import PropertyChange
from campaign_health.words.dates import day_text
from campaign_health.words.event_service import event_service
from campaign_health.words.guides import ask, asking
from campaign_health.words.lists import names_in_code
from campaign_health.words.numbers import share_text
from campaign_health.words.property_types import type_words

GONE = 0.15  # of the events: a share at or below it breaks everybody
DAYS_EITHER_SIDE = 1
MATCH = 0.15  # how near the property's lost share must be to the campaign's


def property_causes(case: BrokenCampaign, chain: Chain) -> Iterator[Cause]:
    """One cause per fitting change of a property of the campaign's event."""
    if case.event is None or case.kind in ("event_lost", "surging") or case.stage in ("event", "started"):
        return
    for change in case.property_changes:
        if change.event != case.event or change.kind == "appeared" or not _timely(change, case):
            continue
        cause = _cause(case, chain, change)
        if cause is not None:
            yield cause


def used_properties(case: BrokenCampaign) -> dict[str, str]:
    """Event properties that the campaign uses, and how: required or optional in a message, or by the manifest."""
    used = {str(name).removeprefix("event."): "manifest" for name in case.uses}
    frame = case.messages
    if frame is not None and not frame.empty:
        for column, how in (("optional_variables", "optional"), ("required_variables", "required")):
            for variables in frame[column]:
                for variable in variables if variables is not None else []:
                    root = _root(str(variable))
                    if root:
                        used[root] = how
    return used


def _root(variable: str) -> str | None:
    """`plan` of `event.plan.name`; None for variables that are not the event's."""
    parts = variable.replace("[", ".").split(".")
    return parts[1] if len(parts) > 1 and parts[0] in ("event", "trigger") else None


def _timely(change: PropertyChange, case: BrokenCampaign) -> bool:
    slack = timedelta(days=DAYS_EITHER_SIDE)
    earliest = change.last_day_before or change.day
    return earliest - slack <= case.since <= change.day + slack


def _named_in_failures(case: BrokenCampaign, name: str) -> bool:
    frame = case.failures
    if frame is None or not isinstance(frame, pd.DataFrame) or frame.empty:
        return False
    return any(_root(variable) == name for text in recent_failures(case) for variable in variables_named(text))


def _cause(case: BrokenCampaign, chain: Chain, change: PropertyChange) -> Cause | None:
    how = used_properties(case).get(change.property)
    named = _named_in_failures(case, change.property)
    failing = loss_rise(chain, ["failed"])
    fails = failing is not None and failing[1] - failing[0] > 0.08
    filtered = chain.kept("activated", "started")
    closes = filtered is not None and filtered <= 0.85
    missing = _missing_share(case, chain)
    lost = _lost_share(change)
    if not (fails or closes or case.stage in ("activated", "sent", None)):
        return None
    if named:
        confidence = 0.97
    elif how in ("required", "manifest") and (fails or closes):
        confidence = 0.95 if not _names_another(case, fails) else 0.5
    elif how is not None and (fails or closes):
        confidence = 0.8 if not _names_another(case, fails) else 0.3
    elif closes and missing is not None and abs(missing - lost) <= MATCH:
        confidence = 0.8 if lost > 0.5 else 0.84
    else:
        confidence = 0.25
    if case.stage == "activated" and not closes:
        confidence *= 0.5
    if missing is not None and lost < missing - 0.3 and change.kind == "missing":
        confidence *= 0.5  # a small fall does not explain a full break
    partly = (
        change.kind == "missing"
        and change.share_after > GONE
        and case.kind == "degraded"
        and abs((missing or lost) - lost) <= 0.25
    )
    if partly:
        return _part(case, change, confidence, how, missing)
    return _whole(case, change, confidence, how, named)


def _names_another(case: BrokenCampaign, fails: bool) -> bool:
    """Whether messages fail and Customer.io names variables, none of them this property."""
    return fails and any(variables_named(text) for text in recent_failures(case))


def _missing_share(case: BrokenCampaign, chain: Chain) -> float | None:
    for part, whole in (("sent", "started"), ("sent", "events"), ("activated", "started")):
        kept = chain.kept(part, whole)
        if kept is not None:
            return max(1.0 - kept, 0.0)
    return None


def _lost_share(change: PropertyChange) -> float:
    """Share of the events that lost the property as it was."""
    if change.kind == "type_changed":
        return change.share_after
    return max(change.share_before - change.share_after, 0.0) / max(change.share_before, 1e-9)


def _use_words(case: BrokenCampaign, how: str | None) -> str:
    match how:
        case "required":
            return "The campaign's messages need it."
        case "optional":
            return "The campaign's messages use it, with a default."
        case "manifest":
            return "The campaign uses it."
    return "No message of the campaign uses it; its filter may."


def _since(case: BrokenCampaign, change: PropertyChange) -> date:
    """The one day that is told of the change: that of the break, where it had changed by then; else the first on which
    it was seen changed.
    """
    began_between = change.last_day_before is not None and change.last_day_before < case.since <= change.day
    return case.since if began_between else change.day


def _when(case: BrokenCampaign, change: PropertyChange) -> str:
    """By when it had changed. The days on which it was looked at are not those on which it changed."""
    day = _since(case, change)
    by = f"by {day_text(day, case.as_of)}{', when the break began' if day == case.since else ''}"
    if change.last_day_before and (change.day - change.last_day_before).days > 1:
        before, after = (day_text(one, case.as_of) for one in (change.last_day_before, change.day))
        return f"{by} (looked at on {before} and on {after})"
    return by


def _facts(change: PropertyChange, how: str | None) -> dict[str, object]:
    return {
        "event": change.event,
        "property": change.property,
        "type_before": change.before,
        "type_after": change.after,
        "share_before": round(change.share_before, 4),
        "share_after": round(change.share_after, 4),
        "new_property": change.new_property,
        "day": change.day.isoformat(),
        "last_day_before": change.last_day_before.isoformat() if change.last_day_before else None,
        "events_read": change.events_read,
        "used_by_campaign": how,
    }


def _whole(case: BrokenCampaign, change: PropertyChange, confidence: float, how: str | None, named: bool) -> Cause:
    use, when = _use_words(case, how), _when(case, change)
    since = _since(case, change)
    said = " Customer.io's failure message names it." if named else ""
    if change.kind == "type_changed":
        sentence = (
            f"`{change.property}` of `{change.event}` was {type_words(change.before)} and is"
            f" {type_words(change.after)} on {share_text(change.share_after)} of the events; it had changed {when}."
            f" {use}{said}"
        )
        step = (
            f"{ask(case.owner, 'the engineers')} why `{change.property}` became {type_words(change.after)}. Either"
            f" have it sent as {type_words(change.before)} again, or change what uses it in"
            f" Customer.io{_inner(change)}. A test message to yourself, with a new event, must show the right text."
        )
        return Cause("property_type_changed", confidence, since, sentence, _facts(change, how), step)
    gone = "is gone" if change.share_after <= 0.02 else f"fell to {share_text(change.share_after)} of the events"
    sentence = (
        f"`{change.property}` {gone} from `{change.event}` ({share_text(change.share_before)} of the events carried it"
        f" before); it had changed {when}. "
    )
    if change.share_after > 0.02:
        sentence = (
            f"`{change.property}` of `{change.event}` {gone}, from {share_text(change.share_before)}; it had changed"
            f" {when}. "
        )
    if change.new_property:
        sentence += f"`{change.new_property}` began at the same time and looks like its new name. "
    sentence += use + said
    if change.new_property:
        step = (
            f"In Customer.io, replace `{change.property}` by {names_in_code([change.new_property])} in the messages and"
            " filters that use it, or "
        )
        step += f"{asking(case.owner, 'the engineers')} to have both sent for a while. "
    else:
        step = (
            f"{ask(case.owner, 'the engineers')} why `{change.event}` no longer carries `{change.property}`, and have"
            " it sent again; until then give it a default in the messages. "
        )
    step += "A test message to yourself must arrive, and tomorrow's run shows the share."
    return Cause("property_missing", confidence, since, sentence, _facts(change, how), step)


def _inner(change: PropertyChange) -> str:
    return (
        f" (such as `event.{change.property}.name` in place of `event.{change.property}`)"
        if change.after == "object"
        else ""
    )


def _part(
    case: BrokenCampaign, change: PropertyChange, confidence: float, how: str | None, missing: float | None
) -> Cause:
    lost = _lost_share(change)
    sentence = (
        f"Since {day_text(case.since, case.as_of)}, {share_text(lost)} of `{change.event}` comes without"
        f" `{change.property}`"
    )
    sentence += f", and {share_text(missing)} of the sends are missing" if missing is not None else ""
    if change.new_property:
        sentence += f". `{change.new_property}` began at the same time and looks like its new name"
    sentence += ". One platform, app version or plan seems to have lost it, the rest is as before. "
    sentence += _use_words(case, how)
    accept = (
        f" In Customer.io, let what uses `{change.property}` accept `{change.new_property}`, too, or"
        if change.new_property
        else ""
    )
    return Cause(
        "part_of_traffic_broke",
        confidence,
        _since(case, change),
        sentence,
        _facts(change, how)
        | {
            "lost_share": round(lost, 4),
            "missing_share": None if missing is None else round(missing, 4),
        },
        f"In {event_service()}, break `{change.event}` without `{change.property}` down by platform and app version."
        f"{accept or ' Then'} {asking(case.owner, 'that team')} to have it sent again. The share of events"
        " that carry it should be back after the next release.",
    )
