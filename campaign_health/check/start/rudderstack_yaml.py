"""Reads the YAML of rudder-cli: tracking plans, and the events and properties that they refer to in other files.

Both versions of its shape: `rudder/0.1` (`$ref: "#/events/group/id"`) and `rudder/v1` (`"#event:id"`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from campaign_health.check.start.planned import PlannedEvent, PlannedProperty, TrackingPlan, UnknownPlan, mapping, text
from campaign_health.manifest.problems import ManifestError
from campaign_health.manifest.yaml_tree import MAX_BYTES, read_yaml

MOST_FILES = 2_000
# What tools keep in a project's folder, and nobody's plan: hidden folders are left out, too.
_NOT_PLANS = frozenset({"node_modules", "vendor", "venv", "__pycache__", "site-packages"})
_RUDDER = re.compile(r"^version:\s*[\"']?rudder/", re.MULTILINE)
_PLANS = frozenset({"tp", "tracking-plan"})


@dataclass
class _Catalogue:
    """What the files define, by id; ids are unique in a project."""

    events: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    properties: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    plans: list[tuple[Path, Mapping[str, Any]]] = field(default_factory=list)

    @property
    def lacks_any(self) -> bool:
        """Whether a plan refers to an event or a property that no file that was read so far defines."""
        rules = [mapping(rule) for _, spec in self.plans for rule in _listed(spec.get("rules"))]
        asked = [(self.events, rule.get("event")) for rule in rules if rule.get("type") == "event_rule"]
        asked += [(self.properties, one) for rule in rules for one in _listed(rule.get("properties"))]
        return any(_id(given) not in known for known, given in asked)


def read_rudderstack(place: Path, expected: str) -> TrackingPlan:
    """The plans in a file, or below a folder. What a file refers to is looked for beside it and below.

    Hidden folders and those that tools fill (node_modules …) are left out.

    Without a plan, the events that are defined there, without properties: only a plan says which they have.

    Raises:
        UnknownPlan: nothing of rudder-cli is there, or a file cannot be read.
    """
    folder = place if place.is_dir() else place.parent
    catalogue = _Catalogue()
    own = _read(place, catalogue) if not place.is_dir() else True
    # A file that refers to nothing is all that is read.
    for path in _beside(folder) if place.is_dir() or catalogue.lacks_any else ():
        if path != place:
            _read(path, catalogue)
    if not own or not (catalogue.plans or catalogue.events):
        raise UnknownPlan(f"{place} holds no tracking plan of rudder-cli.", expected)
    plan = TrackingPlan("RudderStack's tracking plan")
    chosen = [spec for path, spec in catalogue.plans if place.is_dir() or path == place]
    for spec in chosen:
        for rule in _listed(spec.get("rules")):
            _rule(plan, catalogue, mapping(rule))
    if not chosen:
        for event in catalogue.events.values():
            _event(plan, event, {})
    return plan


def _beside(folder: Path) -> list[Path]:
    found: list[Path] = []
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if one not in _NOT_PLANS and not one.startswith("."))
        found += [Path(where, name) for name in sorted(names) if name.endswith((".yaml", ".yml"))]
        if len(found) >= MOST_FILES:
            break
    return found[:MOST_FILES]


def _read(path: Path, catalogue: _Catalogue) -> bool:
    """Takes up what a file defines; whether it is one of rudder-cli's."""
    try:
        with path.open(encoding="utf-8") as opened:
            content = opened.read(MAX_BYTES + 1)
        if not _RUDDER.search(content):
            return False
        data = mapping(read_yaml(content, str(path)).value)
    except ManifestError as error:
        raise UnknownPlan(error.message, error.cure) from error
    except (OSError, UnicodeDecodeError) as error:
        raise UnknownPlan(f"{path} cannot be read: {error}.", "Name another file.") from error
    kind, spec = data.get("kind"), mapping(data.get("spec"))
    if kind in _PLANS:
        catalogue.plans.append((path, spec))
    for name, known in (("events", catalogue.events), ("properties", catalogue.properties)):
        if kind == name:
            entries = spec.get(name)
            known |= {str(one["id"]): one for one in _listed(entries) if isinstance(one, dict) and "id" in one}
    return True


def _rule(plan: TrackingPlan, catalogue: _Catalogue, rule: Mapping[str, Any]) -> None:
    if rule.get("type") != "event_rule":
        plan.not_carried["rules that take over other plans' rules"] += 1
        return
    event = catalogue.events.get(_id(rule.get("event")))
    if event is None:
        plan.not_carried["rules whose event is in no file beside the plan"] += 1
        return
    if rule.get("variants"):
        plan.not_carried["variants of an event"] += 1
    properties: dict[str, PlannedProperty] = {}
    for given in _listed(rule.get("properties")):
        about = catalogue.properties.get(_id(given))
        if about is None or not about.get("name"):
            plan.not_carried["properties that are in no file beside the plan"] += 1
            continue
        schema = {**mapping(about.get("propConfig") or about.get("config")), **mapping(given), **about}
        kinds = about.get("types") or about.get("type")
        properties[str(about["name"])] = plan.property(
            {**schema, "type": kinds, "enum": _enum(schema)}, required=mapping(given).get("required") is True
        )
    _event(plan, event, properties)


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _enum(schema: Mapping[str, Any]) -> list[Any] | None:
    values = schema.get("enum")
    return values if isinstance(values, list) else None


def _event(plan: TrackingPlan, event: Mapping[str, Any], properties: dict[str, PlannedProperty]) -> None:
    if event.get("event_type", "track") != "track":
        plan.not_carried["rules that are for no event (identify, group, common …)"] += 1
        return
    plan.add(event.get("name"), PlannedEvent(text(event.get("description")), properties))


def _id(given: Any) -> str:
    """The id in a reference: `{$ref: "#/events/group/id"}`, `{property: "#property:id"}` or the text itself."""
    if isinstance(given, dict):
        given = given.get("$ref", given.get("property"))
    return re.split(r"[/:]", str(given))[-1]
