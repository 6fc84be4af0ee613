"""The manifest against what Mixpanel sees: events gone, types that differ, required properties that are missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from campaign_health.check.findings import Finding, Severity
from campaign_health.check.labels import labels, stopped
from campaign_health.check.likely_rename import SIMILAR
from campaign_health.manifest.dependencies import CampaignDependency
from campaign_health.manifest.handovers import handovers
from campaign_health.manifest.manifest_reading import ReadManifest
from campaign_health.manifest.observed import Observed, ObservedEvent, ObservedProperty
from campaign_health.manifest.schema import EventEntry
from campaign_health.names.likeness import name_likeness
from campaign_health.words.dates import day_text
from campaign_health.words.event_service import event_service
from campaign_health.words.numbers import count, share_text

SILENT_DAYS = 3  # days without one event before it can be called gone
SILENT_EVENTS = 12.0  # events that its own history would have had in those days
SILENT_LONG_DAYS = 14  # for rarer events
SILENT_LONG_EVENTS = 3.0
REQUIRED_SHARE = 0.95  # of events that must carry a required property
VOLUME_WORTH = 0.75  # share of the volume, against the name's, in whether an event of an unlike name is the successor
# Mixpanel's profile has JSON's types, which know no integers.
_ALSO = {"integer": {"integer", "number"}, "number": {"integer", "number"}}


def check_mixpanel(
    read: ReadManifest, file: str, campaigns: Sequence[CampaignDependency], observed: Observed, today: date
) -> list[Finding]:
    """What Mixpanel sees otherwise. Names are compared exactly: Mixpanel counts spaces and case."""
    events = observed.events or {}
    running: dict[str, list[CampaignDependency]] = defaultdict(list)
    for campaign in campaigns:
        if campaign.event and campaign.counts_as_running:
            running[campaign.event].append(campaign)
    expected = {
        name
        for handover in handovers(read.manifest)
        if handover.expects_drift_on(today) or (handover.since and today < handover.since)
        for name in (handover.old, handover.new)
    }
    found: list[Finding] = []
    for name, entry in read.manifest.events.items():
        hit = running.get(name.strip(), [])
        line = read.line("events", name)
        if hit and name.strip() not in expected:
            found += _gone(name, hit, events, read, file, line)
        profile = observed.properties.get(name)
        if profile is not None:
            found += _properties(read, file, name, entry, hit, profile)
    return found


def _gone(
    name: str,
    hit: list[CampaignDependency],
    events: Mapping[str, ObservedEvent],
    read: ReadManifest,
    file: str,
    line: int,
) -> list[Finding]:
    seen = events.get(name)
    if seen is None or seen.first_seen is None:
        near = next((other for other in events if other.strip().lower() == name.strip().lower()), None)
        near = near or max(
            (other for other in events if name_likeness(name, other) >= SIMILAR and other not in read.manifest.events),
            key=lambda other: name_likeness(name, other),
            default=None,
        )
        told = f" {event_service()} has `{near}`; names are compared exactly." if near else ""
        message = f"{event_service()} never saw `{name}`, on which {stopped(hit)} {_hangs(hit)}.{told}"
        return [_finding("event_never_seen", "violation", message, name, hit, file, line, new_name=near)]
    if seen.last_seen is None or seen.last_collected is None:
        return []
    silent = (seen.last_collected - seen.last_seen).days
    missed = seen.daily * silent
    if not (
        (silent >= SILENT_DAYS and missed >= SILENT_EVENTS)
        or (silent >= SILENT_LONG_DAYS and missed >= SILENT_LONG_EVENTS)
    ):
        return []
    new = likely_successor(seen, events)
    told = f"; `{new}` began then, its likely new name" if new else ""
    message = (
        f"{event_service()} has seen no `{name}` since {day_text(seen.last_seen)}; about {count(missed)} were to be "
        f"expected{told}. This stops {stopped(hit)}."
    )
    return [_finding("event_not_seen", "violation", message, name, hit, file, line, new_name=new)]


def likely_successor(gone: ObservedEvent, events: Mapping[str, ObservedEvent]) -> str | None:
    """The event that began when this one ended, and has a name or a volume like it."""
    if gone.last_seen is None:
        return None
    earliest, latest = gone.last_seen - timedelta(days=1), gone.last_seen + timedelta(days=3)

    def score(event: ObservedEvent) -> float:
        alike = name_likeness(gone.name, event.name)
        larger = max(event.daily, gone.daily)
        volume = min(event.daily, gone.daily) / larger if larger > 0 else 0.0
        return alike if alike >= SIMILAR else alike * (1 - VOLUME_WORTH) + volume * VOLUME_WORTH

    fresh = [
        event
        for event in events.values()
        if event.first_seen is not None and earliest <= event.first_seen <= latest and event.name != gone.name
    ]
    best = max(fresh, key=lambda event: (score(event), event.name), default=None)
    return best.name if best is not None and score(best) >= SIMILAR else None


def _properties(
    read: ReadManifest,
    file: str,
    name: str,
    entry: EventEntry,
    hit: list[CampaignDependency],
    profile: Mapping[str, ObservedProperty],
) -> list[Finding]:
    found: list[Finding] = []
    for key, declared in entry.properties.items():
        seen = profile.get(key)
        line = read.line("events", name, "properties", key)
        users = list(hit) if declared.required else [campaign for campaign in hit if key in campaign.uses]
        severity: Severity = "violation" if users else "note"
        breaks = f" This breaks {stopped(users)}." if users else ""
        kind = seen.main_type if seen else None
        if seen and kind and declared.type and kind not in _ALSO.get(declared.type, {declared.type}):
            message = (
                f"`{key}` of `{name}` is {_article(declared.type)} in the manifest, but {event_service()} sees "
                f"{_article(kind)} in {share_text(seen.shares[kind])} of events on {day_text(seen.day)}.{breaks}"
            )
            found.append(_finding("observed_type_differs", severity, message, name, users, file, line, prop=key))
        share = seen.share if seen else 0.0
        if declared.required and share < REQUIRED_SHARE:
            new = _likely_property(key, entry, profile)
            told = f" `{new}` is its likely new name." if new else ""
            carried = f"only {share_text(share)} of events carry it"
            message = f"the manifest requires `{key}` of `{name}`, but {carried}.{told}{breaks}"
            rule = "observed_property_missing"
            found.append(_finding(rule, severity, message, name, users, file, line, prop=key, new_name=new))
    return found


def _likely_property(key: str, entry: EventEntry, profile: Mapping[str, ObservedProperty]) -> str | None:
    fresh = [name for name, seen in profile.items() if name not in entry.properties and seen.share > 0.5]
    best = max(fresh, key=lambda name: (name_likeness(key, name), name), default=None)
    return best if best is not None and name_likeness(key, best) >= SIMILAR else None


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aio' else 'a'} {kind}" if kind != "null" else "null"


def _hangs(hit: Sequence[CampaignDependency]) -> str:
    return "hangs" if len(labels(hit)) == 1 else "hang"


def _finding(
    rule: str,
    severity: Severity,
    message: str,
    event: str,
    hit: Sequence[CampaignDependency],
    file: str,
    line: int,
    *,
    prop: str | None = None,
    new_name: str | None = None,
) -> Finding:
    return Finding(rule, severity, message, event, prop, new_name, labels(hit), file, line, file, line)
