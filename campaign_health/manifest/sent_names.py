"""Between an event as the product sends it and as Customer.io is sent it, where the manifest routes it."""

from __future__ import annotations

from collections.abc import Iterable

from campaign_health.manifest.routed import RouteEntry, ValueSpec, declared_name, paths_of
from campaign_health.manifest.schema import EventEntry, Manifest


def entry_of(manifest: Manifest, event: str) -> EventEntry | None:
    """The entry of an event under its own or, after a reviewed rename, its newest name."""
    return manifest.event(event) or manifest.event(manifest.newest_name(event))


def event_behind(manifest: Manifest, sent: str) -> str:
    """The manifest's event that Customer.io is sent under this name; the name itself where no route changes it."""
    if manifest.event(sent) is not None:
        return sent.strip()
    behind = [
        name.strip()
        for name, entry in manifest.events.items()
        if entry.route is not None and entry.route.to is not None and entry.route.to.strip() == sent.strip()
    ]
    return behind[0] if len(behind) == 1 else sent.strip()


def attribute_behind(route: RouteEntry, name: str) -> str | None:
    """The attribute that a message's `event.limits.projects` shows: of this name or its first part; None without."""
    return next((one for one in (name, name.split(".", 1)[0]) if one in route.attributes), None)


def properties_behind(
    manifest: Manifest, event: str | None, attributes: Iterable[str], *, only: bool = False
) -> frozenset[str]:
    """The properties of an event from which attributes come, as the manifest's route says; else the names themselves.

    `only`: leave out those without which the attribute is sent all the same, from elsewhere or with a default.
    """
    entry = entry_of(manifest, event) if event else None
    if entry is None or entry.route is None:
        return frozenset(attributes)
    found: set[str] = set()
    for name in attributes:
        attribute = attribute_behind(entry.route, name)
        if attribute is None:
            found.add(name)
            continue
        spec = entry.route.attributes[attribute]
        if only and not has_one_source(spec):
            continue
        found |= {declared_name(path, entry.properties) or path for path in paths_of(spec)}
    return frozenset(found)


def has_one_source(spec: object) -> bool:
    """Whether an attribute is not sent without its one property."""
    return isinstance(spec, str) or (isinstance(spec, ValueSpec) and spec.default is None)
