"""An event as it goes to Customer.io, or why it does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from campaign_health.manifest.conditions import value_at
from campaign_health.manifest.durations import seconds_of
from campaign_health.manifest.routed import (
    ConstantSpec,
    CountSpec,
    StripeField,
    StripeSpec,
    ValueSpec,
    alternatives,
    declared_name,
    paths_of,
)
from campaign_health.route.mapping.reading_values import UnfitReason, UnfitValue, read_cast, read_value
from campaign_health.route.mapping.route_plan import RoutedEvent, RoutePlan
from campaign_health.route.person import PersonBy, person_of


@dataclass(frozen=True)
class CountNeeded:
    """An attribute that is how many of this event the person had in so many seconds up to it, this one included."""

    attribute: str
    within_seconds: int


@dataclass(frozen=True)
class StripeNeeded:
    """An attribute that is the first of these facts that Stripe says, else `otherwise`.

    `required`: the event rather waits for Stripe than go with `otherwise`.
    """

    attribute: str
    fields: tuple[StripeField, ...]
    otherwise: Any
    required: bool


@dataclass(frozen=True)
class Mapped:
    """What of an event is sent.

    Attributes:
        to: Its name in Customer.io.
        person: Their id or e-mail address, as `person_by` says.
        person_by: Which of the two it is.
        attributes: The event's attributes, without those that `needs` names.
        profile: Attributes of the person, for an Identify before the event; empty where there are none.
        needs: Attributes that whoever sends it has to fill in.
    """

    to: str
    person: str
    person_by: PersonBy
    attributes: Mapping[str, Any]
    profile: Mapping[str, Any]
    needs: tuple[CountNeeded | StripeNeeded, ...]


@dataclass(frozen=True)
class Unfit:
    """Why an event is not sent, and the property or attribute that would have to be otherwise."""

    reason: UnfitReason
    field: str


def mapped(plan: RoutePlan, event: str, properties: Mapping[str, Any]) -> Mapped | Unfit | None:
    """What of an event goes to Customer.io; None where the manifest does not route it.

    Only what is sent is held against the manifest: a property that nobody maps stops no message. Never raises,
    whatever JSON the properties are.
    """
    routed = plan.events.get(event.strip())
    if routed is None:
        return None
    try:
        person = person_in(routed, properties, plan.person_by)
        if person is None:
            return Unfit("no_person", _person_field(routed, plan.person_by))
        attributes: dict[str, Any] = {}
        needs: list[CountNeeded | StripeNeeded] = []
        for attribute, spec in routed.attributes.items():
            found = _attribute(attribute, spec, routed, properties)
            if isinstance(found, CountNeeded | StripeNeeded):
                needs.append(found)
            elif found is not None:
                attributes[attribute] = found
        profile = {there: _plain(path, routed, properties) for there, path in routed.profile.items()}
    except UnfitValue as unfit:
        return Unfit(unfit.reason, unfit.field)
    return Mapped(
        to=routed.to,
        person=person,
        person_by=plan.person_by,
        attributes=attributes,
        profile={there: value for there, value in profile.items() if value is not None},
        needs=tuple(needs),
    )


def is_plainly_fit(routed: RoutedEvent, properties: Mapping[str, Any], by: PersonBy) -> bool:
    """Whether an event is surely as declared, as nearly every one is; where it is not sure, `mapped` tells."""
    if routed.plain is None or person_in(routed, properties, by) is None:
        return False
    for name, types in routed.plain.items():
        value = properties.get(name)
        if type(value) not in types:
            return False
        if (isinstance(value, str) and not value.isascii()) or (isinstance(value, float) and not isfinite(value)):
            return False
    return True


def person_in(routed: RoutedEvent, properties: Mapping[str, Any], by: PersonBy) -> str | None:
    """Whom an event is about, as Customer.io knows people (`by`); None where it names nobody."""
    path = routed.person.id if by == "id" else routed.person.email
    if path is None:
        return person_of(properties, by)
    # Only the property that the manifest names says who it is, else what the sender said outright: another one may be
    # somebody else.
    name = "$user_id" if by == "id" else "$email"
    return person_of({name: value_at(path, properties) or properties.get(name)}, by)


def _person_field(routed: RoutedEvent, by: PersonBy) -> str:
    return (routed.person.id or "$user_id") if by == "id" else (routed.person.email or "email")


def _attribute(attribute: str, spec: Any, routed: RoutedEvent, properties: Mapping[str, Any]) -> Any:
    """What an attribute is, or who has to fill it in; None where the event has nothing for it."""
    asked: list[StripeSpec] = []
    found: Any = None
    for one in alternatives(spec):
        if isinstance(one, StripeSpec):
            asked.append(one)
            continue
        if isinstance(one, CountSpec):
            return CountNeeded(attribute, seconds_of(one.within) or 0)
        found = _of_event(one, routed, properties)
        if found is not None:
            break
    if asked:
        otherwise = asked[-1].otherwise if found is None else found
        fields = tuple(one.stripe for one in asked)
        return StripeNeeded(attribute, fields, otherwise, required=any(one.required for one in asked))
    if found is None:
        _demand(spec, routed)
    return found


def _of_event(spec: Any, routed: RoutedEvent, properties: Mapping[str, Any]) -> Any:
    if isinstance(spec, ConstantSpec):
        return spec.constant
    if not isinstance(spec, ValueSpec):
        return read_value(spec, properties, routed.declared)
    if spec.cast is None:
        found = read_value(spec.value, properties, routed.declared)
    else:
        found = read_cast(spec.value, properties, routed.declared, spec.cast)
    return spec.default if found is None else found


def _plain(path: str, routed: RoutedEvent, properties: Mapping[str, Any]) -> Any:
    found = read_value(path, properties, routed.declared)
    if found is None:
        _demand(path, routed)
    return found


def _demand(spec: Any, routed: RoutedEvent) -> None:
    """Raise where the event does not have a property that it must carry."""
    for path in paths_of(spec):
        name = declared_name(path, routed.declared)
        if name is not None and routed.declared[name].required and routed.declared[name].type != "null":
            raise UnfitValue("missing_property", path)
