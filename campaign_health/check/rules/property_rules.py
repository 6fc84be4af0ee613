"""Properties that campaigns need, between the calls at a base and the calls now: gone, renamed, of another type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from campaign_health.check.code.change.code_change import CodeChange
from campaign_health.check.code.change.new_names import NewNames
from campaign_health.check.code.files.occurrences import spellings
from campaign_health.check.code.files.snapshot import Snapshot
from campaign_health.check.code.properties.given_properties import GivenProperty
from campaign_health.check.code.properties.property_calls import PropertyCall, PropertyCallReader
from campaign_health.check.code.properties.shared_properties import gives_to_all
from campaign_health.check.code.sending.tracking_calls import METHODS
from campaign_health.check.findings import Coverage, Finding
from campaign_health.check.likely_rename import SIMILAR
from campaign_health.check.property_coverage import PropertyCoverage
from campaign_health.check.rules.property_findings import Drift, drift_finding
from campaign_health.check.rules.property_pairing import Pair, pair_calls
from campaign_health.manifest.dependencies import CampaignDependency
from campaign_health.manifest.schema import Manifest, PropertyEntry, PropertyType
from campaign_health.names.likeness import name_likeness

# The syntax of a number does not tell whether it is whole.
_NUMBERS = frozenset({"integer", "number"})


@dataclass
class WatchedEvent:
    """An event under its newest name, and the properties of it that campaigns need, each with those campaigns."""

    name: str
    names: set[str] = field(default_factory=set)
    users: dict[str, list[CampaignDependency]] = field(default_factory=dict)
    entries: Mapping[str, PropertyEntry] = field(default_factory=dict)

    def type_of(self, key: str) -> PropertyType | None:
        """The manifest's type of a property."""
        return self.entries[key].type if key in self.entries else None


def check_properties(change: CodeChange, campaigns: Sequence[CampaignDependency], coverage: Coverage) -> list[Finding]:
    """One finding for each property, event and kind of drift; fills in how much of the properties could be seen."""
    manifest = change.read.manifest
    watched = watched_events(manifest, campaigns)
    if not watched:
        return []
    event_of = {
        spelled: event.name
        for event in watched.values()
        for name in event.names
        for spelled in spellings(name, manifest.code.prefix)
    }
    reader = PropertyCallReader(manifest.code.calls, event_of, set(manifest.events) - event_of.keys(), change.wrappers)
    head = _by_event(
        reader.calls(change.head, _changed(change.head, change.base) if change.base else frozenset()), event_of
    )
    found: list[Finding] = []
    already = 0
    if change.base is not None:
        earlier = _by_event(reader.calls(change.base, _changed(change.base, change.head)), event_of)
        new_names = NewNames(change, change.base)

        def became(path: str) -> str | None:
            file = new_names.pair(path)
            return file.path if file is not None else None

        for name, event in sorted(watched.items()):
            before, now = earlier.get(name, []), head.get(name, [])
            pairs, new = pair_calls(before, now, became)
            drifts = [drift for pair in pairs for drift in drifts_of_pair(event, pair)]
            drifts += [drift for call in new for drift in drifts_of_new_call(event, call, before)]
            drifts = [drift for drift in drifts if not _is_shared(change, drift)]
            found += _findings(event, drifts)
            already += sum(_already_so(event, pair) for pair in pairs)
    calls = [call for of_event in head.values() for call in of_event if call.is_kits]
    visible = sum(call.given.closed for call in calls)
    coverage.properties = PropertyCoverage(len(calls), visible, already)
    return found


def _is_shared(change: CodeChange, drift: Drift) -> bool:
    """Whether every event is given the key at one place, so that the call need not; for an older call, only now."""
    own = change.read.manifest.code.calls
    if drift.rule == "property_missing_in_new_call":
        return gives_to_all(change.head.files.values(), drift.key, own)
    if drift.rule != "property_gone_in_code" or change.base is None:
        return False
    now = [change.head.files[path] for path in _changed(change.head, change.base)]
    before = [change.base.files[path] for path in _changed(change.base, change.head)]
    return gives_to_all(now, drift.key, own) and not gives_to_all(before, drift.key, own)


def _changed(one: Snapshot, other: Snapshot) -> frozenset[str]:
    """The files of one side that are not the same on the other."""
    return frozenset(path for path, file in one.files.items() if other.files.get(path) is not file)


def watched_events(manifest: Manifest, campaigns: Iterable[CampaignDependency]) -> dict[str, WatchedEvent]:
    """The running campaigns' events of which a property is required or used, by the newest name of each."""
    by_event: dict[str, list[CampaignDependency]] = defaultdict(list)
    for campaign in campaigns:
        if campaign.event and campaign.counts_as_running:
            by_event[campaign.event.strip()].append(campaign)
    found: dict[str, WatchedEvent] = {}
    for name, hit in by_event.items():
        newest = manifest.newest_name(name)
        entry = manifest.event(newest) or manifest.event(name)
        if entry is not None and entry.sent_from:
            continue
        event = found.setdefault(newest, WatchedEvent(newest, entries=entry.properties if entry else {}))
        event.names |= {newest, name}
        for campaign in hit:
            needed = campaign.uses | {key for key, declared in event.entries.items() if declared.required}
            for key in sorted(needed):
                event.users.setdefault(key, []).append(campaign)
    return {name: event for name, event in found.items() if event.users}


def drifts_of_pair(event: WatchedEvent, pair: Pair) -> list[Drift]:
    """What a call lost since the base, and what has another type than the manifest's and had not."""
    before, now = pair
    if now.called not in METHODS and now.called != before.called and not now.given.known:
        return []  # another function, which may add what is not shown
    found = []
    for key in event.users:
        was, given = before.given.known.get(key), now.given.known.get(key)
        if was is not None and now.given.lacks(key):
            renamed = new_name_of(was, before, now)
            rule = "property_renamed_in_code" if renamed else "property_gone_in_code"
            found.append(Drift(rule, key, now, before, was, renamed))
        elif given is not None and (expected := _contradicted(event.type_of(key), was, given)):
            found.append(Drift("property_type_changed_in_code", key, now, before, was, given, expected))
    return found


def drifts_of_new_call(event: WatchedEvent, call: PropertyCall, before: Sequence[PropertyCall]) -> list[Drift]:
    """What a call that is new leaves out although the manifest requires it, and what has another type there.

    Where every earlier call of the same function left a property out too, that function may add it by itself.
    """
    found = []
    alike = [earlier for earlier in before if earlier.called == call.called]
    for key in event.users:
        given = call.given.known.get(key)
        required = key in event.entries and event.entries[key].required
        if required and call.is_kits and call.given.lacks(key):
            if not (alike and all(earlier.given.lacks(key) for earlier in alike)):
                found.append(Drift("property_missing_in_new_call", key, call))
        elif given is not None and (expected := _contradicted(event.type_of(key), None, given)):
            found.append(Drift("property_type_changed_in_code", key, call, None, None, given, expected))
    return found


def new_name_of(was: GivenProperty, before: PropertyCall, now: PropertyCall) -> GivenProperty | None:
    """The key that took over from one that is gone: with the same value's expression, else with a name like it."""
    fresh = [given for key, given in now.given.known.items() if key not in before.given.known]
    if len(was.text) > 2 and was.kind not in ("boolean", "null"):
        same = [given for given in fresh if given.text == was.text]
        if same:
            return max(same, key=lambda given: (name_likeness(was.key, given.key), given.key))
    likely = [given for given in fresh if name_likeness(was.key, given.key) >= SIMILAR]
    return max(likely, key=lambda given: (name_likeness(was.key, given.key), given.key), default=None)


def _contradicted(
    declared: PropertyType | None, was: GivenProperty | None, given: GivenProperty
) -> PropertyType | None:
    """The type that a value should have and by its syntax has not; None where it may, or where it had not before."""
    before = was.kind if was is not None else None
    expected = declared or before
    if expected is None or given.kind is None or _agree(expected, given.kind):
        return None
    if was is not None and (was.text == given.text or (before is not None and not _agree(expected, before))):
        return None
    return expected


def _agree(one: PropertyType, other: PropertyType) -> bool:
    return one == other or {one, other} <= _NUMBERS


def _already_so(event: WatchedEvent, pair: Pair) -> int:
    before, now = pair
    count = 0
    for key in event.users:
        was, given, declared = before.given.known.get(key), now.given.known.get(key), event.type_of(key)
        required = key in event.entries and event.entries[key].required
        if required and before.given.lacks(key) and now.given.lacks(key):
            count += now.is_kits
        elif was is not None and given is not None and declared and was.kind and given.kind:
            count += not _agree(declared, was.kind) and not _agree(declared, given.kind)
    return count


def _by_event(calls: Iterable[PropertyCall], event_of: Mapping[str, str]) -> dict[str, list[PropertyCall]]:
    found: dict[str, list[PropertyCall]] = defaultdict(list)
    for call in calls:
        found[event_of[call.event]].append(call)
    return found


def _findings(event: WatchedEvent, drifts: Iterable[Drift]) -> list[Finding]:
    grouped: dict[tuple[str, str, str | None], list[Drift]] = defaultdict(list)
    for drift in drifts:
        renamed = drift.given.key if drift.given is not None else None
        grouped[drift.rule, drift.key, renamed].append(drift)
    return [
        drift_finding(event.name, event.users[key], same)
        for (_, key, _), same in sorted(grouped.items(), key=lambda item: str(item[0]))
    ]
