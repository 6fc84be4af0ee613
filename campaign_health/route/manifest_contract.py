"""A manifest, as the doors and the lanes ask it: which events are moved, what of them is kept, and what is sent."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Any

from campaign_health.manifest.conditions import value_at
from campaign_health.manifest.durations import TRIGGERS_WITHIN_SECONDS, promised_seconds, seconds_of
from campaign_health.manifest.manifest_reading import read_manifest
from campaign_health.manifest.routed import CountSpec, StripeSpec, alternatives
from campaign_health.manifest.schema import CampaignEntry, Manifest, Rename
from campaign_health.route.absence_law import AbsenceRule
from campaign_health.route.experiment_law import Experiment
from campaign_health.route.experiments_of import conversion_names, experiments_of
from campaign_health.route.lanes.prepared import Prepared, UnfitEvent
from campaign_health.route.lanes.turns import Waiting
from campaign_health.route.mapping.asked_person import CUSTOMER, asked_person
from campaign_health.route.mapping.mapped_event import (
    CountNeeded,
    Mapped,
    StripeNeeded,
    Unfit,
    is_plainly_fit,
    mapped,
    person_in,
)
from campaign_health.route.mapping.once_rule import OnceRule, once_rules
from campaign_health.route.mapping.route_plan import RoutedEvent, route_plan
from campaign_health.route.moved_event import BROWSER, Routed
from campaign_health.route.person import EMAILS, PersonBy, person_of
from campaign_health.route.track_event import event_operation, person_part

TIMES_THE_PROMISE = 10
LEAST_RELEVANT_SECONDS = 3600.0
DAY_SECONDS = 86_400.0
EXPERIMENT_RELEVANT_SECONDS = 26 * 3600.0
"""From one daily hour to the next it is 25 hours when clocks are put back."""
_IDENTITY = ("$user_id", "distinct_id", *EMAILS, CUSTOMER)


class ManifestContract:
    """The routes of one workspace's manifest."""

    def __init__(self, manifest: Manifest, person_by: PersonBy) -> None:
        self._plan = route_plan(manifest, person_by, [one.event for one in manifest.campaigns if one.event])
        own = {name.strip() for name, entry in manifest.events.items() if entry.route is not None}
        self._own = {
            name: next(one for one in own if self._plan.events[one] is routed)
            for name, routed in self._plan.events.items()
        }
        self._campaigns = manifest.campaigns
        self._once = {name: once_rules(manifest.campaigns, {name, self._plan.events[name].to}) for name in own}
        self._relevant = {name: _relevant_seconds(manifest, name, self._plan.events[name]) for name in own}
        self._kept_names = {name: (*self._plan.events[name].declared, *_IDENTITY) for name in own}
        by_own = {own: self._as_routed(own) for own in set(self._own.values())}
        self._routed = {name: by_own[own] for name, own in self._own.items()}
        self.experiments = experiments_of(manifest, self.events)
        self._conversions = conversion_names(manifest, self.experiments.values())
        self.absences = _absences(manifest, self.events) if person_by == "id" else ()

    @property
    def events(self) -> Mapping[str, RoutedEvent]:
        """What is moved, by the names of the manifest."""
        return {name: self._plan.events[name] for name in self._relevant}

    def asks_stripe(self, name: str) -> bool:
        """Whether an event, by its name in the manifest, has something that only Stripe says."""
        specs = self._plan.events[name].attributes.values()
        return any(isinstance(one, StripeSpec) for spec in specs for one in alternatives(spec))

    @property
    def sent_names(self) -> Mapping[str, str]:
        """Every name under which the app sends a moved event, with its name in the manifest."""
        made = {rule.name for rule in self.absences}
        return {name: own for name, own in self._own.items() if own not in made}

    def person(self, name: str, properties: Mapping[str, Any]) -> str | None:
        """Whom an event is about, also one that is not moved; None for nobody."""
        routed = self._plan.events.get(name.strip())
        by = self._plan.person_by
        return person_of(properties, by) if routed is None else person_in(routed, properties, by)

    @property
    def conversion_names(self) -> frozenset[str]:
        """Every name of an event with which people convert in an experiment."""
        return frozenset(self._conversions)

    def conversion(self, name: str, properties: Mapping[str, Any], source: str) -> tuple[str, float, str] | None:
        """The event with which somebody may have converted, for how many seconds that is of use, and who; None where
        it is of no experiment, or names nobody.
        """
        found = self._conversions.get(name.strip())
        if found is None or (source == BROWSER and self._plan.person_by == "email"):
            return None
        person = self.person(name, properties)
        return None if person is None else (*found, person)

    def routed(self, name: str) -> Routed | None:
        """What is moved under a name that the app sends; None where it is not."""
        return self._routed.get(name.strip())

    def as_candidate(self, name: str, old: str) -> Routed | None:
        """An event that may be another one under a new name: kept whole, about whom the old one would be."""
        routed = self.routed(old)
        return None if routed is None else replace(routed, event=name, kept=lambda properties: properties)

    def is_held_on_drift(self, event: str) -> bool:
        """Whether a campaign wants all of its event kept back while it is not as declared."""
        own = self._own.get(event.strip())
        return own is not None and any(
            one.on_drift == "hold" and one.event is not None and one.event.strip() in {own, self._plan.events[own].to}
            for one in self._campaigns
        )

    def operation(self, event: Waiting) -> Prepared:
        """What an event is to Customer.io; raises UnfitEvent where it is not as declared, or is not moved any more."""
        properties = json.loads(event.body)
        if not isinstance(properties, dict):  # sealed with a key that is not there any more
            raise UnfitEvent("unreadable")
        found = mapped(self._plan, event.event, properties)
        if found is None:
            raise UnfitEvent("mapping_error", "route")
        if isinstance(found, Unfit):
            raise UnfitEvent(found.reason, found.field)
        if event.source == BROWSER and found.person_by == "email":
            # Also where the manifest names another property for it.
            raise UnfitEvent("no_person", "email")
        own = self._own.get(event.event.strip(), "")
        prepared = _prepared(found, event, self._once.get(own, ()), self.experiments.get(own))
        needs = tuple(need for need in found.needs if isinstance(need, StripeNeeded))
        if not needs:
            return prepared
        routed = self._plan.events[event.event.strip()]
        asked = asked_person(routed, properties, is_believed=event.source != BROWSER)
        return replace(prepared, stripe=needs, asked=asked)

    def fits(self, event: str, body: str) -> bool:
        """Whether an event with these properties (JSON) is as declared."""
        properties = json.loads(body)
        return isinstance(properties, dict) and isinstance(mapped(self._plan, event, properties), Mapped)

    def _as_routed(self, own: str) -> Routed:
        routed = self._plan.events[own]
        return Routed(
            own,
            self._relevant[own],
            lambda properties: person_in(routed, properties, self._plan.person_by),
            lambda properties: self._kept(own, properties),
            _counted_seconds(routed),
            self._plan.person_by,
        )

    def _kept(self, own: str, properties: Mapping[str, Any]) -> Mapping[str, Any]:
        """The declared properties and who it is about; all of it where it does not fit."""
        routed = self._plan.events[own]
        if not is_plainly_fit(routed, properties, self._plan.person_by) and not isinstance(
            mapped(self._plan, own, properties), Mapped
        ):
            return properties
        kept = {name: properties[name] for name in self._kept_names[own] if name in properties}
        for path in (routed.person.id, routed.person.email):
            if path is not None and (value := value_at(path, properties)) is not None:
                kept[path] = value
        return kept


def read_contract(path: Path, renames: Sequence[tuple[str, str]] = (), *, person_by: PersonBy) -> ManifestContract:
    """The contract in a manifest's file, and in renames (old, new) that people confirmed. Raises ManifestError."""
    manifest = read_manifest(path)
    for old, new in renames:
        last = manifest.newest_name(old)
        if last != manifest.newest_name(new):
            more = Rename.model_validate({"from": last, "to": new})
            manifest = manifest.model_copy(update={"renames": (*manifest.renames, more)})
    return ManifestContract(manifest, person_by)


def _prepared(found: Mapped, event: Waiting, once: tuple[OnceRule, ...], experiment: Experiment | None) -> Prepared:
    by, person = found.person_by, found.person
    operation = event_operation(by, person, found.to, event.key, int(event.event_time), found.attributes)
    counts = tuple(need for need in found.needs if isinstance(need, CountNeeded))
    if not found.profile or event.source == BROWSER:
        return Prepared(operation, counts=counts, once=once, experiment=experiment)
    attributes = dict(found.profile)
    identify = {"action": "identify", "timestamp": int(event.received), "attributes": attributes}
    return Prepared(operation, person_part(by, person) | identify, counts, once, experiment=experiment)


def _absences(manifest: Manifest, moved: Collection[str]) -> tuple[AbsenceRule, ...]:
    """The rules of events that are made where others, under any of their names, do not come."""
    renamed = {name.strip() for rename in manifest.renames for name in (rename.old, rename.new)}
    found = []
    for name, entry in manifest.derived.items():
        newest = {manifest.newest_name(one) for one in entry.absent}
        names = (
            newest
            | {one.strip() for one in entry.absent}
            | {one for one in renamed if manifest.newest_name(one) in newest}
        )
        days = math.ceil((seconds_of(entry.period) or 0) / DAY_SECONDS)
        if name.strip() in moved:
            found.append(AbsenceRule(name.strip(), tuple(sorted(names)), days, time.fromisoformat(entry.at)))
    return tuple(found)


def _counted_seconds(routed: RoutedEvent) -> float:
    """How far back the event's counts reach; 0 where it has none."""
    each = [one for spec in routed.attributes.values() for one in alternatives(spec)]
    return float(max((seconds_of(one.within) or 0 for one in each if isinstance(one, CountSpec)), default=0))


def _relevant_seconds(manifest: Manifest, name: str, routed: RoutedEvent) -> float:
    """For how long its message makes sense: as long as for any of its campaigns, and never longer than it can trigger.

    A campaign that does not say: ten times its promise, an hour at the least; without a promise: the longest.
    """
    names = {name, routed.to}
    found = [_of_campaign(one) for one in manifest.campaigns if one.event is not None and one.event.strip() in names]
    return min(max(found, default=TRIGGERS_WITHIN_SECONDS), TRIGGERS_WITHIN_SECONDS)


def _of_campaign(entry: CampaignEntry) -> float:
    said = seconds_of(entry.relevant_for or "")
    if said is not None:
        return float(said)
    if entry.experiment is not None:
        # Who waits gets it as much as a day later: so it makes sense then.
        return EXPERIMENT_RELEVANT_SECONDS
    promise = promised_seconds(entry.timing)
    return TRIGGERS_WITHIN_SECONDS if promise is None else max(TIMES_THE_PROMISE * promise, LEAST_RELEVANT_SECONDS)
