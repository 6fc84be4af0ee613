"""An event as its campaign in Customer.io sees it: with the attributes that the manifest's route makes of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaign_health.manifest.schema import PropertyEntry
from campaign_health.route.mapping.mapped_event import CountNeeded, Mapped, mapped
from campaign_health.route.mapping.route_plan import RoutePlan
from campaign_health.route.recovery.declared_attributes import declared_attributes


def as_seen(routes: RoutePlan | None, name: str, properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """An event's properties with the attributes of its route, by which `when` asks; as they are where it has none, or
    does not fit. Counts, and what Stripe says, are not known here.
    """
    found = None if routes is None else mapped(routes, name, properties)
    return {**properties, **found.attributes} if isinstance(found, Mapped) else properties


def sent_again(
    routes: RoutePlan | None,
    name: str,
    properties: Mapping[str, Any],
    declared: Mapping[str, PropertyEntry],
    known_as: str,
) -> tuple[str, Mapping[str, Any]] | None:
    """Name and attributes of an event that is sent again: its route's, or where it has none, as Customer.io has it
    `known_as`, with what is declared.

    None where it is not as declared, or cannot be what it was: a count is not made up, nor what Stripe is waited for.
    """
    found = None if routes is None else mapped(routes, name, properties)
    if found is None:
        attributes = declared_attributes(properties, declared)
        return None if attributes is None else (known_as, attributes)
    if not isinstance(found, Mapped):
        return None
    filled = dict(found.attributes)
    for need in found.needs:
        if isinstance(need, CountNeeded) or need.required:
            return None
        filled[need.attribute] = need.otherwise
    return found.to, filled
