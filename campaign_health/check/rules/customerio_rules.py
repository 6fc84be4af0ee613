"""The manifest against Customer.io's campaigns: their triggers, their states, and what their messages need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from campaign_health.check.findings import Coverage, ExpectedHandover, Finding, Severity
from campaign_health.check.labels import stopped
from campaign_health.check.rules.manifest_rules import is_known
from campaign_health.manifest.dependencies import CampaignDependency, ObservedCampaign, match_campaign
from campaign_health.manifest.manifest_reading import ReadManifest
from campaign_health.manifest.routed import RESERVED
from campaign_health.manifest.sent_names import entry_of

_OVER = frozenset({"draft", "stopped", "paused", "archived"})


def check_customerio(
    read: ReadManifest,
    file: str,
    campaigns: Sequence[CampaignDependency],
    observed: Sequence[ObservedCampaign],
    coverage: Coverage,
) -> list[Finding]:
    """What of Customer.io the manifest says otherwise, and what of it the manifest does not have."""
    found: list[Finding] = []
    by_id = {seen.campaign_id: seen for seen in observed}
    for index, entry in enumerate(read.manifest.campaigns):
        seen = match_campaign(entry, observed)
        place = _Place(file, read.line("campaigns", index))
        if seen is None:
            over = entry.state in _OVER
            found.append(
                place.finding(
                    "campaign_not_found",
                    "note" if over else "violation",
                    f"the manifest names *{entry.label}*, which Customer.io does not have. "
                    "Mend its name, give its `id`, or remove it.",
                    entry.event,
                    (entry.label,),
                )
            )
            continue
        if entry.state and entry.state != seen.state:
            found.append(
                place.finding(
                    "state_differs",
                    "note",
                    f"the manifest says that *{seen.name}* is {entry.state}; in Customer.io it is {seen.state}.",
                    entry.event,
                    (entry.label,),
                )
            )
        if entry.event and seen.event and entry.event.strip() != seen.event.strip():
            found += _trigger(read, _Place(file, read.line("campaigns", index, "event")), entry.label, entry.event,
                              seen, coverage)  # fmt: skip
    for campaign in campaigns:
        seen = by_id.get(campaign.campaign_id) if campaign.campaign_id is not None else None
        if seen is None or seen.state != "running":
            continue
        line = read.line("campaigns", campaign.index) if campaign.index is not None else 1
        if campaign.index is None and seen.event:
            found += _unlisted(read, _Place(file, line), campaign, seen)
        if campaign.event:
            found += _messages(read, file, campaign, seen)
    return found


@dataclass(frozen=True)
class _Place:
    """A line of the manifest that findings point to."""

    file: str
    line: int

    def finding(
        self,
        rule: str,
        severity: Severity,
        message: str,
        event: str | None,
        campaigns: tuple[str, ...],
        *,
        prop: str | None = None,
        new_name: str | None = None,
    ) -> Finding:
        return Finding(
            rule, severity, message, event, prop, new_name, campaigns, self.file, self.line, self.file, self.line
        )


def _trigger(
    read: ReadManifest, place: _Place, label: str, event: str, seen: ObservedCampaign, coverage: Coverage
) -> list[Finding]:
    manifest, there = read.manifest, (seen.event or "").strip()
    routed = entry_of(manifest, event)
    if routed and routed.route and routed.route.to and routed.route.to.strip() == there:
        return []
    if manifest.newest_name(there) == manifest.newest_name(event):
        coverage.handovers.append(ExpectedHandover(there, manifest.newest_name(event), (label,)))
        return []
    return [
        place.finding(
            "trigger_differs",
            "violation" if seen.state == "running" else "note",
            f"*{seen.name}* starts on `{there}` in Customer.io, but the manifest says `{event.strip()}`. "
            "Change the one that is wrong.",
            event.strip(),
            (label,),
            new_name=there,
        )
    ]


def _unlisted(read: ReadManifest, place: _Place, campaign: CampaignDependency, seen: ObservedCampaign) -> list[Finding]:
    event = campaign.event or ""
    if is_known(read, event):
        return [
            _Place(place.file, read.entry_line(event)).finding(
                "campaign_not_in_manifest",
                "note",
                f"{stopped([campaign])} runs on `{event}` in Customer.io and is not among the manifest's campaigns.",
                event,
                (campaign.label,),
            )
        ]
    return [
        place.finding(
            "unknown_event",
            "violation",
            f"{stopped([campaign])} runs on `{event}` in Customer.io, which is not among the manifest's events. "
            "Add the event and the campaign.",
            event,
            (campaign.label,),
        )
    ]


def _messages(read: ReadManifest, file: str, campaign: CampaignDependency, seen: ObservedCampaign) -> list[Finding]:
    event = campaign.event or ""
    line = read.line("campaigns", campaign.index) if campaign.index is not None else read.entry_line(event)
    place, who = _Place(file, line), (campaign.label,)
    found = []
    for problem in seen.problems:
        message = f"a message of *{seen.name}* cannot be read in full: {problem}."
        found.append(place.finding("liquid_broken", "note", message, event, who))
    entry = entry_of(read.manifest, event)
    # What a routed event's messages show is its attributes, which the route's own rules hold against it.
    if entry is None or entry.route is not None:
        return found
    for name in sorted(seen.required - RESERVED):  # none has to carry what overrides a message's own addresses
        declared = entry.properties.get(name)
        if declared is None:
            # An event without any property written down says nothing about what it carries.
            severity: Severity = "violation" if entry.properties else "note"
            message = (
                f"a message of {stopped([campaign])} needs `{name}` of `{event}`, which the manifest does not have: "
                "without it the message fails. Add it to the event, or give it a default in the message."
            )
            found.append(place.finding("property_not_in_manifest", severity, message, event, who, prop=name))
        elif not declared.required:
            message = f"a message of *{seen.name}* fails without `{name}` of `{event}`, which is not required."
            found.append(place.finding("property_may_be_missing", "note", message, event, who, prop=name))
    return found
