"""The shapes of exported events: which properties they carry, of which JSON types, from which part of the traffic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from collectors.event_parts import Part, common_parts
from collectors.http.shape import storable
from storage.records import PropertyProfile

SAMPLE_SIZE = 200_000
# Services keep a few hundred properties an event; more names than this are values used as names.
MOST_PROPERTIES = 1000

Types = tuple[tuple[str, str], ...]
Shape = tuple[Types, Part]
Sampled = tuple[str, int | None, dict[str, Any], Part, float]
"""Name, digest of the identity (None: unique), properties, part of the traffic, and when it was processed."""


class PropertySample:
    """The shapes of a bounded number of events: which properties, of which types, from which part of the traffic."""

    def __init__(self) -> None:
        self._shapes: dict[Shape, Shape] = {}
        self._once: Counter[tuple[str, Shape]] = Counter()
        self._identified: dict[int, tuple[float, str, Shape]] = {}

    def fill(self, events: Iterator[Sampled], most: int) -> bool:
        """Takes events until there are no more (True) or `most` have been read (False).

        Of events that are the same, the one with the greatest moment of processing counts.
        """
        for taken, (name, identity, properties, part, moment) in enumerate(events):
            if taken >= most:
                return False
            shape = property_types(properties), part
            shape = self._shapes.setdefault(shape, shape)
            if identity is None:
                self._once[name, shape] += 1
                continue
            known = self._identified.get(identity)
            if known is None or moment > known[0]:
                self._identified[identity] = (moment, name, shape)
        return True

    def profiles(self, day: date, sampled: bool) -> list[PropertyProfile]:
        """One profile per event seen, sorted by name."""
        shapes = self._once.copy()
        shapes.update((name, shape) for _, name, shape in self._identified.values())
        read: Counter[str] = Counter()
        carried: dict[str, Counter[tuple[str, str]]] = {}
        parts: dict[str, Counter[Part]] = {}
        for (name, shape), times in shapes.items():
            read[name] += times
            of_event = carried.setdefault(name, Counter())
            types, part = shape
            parts.setdefault(name, Counter())[part] += times
            for typed in types:
                of_event[typed] += times
        return [
            PropertyProfile(
                name,
                day,
                events_read,
                sampled,
                {typed: times / events_read for typed, times in carried[name].most_common(MOST_PROPERTIES)},
                common_parts(parts[name]),
            )
            for name, events_read in sorted(read.items())
        ]


def property_types(properties: dict[str, Any]) -> Types:
    """Name and JSON type of each property, sorted."""
    return tuple(sorted((storable(name), json_type(value)) for name, value in properties.items()))


def json_type(value: Any) -> str:
    """JSON's name for the type of a value: string, number, boolean, null, array or object."""
    if isinstance(value, str):
        return "string"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if value is None:
        return "null"
    return "array" if isinstance(value, list) else "object"
