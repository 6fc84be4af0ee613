"""The manifest's routes, made ready once for every event that comes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from campaign_health.manifest.routed import (
    RESERVED,
    ConstantSpec,
    CountSpec,
    RoutedPerson,
    StripeSpec,
    ValueSpec,
    alternatives,
    declared_name,
    paths_of,
)
from campaign_health.manifest.schema import EventEntry, Manifest, PropertyEntry
from campaign_health.route.person import PersonBy

_TYPES: Mapping[str | None, frozenset[type]] = {
    None: frozenset((str, int, float, bool)),
    "string": frozenset((str,)),
    "integer": frozenset((int,)),
    "number": frozenset((int, float)),
    "boolean": frozenset((bool,)),
}


@dataclass(frozen=True)
class RoutedEvent:
    """What of one event is sent.

    Attributes:
        to: Its name in Customer.io.
        person: Which properties say whom it is about.
        attributes: Each attribute of it with its form in the manifest.
        profile: Each attribute of the person with the property, or path, that it is.
        declared: The properties that the manifest declares: only these are ever read.
        also_sent_by: Who else sends it on purpose.
        plain: Each property that is read, with the types of Python of which its values are as declared (a number where
            it is finite, a text where it is ASCII); None where an event has to be mapped to tell whether it fits.
    """

    to: str
    person: RoutedPerson
    attributes: Mapping[str, Any]
    profile: Mapping[str, str]
    declared: Mapping[str, PropertyEntry]
    also_sent_by: str | None
    plain: Mapping[str, frozenset[type]] | None


@dataclass(frozen=True)
class RoutePlan:
    """Every name under which a routed event may come, with what is sent, and how Customer.io knows people."""

    events: Mapping[str, RoutedEvent]
    person_by: PersonBy = "id"


def route_plan(manifest: Manifest, person_by: PersonBy = "id", listened_to: Collection[str] = ()) -> RoutePlan:
    """The plan of a manifest. An event without `route` is not in it.

    A reviewed rename's old and new names lead to the same, unless one of them has a route of its own. Where a route
    names no `to` and Customer.io's campaigns listen to exactly one of these names, that is the one it is sent under: a
    rename in the code does not silence a campaign that was not told.

    Args:
        manifest: The manifest.
        person_by: How the workspace knows people: by `id` or by `email`.
        listened_to: The names of events that campaigns in Customer.io are triggered by, as far as known.
    """
    own = {name.strip(): entry for name, entry in manifest.events.items() if entry.route is not None}
    heard = {name.strip() for name in listened_to}
    mentioned = {name.strip() for rename in manifest.renames for name in (rename.old, rename.new)}
    events: dict[str, RoutedEvent] = {}
    for name, entry in own.items():
        newest = manifest.newest_name(name)
        names = {name} | {other for other in mentioned if manifest.newest_name(other) == newest}
        listening = sorted(names & heard)
        routed = _routed(entry, listening[0] if len(listening) == 1 else name)
        # Of two routes in one chain of renames, the names without one follow the newest name's.
        for other in names - own.keys():
            if other not in events or name == newest:
                events[other] = routed
        events[name] = routed
    return RoutePlan(events, person_by)


def _routed(entry: EventEntry, name: str) -> RoutedEvent:
    route, declared = entry.route, entry.properties
    assert route is not None
    attributes = {
        attribute: spec
        for attribute, spec in route.attributes.items()
        if attribute.strip().lower() not in RESERVED
        and all(declared_name(path, declared) is not None for path in paths_of(spec))
    }
    profile = {there: path for path, there in entry.profile.items() if declared_name(path, declared) is not None}
    return RoutedEvent(
        to=(route.to or name).strip(),
        person=route.person,
        attributes=attributes,
        profile=profile,
        declared=declared,
        also_sent_by=route.also_sent_by,
        plain=_plain([*attributes.values(), *profile.values()], declared),
    )


def _plain(specs: Iterable[Any], declared: Mapping[str, PropertyEntry]) -> dict[str, frozenset[type]] | None:
    found = {}
    for one in (one for spec in specs for one in alternatives(spec)):
        if isinstance(one, ConstantSpec | CountSpec | StripeSpec):
            continue
        name, cast = (one.value, one.cast) if isinstance(one, ValueSpec) else (one, None)
        types = _TYPES.get(declared[name].type) if name in declared and "." not in name else None
        if types is None or cast is not None:
            return None
        found[name] = types if declared[name].required else types | {type(None)}
    return found
