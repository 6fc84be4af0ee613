"""A manifest written from what is already collected: events, what they carry, and campaigns and what they use."""

from __future__ import annotations

from collections.abc import Mapping

from campaign_health.manifest.dependencies import ObservedCampaign
from campaign_health.manifest.observed import Observed, ObservedProperty
from campaign_health.manifest.writing import quote
from campaign_health.words.numbers import share_text
from campaign_health.words.visible import visible

REQUIRED_SHARE = 0.995  # of events that must carry a property for it to be written down as required
SELDOM = 0.01  # properties on fewer events than this are left out

_HEAD = """\
# The campaign-health manifest, written from what was collected. Read it through: what is written here is what
# `campaign-health check` holds every change to. Reference: campaign-health docs manifest
version: 1

# Events by their exact name in Mixpanel. The share behind a property is what Mixpanel saw on the day it was profiled.
"""
_CAMPAIGNS = """
# Campaigns in Customer.io that hang on these events. Add owner, deal_value, conversion_rate and timing;
# deal values are in CAMPAIGN_HEALTH_CURRENCY (US dollars), unless a line like `currency: EUR` below `version` says so.
"""
_TAIL = """
# Reviewed changes of names: - {from: old_name, to: new_name, since: 2026-12-01, owner: "@team"}
renames: []

# How `check --code` reads this repository: prefix, include, exclude, and your own functions that send an event.
code: {prefix: "", include: [], exclude: [], calls: []}
"""


def manifest_from_data(observed: Observed) -> str:
    """The manifest's text: the events that campaigns hang on or that were profiled, then the campaigns.

    A property is required where nearly every event carries it. Types are Mixpanel's, which knows no integers.
    """
    campaigns = [campaign for campaign in observed.campaigns or () if campaign.event]
    names = {str(campaign.event).strip() for campaign in campaigns} | set(observed.properties)
    text = _HEAD + ("events:\n" if names else "events: {}\n")
    for name in sorted(names):
        text += _event(name, observed)
    text += _CAMPAIGNS + ("campaigns:\n" if campaigns else "campaigns: []\n")
    for campaign in sorted(campaigns, key=lambda campaign: (campaign.state != "running", campaign.name)):
        text += _campaign(campaign)
    text += _without_event([campaign for campaign in observed.campaigns or () if not campaign.event])
    return text + _TAIL


def _without_event(campaigns: list[ObservedCampaign]) -> str:
    """Those of which Customer.io shows no trigger event, as a remark: a person may know what fills their segment."""
    if not campaigns:
        return ""
    lines = ["  # Customer.io shows no event of these. Where you know which one fills their segment, write it in:"]
    lines += [
        f"  #  - {{name: {quote(visible(one.name))}, id: {one.campaign_id}, event: }}"
        for one in sorted(campaigns, key=lambda one: (one.state != "running", one.name))
    ]
    return "\n".join(lines) + "\n"


def _event(name: str, observed: Observed) -> str:
    profile = observed.properties.get(name, {})
    known = observed.events is not None and name in observed.events
    remark = "" if known or observed.events is None else "    # never seen in Mixpanel under exactly this name"
    lines = [f"  {quote(name)}:{remark}"]
    shown = {key: seen for key, seen in profile.items() if seen.share >= SELDOM and not _is_mixpanels_own(key)}
    if shown:
        lines.append("    properties:")
        lines += [_property(key, seen) for key, seen in sorted(shown.items())]
    elif not remark:
        lines = [f"  {quote(name)}: {{}}"]
    return "\n".join(lines) + "\n"


def _is_mixpanels_own(key: str) -> bool:
    return key.startswith(("$", "mp_")) or key in ("distinct_id", "time")


def _property(key: str, seen: ObservedProperty) -> str:
    fields = {"type": quote(seen.main_type or "null") if seen.main_type else '"null"'}
    if seen.share >= REQUIRED_SHARE:
        fields["required"] = "true"
    inner = ", ".join(f"{name}: {value}" for name, value in fields.items())
    return f"      {quote(key)}: {{{inner}}}    # {share_text(seen.share)}{_others(seen.shares, seen.main_type)}"


def _others(shares: Mapping[str, float], main: str | None) -> str:
    rest = [f"{share_text(share)} {kind}" for kind, share in sorted(shares.items()) if kind != main and share >= SELDOM]
    return f", also {', '.join(rest)}" if rest and main else ""


def _campaign(campaign: ObservedCampaign) -> str:
    lines = [
        f"  - name: {quote(campaign.name)}",
        f"    id: {campaign.campaign_id}",
        f"    event: {quote(str(campaign.event).strip())}",
    ]
    if campaign.state in ("running", "draft", "stopped", "paused", "scheduled", "archived"):
        lines.append(f"    state: {campaign.state}")
    used = sorted(campaign.required | campaign.optional)
    if used:
        lines.append(f"    uses: [{', '.join(quote(name) for name in used)}]")
    return "\n".join(lines) + "\n"
