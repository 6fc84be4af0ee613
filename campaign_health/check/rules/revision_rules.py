"""This manifest against an earlier revision of it: what the change takes from a running campaign."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from campaign_health.check.findings import Finding, Severity
from campaign_health.check.labels import labels, stopped
from campaign_health.check.likely_rename import SIMILAR
from campaign_health.manifest.dependencies import CampaignDependency
from campaign_health.manifest.manifest_reading import ReadManifest
from campaign_health.manifest.schema import EventEntry, PropertyEntry
from campaign_health.manifest.writing import quote
from campaign_health.names.likeness import name_likeness


def check_revision(
    base: ReadManifest,
    head: ReadManifest,
    file: str,
    campaigns: Sequence[CampaignDependency],
    earlier: Sequence[CampaignDependency],
) -> list[Finding]:
    """Events removed or renamed, properties removed, renamed, of another type or newly required.

    `campaigns` are those of both revisions; `earlier` those that hung on their event at the base already.
    """
    by_event = _running(campaigns)
    before = _running(earlier)
    found: list[Finding] = []
    for name, old in base.manifest.events.items():
        event = name.strip()
        new = head.manifest.event(name)
        if new is None:
            reviewed = head.manifest.newest_name(event)
            target = head.manifest.event(reviewed) if reviewed != event else None
            if target is None:
                found += _removed(base, head, file, event, old, by_event.get(event, []))
                continue
            new, event_now = target, reviewed
        else:
            event_now = event
        hit = by_event.get(event, []) + (by_event.get(event_now, []) if event_now != event else [])
        found += _properties(base, head, file, (name, event_now), (old, new), hit, before.get(event, []))
    return found


def _running(campaigns: Iterable[CampaignDependency]) -> Mapping[str, list[CampaignDependency]]:
    by_event: dict[str, list[CampaignDependency]] = defaultdict(list)
    for campaign in campaigns:
        if campaign.event and campaign.counts_as_running:
            by_event[campaign.event].append(campaign)
    return by_event


def _removed(
    base: ReadManifest, head: ReadManifest, file: str, event: str, old: EventEntry, hit: list[CampaignDependency]
) -> list[Finding]:
    if not hit:
        return []
    new = likely_new_event(base, head, event, old)
    told = f"renames `{event}` to `{new}` without a `renames:` entry" if new else f"no longer has `{event}`"
    cure = (
        f" Change the trigger in Customer.io and add `{{from: {quote(event)}, to: {quote(new)}}}` to `renames:`."
        if new
        else " Keep it until the campaign is stopped in Customer.io."
    )
    return [
        Finding(
            rule="manifest_event_renamed" if new else "manifest_event_removed",
            severity="violation",
            message=f"the manifest {told}: this stops {stopped(hit)}.{cure}",
            event=event,
            new_name=new,
            campaigns=labels(hit),
            file=file,
            line=base.entry_line(event),
            head_file=file,
            head_line=head.entry_line(new or event),
        )
    ]


def likely_new_event(base: ReadManifest, head: ReadManifest, event: str, old: EventEntry) -> str | None:
    """The event that the head has and the base had not, and that most likely is the same under another name."""
    fresh = [name for name in head.manifest.events if base.manifest.event(name) is None]
    if not fresh:
        return None

    def score(name: str) -> float:
        new = head.manifest.events[name]
        union = set(old.properties) | set(new.properties)
        shared = len(set(old.properties) & set(new.properties)) / len(union) if union else 0.0
        wired = _same_campaigns(base, head, event, name)
        return max(name_likeness(event, name), 0.99 if wired else 0.0, shared * 0.9 if len(union) > 1 else 0.0)

    best = max(fresh, key=lambda name: (score(name), name))
    return best.strip() if score(best) >= SIMILAR else None


def _same_campaigns(base: ReadManifest, head: ReadManifest, event: str, new: str) -> bool:
    """Whether a campaign, broadcast or transactional message that hung on `event` hangs on `new` now."""
    return not _hanging_on(base, event).isdisjoint(_hanging_on(head, new.strip()))


def _hanging_on(read: ReadManifest, event: str) -> set[tuple[str, str | int]]:
    manifest = read.manifest
    campaigns = {("campaign", c.id or c.label) for c in manifest.campaigns if c.event and c.event.strip() == event}
    return campaigns | {("triggered", t.label) for t in manifest.triggered if t.event.strip() == event}


def _properties(
    base: ReadManifest,
    head: ReadManifest,
    file: str,
    names: tuple[str, str],
    entries: tuple[EventEntry, EventEntry],
    hit: list[CampaignDependency],
    before: list[CampaignDependency],
) -> list[Finding]:
    name, event = names
    old, new = entries
    found: list[Finding] = []

    def add(rule: str, key: str, users: list[CampaignDependency], message: str, new_name: str | None = None) -> None:
        severity: Severity = "violation"
        at_head = new_name or key
        inside = ("events", _key(head, event), "properties", at_head)
        line = head.line(*inside) if at_head in new.properties else head.entry_line(event)
        was = base.line("events", name, "properties", key) if key in old.properties else base.entry_line(name)
        found.append(Finding(rule, severity, message, event, key, new_name, labels(users), file, was, file, line))

    taken: set[str] = set()
    for key, earlier in old.properties.items():
        users = _users(hit, key, earlier)
        now = new.properties.get(key)
        if now is None and users:
            renamed = _renamed_property(key, earlier, old, new, taken)
            if renamed:
                taken.add(renamed)
                add("property_renamed", key, users,
                    f"renaming `{key}` of `{event}` to `{renamed}` breaks {stopped(users)}, which needs `{key}`.",
                    renamed)  # fmt: skip
            else:
                add("property_removed", key, users,
                    f"removing `{key}` from `{event}` breaks {stopped(users)}, which needs it.")  # fmt: skip
        elif now is not None and now.type != earlier.type and earlier.type and now.type:
            users = _users(hit, key, earlier, now)
            if users:
                add("property_type_changed", key, users,
                    f"`{key}` of `{event}` changes from {earlier.type} to {now.type}: this breaks {stopped(users)}, "
                    "which was written for the old type.")  # fmt: skip
    for key, now in new.properties.items():
        was = old.properties.get(key)
        if now.required and not (was and was.required) and key not in taken and before:
            add("property_newly_required", key, before,
                f"`{event}` newly requires `{key}`: events sent so far do not all carry it, and {stopped(before)} "
                "hangs on them.")  # fmt: skip
    return found


def _users(hit: Sequence[CampaignDependency], key: str, *entries: PropertyEntry) -> list[CampaignDependency]:
    """The campaigns that depend on a property: by their messages, by the manifest, or because it is required."""
    if any(entry.required for entry in entries):
        return list(hit)
    return [campaign for campaign in hit if key in campaign.uses]


def _renamed_property(
    key: str, earlier: PropertyEntry, old: EventEntry, new: EventEntry, taken: set[str]
) -> str | None:
    fresh = [name for name in new.properties if name not in old.properties and name not in taken]
    gone = [name for name in old.properties if name not in new.properties]

    def score(name: str) -> float:
        alike = name_likeness(key, name)
        if len(fresh) == len(gone) == 1 and new.properties[name].type == earlier.type:
            return max(alike, SIMILAR)
        return alike

    best = max(fresh, key=lambda name: (score(name), name), default=None)
    return best if best is not None and score(best) >= SIMILAR else None


def _key(read: ReadManifest, event: str) -> str:
    return next((name for name in read.manifest.events if name.strip() == event.strip()), event)
