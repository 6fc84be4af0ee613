"""Reads tracking plans: Segment's, Avo's and RudderStack's JSON Schemas, Mixpanel's Lexicon, RudderStack's YAML."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from campaign_health.check.start.planned import PlannedEvent, TrackingPlan, UnknownPlan, mapping, text
from campaign_health.check.start.rudderstack_yaml import read_rudderstack

MOST_BYTES = 20_000_000
EXPECTED = (
    "Expected JSON: a tracking plan of Segment (Public API, Config API or Typewriter's plan.json), Avo's JSON Schema "
    "export, RudderStack's tracking plan, or Mixpanel's Lexicon schemas (GET /schemas); "
    "or YAML of rudder-cli: a file, or its folder. CSV is not read."
)
# The parts of a call that Segment's schemas describe beside the event's own properties.
_PARTS_OF_A_CALL = frozenset(
    {"context", "traits", "properties", "nameMapping", "event", "anonymousId", "userId", "type"}
)


def read_plan(file: Path) -> TrackingPlan:
    """The plan in a file; its kind is recognised from its content.

    Raises:
        UnknownPlan: it cannot be read, or is no plan of these kinds, which the cure names.
    """
    if file.is_dir() or file.suffix.lower() in (".yaml", ".yml"):
        return read_rudderstack(file, EXPECTED)
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise UnknownPlan(f"{file} is larger than {MOST_BYTES // 1_000_000} MB.", EXPECTED)
        data = json.loads(content.decode("utf-8-sig"))
    except OSError as error:
        raise UnknownPlan(f"{file} cannot be read: {error.strerror}.", "Name another file.") from error
    except (ValueError, RecursionError) as error:
        raise UnknownPlan(f"{file} is not JSON.", EXPECTED) from error
    plan = plan_of(data)
    if plan is None:
        raise UnknownPlan(f"{file} is JSON, but no tracking plan that is known here.", EXPECTED)
    return plan


def plan_of(data: Any) -> TrackingPlan | None:
    """The plan in parsed JSON; None where it is none of the known kinds."""
    inner = mapping(data).get("data", data)
    rules = mapping(inner).get("rules", inner)
    results = mapping(data).get("results", mapping(data).get("entries", data))
    nested = mapping(mapping(inner).get("rules")).get("events")
    shapes: list[tuple[Any, str, Callable[[TrackingPlan, list[Mapping[str, Any]]], None], str]] = [
        (rules, "jsonSchema", _segment_rules, "Segment's tracking plan"),
        (results, "schemaJson", _lexicon, "Mixpanel's Lexicon"),
        (nested, "rules", _events_with_rules, "a tracking plan of Segment or RudderStack"),
        (mapping(inner).get("events"), "rules", _events_with_rules, "a tracking plan of Avo or RudderStack"),
    ]
    for entries, key, read, kind in shapes:
        if isinstance(entries, list) and entries and all(isinstance(one, dict) for one in entries):
            if not any(key in one for one in entries):
                continue
            plan = TrackingPlan(kind)
            read(plan, entries)
            return plan
    return None


def _segment_rules(plan: TrackingPlan, rules: Iterable[Mapping[str, Any]]) -> None:
    newest: dict[Any, Mapping[str, Any]] = {}
    for rule in rules:
        if rule.get("type", "TRACK") != "TRACK":
            plan.not_carried["rules that are for no event (identify, group, common …)"] += 1
            continue
        if not isinstance(rule.get("key"), str):
            plan.not_carried["rules whose event has no name"] += 1
            continue
        known = newest.get(rule.get("key"))
        if known is not None:
            plan.not_carried["older versions of a rule"] += 1
        if known is None or _version(rule) >= _version(known):
            newest[rule.get("key")] = rule
    for name, rule in newest.items():
        schema = mapping(rule.get("jsonSchema"))
        plan.add(name, PlannedEvent(text(schema.get("description")), plan.properties_of(_own_schema(schema))))


def _version(rule: Mapping[str, Any]) -> float:
    version = rule.get("version")
    return version if isinstance(version, int | float) else 0


def _events_with_rules(plan: TrackingPlan, events: Iterable[Mapping[str, Any]]) -> None:
    for event in events:
        if str(event.get("eventType", "track")).lower() != "track":
            plan.not_carried["rules that are for no event (identify, group, common …)"] += 1
            continue
        schema = mapping(event.get("rules"))
        if mapping(schema.get("properties")).get("nameMapping") or event.get("nameMapping"):
            plan.not_carried["names for single destinations"] += 1
        description = text(event.get("description")) or text(schema.get("description"))
        plan.add(event.get("name"), PlannedEvent(description, plan.properties_of(_own_schema(schema))))


def _own_schema(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of the event's own properties: Typewriter's files have it bare, others within that of a call."""
    parts = mapping(schema.get("properties"))
    inner = parts.get("properties")
    if isinstance(inner, dict) and parts.keys() <= _PARTS_OF_A_CALL:
        return inner
    return {} if parts and parts.keys() <= {"context", "traits"} else schema


def _lexicon(plan: TrackingPlan, entries: Iterable[Mapping[str, Any]]) -> None:
    for entry in entries:
        schema = mapping(entry.get("schemaJson"))
        if entry.get("entityType") != "event":
            plan.not_carried["profiles and other entities that are no events"] += 1
        elif _mixpanels(schema).get("dropped"):
            plan.not_carried["events that Mixpanel drops"] += 1
        else:
            dropped = [
                name
                for name, about in mapping(schema.get("properties")).items()
                if _mixpanels(mapping(about)).get("dropped")
            ]
            plan.not_carried["properties that Mixpanel drops"] += len(dropped)
            properties = plan.properties_of(schema)
            kept = {name: one for name, one in properties.items() if name not in dropped}
            plan.add(entry.get("name"), PlannedEvent(text(schema.get("description")), kept))


def _mixpanels(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(mapping(schema.get("metadata")).get("com.mixpanel"))
