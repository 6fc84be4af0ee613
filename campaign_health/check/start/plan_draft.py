"""A draft of a manifest from a tracking plan."""

from __future__ import annotations

from campaign_health.check.start.code_events import counted
from campaign_health.check.start.draft import CAMPAIGNS, remark
from campaign_health.check.start.planned import PlannedEvent, PlannedProperty, TrackingPlan
from campaign_health.manifest.writing import quote

_HEAD = """\
# The campaign-health manifest, drafted from {kind}. It holds as it is; what only a person knows is still to do:
#   1. campaigns: which of them hang on which event. A tracking plan does not say it.
#   2. sent_from: elsewhere, on each event that this repository's code does not send.
# Reference: campaign-health docs manifest
version: 1

# By the exact name in Mixpanel.
"""
_CODE = """
# How `check --code` reads this repository: `campaign-health init --from-code` finds your own functions.
code: {prefix: "", include: [], exclude: [], calls: []}
"""


def draft_from_plan(plan: TrackingPlan) -> str:
    """The manifest's text: types, required and descriptions as the plan has them, allowed values as comments."""
    text = _HEAD.format(kind=plan.kind) + ("events:\n" if plan.events else "events: {}\n")
    text += "".join(_event(name, event) for name, event in sorted(plan.events.items()))
    return text + CAMPAIGNS.format(event=quote(min(plan.events, default="trial_started"))) + _CODE


def plan_summary(plan: TrackingPlan) -> list[str]:
    """How much was taken over, and what was not, each with its number."""
    properties = sum(len(event.properties) for event in plan.events.values())
    number = "1 property" if properties == 1 else f"{properties} properties"
    said = [f"{counted(len(plan.events), 'event')} with {number}, from {plan.kind}."]
    left = [f"{count} × {what}" for what, count in sorted(plan.not_carried.items()) if count]
    return said + ([f"Not carried, because a manifest does not know it: {'; '.join(left)}."] if left else [])


def _event(name: str, event: PlannedEvent) -> str:
    if not event.description and not event.properties:
        return f"  {quote(name)}: {{}}\n"
    lines = [f"  {quote(name)}:"]
    if event.description:
        lines.append(f"    description: {quote(event.description)}")
    if event.properties:
        lines.append("    properties:")
        lines += [_property(key, one) for key, one in sorted(event.properties.items())]
    return "\n".join(lines) + "\n"


def _property(name: str, one: PlannedProperty) -> str:
    fields = [f"type: {quote(one.type)}"] if one.type else []
    fields += ["required: true"] if one.required else []
    fields += [f"description: {quote(one.description)}"] if one.description else []
    values = f"    # one of: {remark(', '.join(one.values))}" if one.values else ""
    return f"      {quote(name)}: {{{', '.join(fields)}}}{values}"
