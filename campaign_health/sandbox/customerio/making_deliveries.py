"""Who gets a message: what Customer.io makes of an event that it took in, and of a broadcast that was triggered."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from campaign_health.sandbox.world.people import identifiers, is_made_up
from campaign_health.sandbox.world.received import MadeDelivery, TrackedEvent
from campaign_health.sandbox.world.setting import Setting
from campaign_health.sandbox.world.world import World

OLDEST_TRIGGER = 72 * 3600
FAILURE = "the mailbox is full"


def made_id(place: int) -> str:
    """The id of the message of that place among all that were made: the same in lists and in reports."""
    return base64.b64encode(f"made-{place}".encode()).decode()


def metrics_of(world: World, made: MadeDelivery) -> tuple[str, ...]:
    """What became of a message, in order."""
    if made.fails:
        return ("failed",)
    return "attempted", "sent", "bounced" if made.person in world.people.bouncing else "delivered"


def is_there(setting: Setting, person: str) -> bool:
    """Whether Customer.io has the person."""
    known = is_made_up(person) and person not in setting.world.people.not_there
    return known or person in setting.world.received.created


def known_as(world: World, person: str) -> dict[str, str | None]:
    """A person's identifiers, with the address that they were given, if any."""
    created, found = world.received.created, identifiers(person)
    if person in created:
        return found | {"email": created[person]}
    return found | {"email": None} if person in world.people.without_address else found


def may_get(setting: Setting, person: str) -> bool:
    """Whether a message may go to the person."""
    truth = setting.world.people
    if not is_there(setting, person) or person in truth.unsubscribed | truth.suppressed:
        return False
    return known_as(setting.world, person)["email"] is not None


def take_person(setting: Setting, person: str, attributes: Mapping[str, Any]) -> None:
    """Take a person's attributes in; one who is not there is made, unless `_update` says otherwise.

    The caller holds the lock.
    """
    received = setting.world.received
    if person in setting.world.people.suppressed:
        return
    if attributes.get("_update") is True and not is_there(setting, person):
        return
    received.identified.append((person, attributes))
    if is_there(setting, person) and "email" not in attributes:
        return
    received.created[person] = str(attributes.get("email") or "") or (person if "@" in person else None)


def take_event(setting: Setting, event: TrackedEvent) -> None:
    """Take an event in; a repeated ULID and a suppressed person are passed over without a word.

    One for somebody who is not there makes them, without an address. It triggers each running campaign of its name,
    where it is not older than 72 hours. The caller holds the lock.
    """
    received = setting.world.received
    if event.ulid and event.ulid in received.ulids:
        return
    received.ulids.add(event.ulid)
    if event.person in setting.world.people.suppressed:
        return
    if not is_there(setting, event.person):
        received.created[event.person] = event.person if "@" in event.person else None
    received.events.append(event)
    now = int(setting.now().timestamp())
    if now - event.timestamp > OLDEST_TRIGGER or not may_get(setting, event.person):
        return
    for campaign in setting.world.campaigns.values():
        if campaign.event_name == event.name and campaign.state == "running":
            fails = event.person in setting.world.people.failing
            received.deliveries.append(
                MadeDelivery("campaign", campaign.id, event.person, now, fails, event.ulid or None)
            )
