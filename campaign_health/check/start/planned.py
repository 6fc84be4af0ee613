"""A tracking plan as far as a manifest can hold it, and how much of it a manifest cannot hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from campaign_health.check.start.code_events import is_usable
from campaign_health.errors import CouldNotStart
from campaign_health.manifest.schema import PropertyType

_TYPES = frozenset(get_args(PropertyType))
_SHOWN_VALUES = 12


class UnknownPlan(CouldNotStart):
    """A file is no tracking plan of a known kind."""


@dataclass(frozen=True)
class PlannedProperty:
    """One property; `values` are the only ones that the plan allows, as text."""

    type: PropertyType | None = None
    required: bool = False
    description: str = ""
    values: tuple[str, ...] = ()


@dataclass
class PlannedEvent:
    """One event that is tracked."""

    description: str = ""
    properties: dict[str, PlannedProperty] = field(default_factory=dict)


@dataclass
class TrackingPlan:
    """The events by name, which kind of plan it was, and how often it said what a manifest does not know."""

    kind: str
    events: dict[str, PlannedEvent] = field(default_factory=dict)
    not_carried: Counter[str] = field(default_factory=Counter)

    def add(self, name: Any, event: PlannedEvent) -> None:
        """Takes an event up; of one that is listed twice, the later properties win."""
        if not isinstance(name, str) or not is_usable(name):
            self.not_carried["names that no manifest can hold"] += 1
            return
        known = self.events.setdefault(name, event)
        if known is not event:
            self.not_carried["events listed twice, taken together"] += 1
            known.properties |= event.properties

    def properties_of(self, schema: Any) -> dict[str, PlannedProperty]:
        """The properties of a JSON Schema of an object."""
        listed = mapping(mapping(schema).get("properties"))
        required = mapping(schema).get("required")
        names = {one for one in required if isinstance(one, str)} if isinstance(required, list) else set()
        found = {}
        for name, about in listed.items():
            if not isinstance(name, str) or not is_usable(name):
                self.not_carried["names that no manifest can hold"] += 1
                continue
            found[name] = self.property(mapping(about), required=name in names)
        return found

    def property(self, about: Mapping[str, Any], *, required: bool) -> PlannedProperty:
        """One property from its JSON Schema."""
        values = about.get("enum", [about["const"]] if "const" in about else None)
        if isinstance(values, list) and values:
            self.not_carried["lists of allowed values, kept as comments"] += 1
        for key, what in _NOT_KNOWN.items():
            if about.get(key):
                self.not_carried[what] += 1
        return PlannedProperty(
            self.type_of(about.get("type")),
            required,
            text(about.get("description")),
            tuple(str(one) for one in values[:_SHOWN_VALUES]) if isinstance(values, list) else (),
        )

    def type_of(self, given: Any) -> PropertyType | None:
        """The one type that is meant besides `null`; None where there are several, or one that JSON does not know."""
        parts = given if isinstance(given, list) else str(given).split(",") if given else []
        kinds = {str(part).strip() for part in parts} - {""}
        kinds = kinds - {"null"} or kinds
        if kinds >= {"integer", "number"}:
            kinds -= {"integer"}
        if len(kinds) == 1 and kinds <= _TYPES:
            return kinds.pop()  # type: ignore[return-value]
        if kinds:
            several = len(kinds) > 1
            self.not_carried["properties of several types" if several else "types that JSON does not know"] += 1
        return None


_NOT_KNOWN = {
    "pattern": "patterns",
    "properties": "objects whose own properties are listed",
    "items": "types of what lists hold",
    "itemTypes": "types of what lists hold",
    "item_types": "types of what lists hold",
    "format": "formats",
    "nameMapping": "names for single destinations",
    **dict.fromkeys(("minimum", "maximum", "minLength", "maxLength", "multipleOf"), "bounds"),
    **dict.fromkeys(("anyOf", "oneOf", "allOf", "not", "if"), "conditions"),
}


def mapping(value: Any) -> Mapping[str, Any]:
    """A value that should be an object; an empty one where it is none."""
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str:
    """A description in one line that a manifest can hold."""
    line = " ".join(value.split()) if isinstance(value, str) else ""
    return "".join(sign for sign in line if sign.isprintable())[:2000]
