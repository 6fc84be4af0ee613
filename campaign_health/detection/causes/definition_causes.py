"""Causes in the campaign's definition: stopped, edited, or a filter that no longer matches anybody."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from campaign_health.detection.causes.case import BrokenCampaign, Cause
from campaign_health.detection.causes.compared import before_text
from campaign_health.detection.causes.edits import Edit, all_edits, edits_near
from campaign_health.detection.causes.links_kept import Chain
from campaign_health.words.dates import day_text
from campaign_health.words.guides import ask
from campaign_health.words.numbers import plural, share_text

FILTER_CLOSED = 0.25  # of the usual share that passes
FILTER_TIGHTER = 0.85  # of it: a smaller fall is not news
PASSING_SPREAD = 0.03  # standard deviation of a healthy share that passes, from week to week
NOBODY_OF = 30  # journeys of which nobody passed, where no day before is known
SURE_FALL = 2.5  # standard errors (binomial, with that spread)


def definition_causes(case: BrokenCampaign, chain: Chain) -> Iterator[Cause]:
    """Stopped, edited, filter."""
    for cause in (_stopped(case), _edited(case, chain), _filter(case, chain)):
        if cause is not None:
            yield cause


def _stopped(case: BrokenCampaign) -> Cause | None:
    stops = [edit for edit in all_edits(case) if edit.about_state and _is_stop(edit)]
    near = [edit for edit in stops if abs((edit.day - case.since).days) <= 3]
    if case.state == "running" and not near:
        return None
    if case.state == "running":  # stopped and started again: history, unless the break lies between
        return None
    edit = near[0] if near else (stops[-1] if stops else None)
    since = edit.day if edit else None
    when = f" on {day_text(since, case.as_of)}" if since else ""
    before = f" It was {edit.before} before." if edit and edit.before else ""
    return Cause(
        "campaign_stopped",
        0.97,
        since or case.since,
        f"The campaign was set to {case.state} in Customer.io{when}.{before}",
        {"state": case.state, "changed_on": since.isoformat() if since else None},
        f"{ask(case.owner, 'whoever looks after the campaign')} whether it was stopped on purpose. If not, start it"
        " again in Customer.io; journeys should start within the hour.",
    )


def _is_stop(edit: Edit) -> bool:
    return (edit.field == "state" and edit.before == "running") or (
        edit.field == "active" and edit.to in (False, "false")
    )


def _edited(case: BrokenCampaign, chain: Chain) -> Cause | None:
    edits = [edit for edit in edits_near(case) if not edit.about_state and not edit.field.endswith("sending_state")]
    if not edits:
        return None
    scored = sorted(((_fit(edit, case, chain), -abs((edit.day - case.since).days), edit) for edit in edits),
                    key=lambda item: item[:2], reverse=True)  # fmt: skip
    fit, _, edit = scored[0]
    if fit <= 0:
        return None
    what = _field_words(edit.field)
    sentence = (
        f"The campaign's {what} was changed {_when(edit, case)}: from {_value(edit.before)} to {_value(edit.to)}."
    )
    return Cause(
        "campaign_edited",
        fit,
        edit.day,
        sentence,
        {"changes": [e.as_json() for e in edits]},
        f"{ask(case.owner, 'whoever edits the campaign')} whether the change of the {what} was meant to have this"
        " effect. In Customer.io, the campaign's version history shows who made it; setting it back should bring the"
        " next journeys through.",
    )


def _when(edit: Edit, case: BrokenCampaign) -> str:
    """The day of an edit beside that of the break. An edit is seen when the definition is next read."""
    day, began = day_text(edit.day, case.as_of), day_text(case.since, case.as_of)
    if edit.day == case.since:
        return f"on {day}, when the break began"
    return (
        f"by {day} (the break began on {began})" if edit.day > case.since else f"on {day} (the break began on {began})"
    )


def _fit(edit: Edit, case: BrokenCampaign, chain: Chain) -> float:
    """How well the edited field explains the stage that broke."""
    apart = abs((edit.day - case.since).days)
    near = 1.0 if apart <= 1 else 0.9
    activated = chain.kept("activated", "started")
    if case.kind == "surging":
        return 0.7 * near
    if edit.about_trigger:
        return 0.94 * near if case.stage in ("event", "started", None) else 0.4
    if edit.about_filters:
        closes = activated is not None and activated <= FILTER_TIGHTER
        return 0.93 * near if closes or (activated is None and case.stage in ("activated", "sent", None)) else 0.35
    if edit.about_messages:
        return 0.5 * near if case.stage in ("sent", "delivered", None) else 0.2
    return 0.55 * near


def _field_words(field: str) -> str:
    if field.startswith(("event", "trigger")):
        return "trigger"
    if any(part in field for part in ("filter", "audience", "segment")):
        return "filter"
    if field.startswith(("messages", "actions")):
        return "messages"
    return field.replace("_", " ")


def _value(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"`{value}`"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else text[:77] + "…"


def _filter(case: BrokenCampaign, chain: Chain) -> Cause | None:
    kept = chain.kept("activated", "started")
    rate = chain.rate("activated", "started")
    activated = chain.series("activated")
    never = chain.never_otherwise or (activated is not None and not activated.days_before)
    if rate is not None and never:
        # Broken before anybody looked: nobody ever passed.
        kept = 0.0 if rate[1] == 0 and rate[2] >= NOBODY_OF else None
    if kept is None or rate is None or kept > FILTER_TIGHTER:
        return None
    before, since, started = rate
    error = math.sqrt(min(before, 1.0) * max(1.0 - before, 0.05) / max(started, 1.0) + PASSING_SPREAD**2)
    if before - since < SURE_FALL * error and not never:
        return None
    day = day_text(case.since, case.as_of)
    closed = kept <= FILTER_CLOSED
    passed = "nobody passed" if since == 0 else f"{share_text(since)} passed"
    sentence = (
        f"{plural(started, 'journey')} started since {day} and {passed} the campaign's filter;"
        f" {before_text(chain, before, 'did before')}."
    )
    confidence = 0.82 if closed else 0.6
    if case.stage not in ("activated", None):
        confidence *= 0.8
    return Cause(
        "filter_no_longer_matches",
        confidence,
        case.since,
        sentence,
        {
            "started_since": round(started),
            "activated_share_before": round(before, 4),
            "activated_share_since": round(since, 4),
            "kept": round(kept, 4),
        },
        "In Customer.io, look up one person who started today and compare the profile with the campaign's filter and"
        f" trigger conditions: an attribute or value was probably renamed. {ask(case.owner, 'the engineers')} what"
        f" changed on {day}, then adapt the filter; journeys that start should get past it again the same day.",
    )
