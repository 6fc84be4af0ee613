"""Breaks inside Customer.io: properties, filters, messages, recipients, edits."""

from __future__ import annotations

import numpy as np

from tests.causes_corpus.event_stories import Truth
from tests.causes_corpus.traffic import Floats
from tests.causes_corpus.world import Campaign, Property, World


def _from(world: World, at: int, before: Floats, after: float | Floats) -> Floats:
    return np.where(np.arange(world.days) < at, before, after)


def _lose(world: World, campaign: Campaign, at: int, loss: str, share: float) -> None:
    campaign.losses[loss] = _from(world, at, campaign.losses[loss], share)


def _consequence(world: World, campaign: Campaign, at: int, used: str) -> tuple[str, str]:
    """A broken property either fails the message or fails the filter."""
    if world.rng.random() < 0.55:
        _lose(world, campaign, at, "failed", float(world.rng.uniform(0.95, 1.0)))
        campaign.failures.append((f"Variable 'event.{used}' is missing", at))
        return "silent", "sent"
    campaign.passing = _from(world, at, campaign.passing, campaign.passing * world.rng.uniform(0, 0.03))
    return "silent", "activated"


def _used(campaign: Campaign) -> str:
    return campaign.messages[0].variables[0].removeprefix("event.")


def _property(world: World, campaign: Campaign, name: str) -> Property:
    return next(p for p in world.properties[campaign.event] if p.name == name)


def property_type_changed(world: World, campaign: Campaign, at: int) -> Truth:
    """A property that the messages use has another type from a day on."""
    used = _used(campaign)
    old = _property(world, campaign, used)
    was = max(old.shares, key=lambda kind: old.shares[kind])
    now = str(world.rng.choice([t for t in ("string", "number", "object", "array", "boolean") if t != was]))
    share = old.shares[was]
    changed = Property(used, {now: share * world.rng.uniform(0.96, 1.0)})
    world.property_changes.setdefault(campaign.event, []).append((at, changed, 1.0))
    kind, stage = _consequence(world, campaign, at, used)
    return Truth(campaign.campaign_id, "property_type_changed", at, kind, stage, story=f"property_type_changed:{stage}")


def property_missing(world: World, campaign: Campaign, at: int) -> Truth:
    """A property that the messages use is gone, or carries another name."""
    used = _used(campaign)
    changes = world.property_changes.setdefault(campaign.event, [])
    changes.append((at, Property(used, {}), 1.0))
    renamed = world.rng.random() < 0.5
    if renamed:
        old = _property(world, campaign, used)
        words = used.split("_")
        camel = words[0] + "".join(word.title() for word in words[1:])
        new = (
            camel
            if camel != used
            else str(world.rng.choice([f"{used}_name", f"{used}_v2", used.title(), f"user_{used}"]))
        )
        changes.append((at, Property(new, dict(old.shares)), 1.0))
    kind, stage = _consequence(world, campaign, at, used)
    return Truth(campaign.campaign_id, "property_missing", at, kind, stage, story=f"property_missing:{stage}")


def property_partly_missing(world: World, campaign: Campaign, at: int) -> Truth:
    """One platform no longer sends a property."""
    used, share = _used(campaign), float(world.rng.uniform(0.25, 0.6))
    old = _property(world, campaign, used)
    world.property_changes.setdefault(campaign.event, []).append(
        (at, Property(used, {kind: s * (1 - share) for kind, s in old.shares.items()}), 1.0)
    )
    _lose(world, campaign, at, "failed", share)
    campaign.failures.append((f"Variable 'event.{used}' is missing", at))
    return Truth(
        campaign.campaign_id,
        "part_of_traffic_broke",
        at,
        "degraded",
        "sent",
        frozenset({"property_missing"}),
        "property_partly_missing",
    )


def filter_no_longer_matches(world: World, campaign: Campaign, at: int) -> Truth:
    """Journeys start and none activates."""
    campaign.passing = _from(world, at, campaign.passing, campaign.passing * world.rng.choice([0.0, 0.0, 0.02]))
    return Truth(campaign.campaign_id, "filter_no_longer_matches", at, "silent", "activated", story="filter")


def message_failing(world: World, campaign: Campaign, at: int) -> Truth:
    """Messages fail for a variable or a provider; the event's properties are as ever."""
    _lose(world, campaign, at, "failed", float(world.rng.uniform(0.93, 1.0)))
    text = str(
        world.rng.choice(
            [
                "Variable 'customer.first_name' is missing",
                "Variable 'event.unsubscribed' is missing",
                "Liquid error: unknown filter 'dat'",
                "Template could not be rendered: Variable 'customer.company.name' is missing",
                "550 Authentication failed for sender domain",
                "webhook returned status 500",
            ]
        )
    )
    campaign.failures.append((text, at))
    if world.rng.random() < 0.3:
        campaign.failures.append(("Recipient address is invalid", max(at - 40, 0)))
    if world.rng.random() < 0.3:
        campaign.changes.append((at, [{"field": "deduplicate_id", "from": "a:1", "to": "a:2"}]))
    return Truth(campaign.campaign_id, "message_failing", at, "silent", "sent", story="message_failing")


def message_draft(world: World, campaign: Campaign, at: int) -> Truth:
    """Every message only queues drafts."""
    _lose(world, campaign, at, "drafted", 1.0)
    for message in campaign.messages:
        message.sending_state = "draft"
    return Truth(campaign.campaign_id, "message_draft_or_off", at, "silent", "sent", story="message_draft")


def message_off(world: World, campaign: Campaign, at: int) -> Truth:
    """Every message is switched off: none is made."""
    campaign.making = _from(world, at, campaign.making, 0.0)
    for message in campaign.messages:
        message.sending_state = "off"
    return Truth(campaign.campaign_id, "message_draft_or_off", at, "silent", "sent", story="message_off")


def recipients_unreachable(world: World, campaign: Campaign, at: int) -> Truth:
    """Nobody has an address, or all are suppressed."""
    loss = str(world.rng.choice(["undeliverable", "suppressed"]))
    _lose(world, campaign, at, loss, float(world.rng.uniform(0.94, 1.0)))
    return Truth(campaign.campaign_id, "recipients_unreachable", at, "silent", "sent", story=f"unreachable:{loss}")


def filter_edited(world: World, campaign: Campaign, at: int) -> Truth:
    """Somebody changed the filter segments, and nobody passes since."""
    campaign.changes.append((at, [{"field": "filter_segment_ids", "from": [3], "to": [3, 18]}]))
    campaign.passing = _from(world, at, campaign.passing, campaign.passing * world.rng.choice([0.0, 0.02]))
    return Truth(campaign.campaign_id, "campaign_edited", at, "silent", "activated", story="campaign_edited:filter")


def trigger_edited(world: World, campaign: Campaign, at: int) -> Truth:
    """Somebody set another trigger: an event that exists and hardly happens."""
    rng = world.rng
    other = str(rng.choice([name for name in world.names if name != campaign.event]))
    world.streams[other].rate = np.full(world.days, 0.2)
    campaign.changes.append((at, [{"field": "event_name", "from": campaign.event, "to": other}]))
    campaign.reach = _from(world, at, campaign.reach, 0.0)
    campaign.event = other
    campaign.definition["event_name"] = other
    return Truth(campaign.campaign_id, "campaign_edited", at, "silent", "started", story="campaign_edited:trigger")


def campaign_stopped(world: World, campaign: Campaign, at: int) -> Truth:
    """Somebody stopped it."""
    after = str(world.rng.choice(["stopped", "stopped", "draft", "archived"]))
    campaign.changes.append((at, [{"field": "state", "from": "running", "to": after}]))
    campaign.state = after
    campaign.reach = _from(world, at, campaign.reach, 0.0)
    return Truth(campaign.campaign_id, "campaign_stopped", at, "silent", "started", story="campaign_stopped")
