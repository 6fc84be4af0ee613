"""Breaks that begin with the event: renamed in many ways, removed, unknown, or only part of the traffic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.causes_corpus.naming import renamed
from tests.causes_corpus.traffic import Stream
from tests.causes_corpus.words import NAMESPACES
from tests.causes_corpus.world import Campaign, Property, World

WAYS = ("overnight", "overnight", "overnight", "midday", "overlap", "gap", "gradual", "gradual", "stragglers")


@dataclass(frozen=True)
class Truth:
    """What the judge should say of one campaign. `also` are causes that a person would accept as the headline."""

    campaign_id: int
    cause: str | None
    since: int
    kind: str
    stage: str | None
    also: frozenset[str] = frozenset()
    story: str = ""


def hand_over(
    world: World, old: str, new: str, at: int, way: str, share: float = 1.0, volume: float | None = None
) -> int:
    """Moves `share` of one event's traffic to another name from day `at` on; returns the first bad day."""
    rng, days = world.rng, world.days
    volume = (
        volume
        if volume is not None
        else float(rng.choice([rng.uniform(0.95, 1.05), rng.uniform(0.6, 1.1)], p=[0.7, 0.3]))
    )
    moved = np.zeros(days)
    begun = np.zeros(days)
    match way:
        case "midday":
            moved[at:], begun[at:] = 1, 1
            moved[at] = begun[at] = rng.uniform(0.15, 0.85)
        case "overlap":
            begun[at:] = 1
            moved[at + int(rng.integers(1, 3)) :] = 1
        case "gap":
            moved[at:] = 1
            begun[at + int(rng.integers(1, 4)) :] = 1
        case "gradual":
            length = int(rng.integers(6, 19))
            steps = np.clip((np.arange(days) - at + 1) / length, 0, 1)
            curve = steps if rng.random() < 0.5 else 3 * steps**2 - 2 * steps**3
            moved = begun = curve
        case "stragglers":
            moved[at:] = 1 - rng.uniform(0.01, 0.06)
            begun = moved
        case _:
            moved[at:], begun[at:] = 1, 1
    rate = world.streams[old].rate
    extra = share * begun * rate * volume
    if new in world.streams:
        world.streams[new].rate = world.streams[new].rate + extra
    else:
        world.streams[new] = Stream(extra, world.streams[old].dispersion)
    world.streams[old].rate = rate * (1 - share * moved)
    world.moves[(old, new)] = (share * moved * rate, rate)
    return int(np.argmax(moved >= 0.2)) if (moved >= 0.2).any() else at


def background_renames(world: World) -> None:
    """Renames of events that no campaign hangs on: true pairs all the same."""
    rng = world.rng
    mapped = {campaign.event for campaign in world.campaigns}
    steady = [n for n in world.names if n not in mapped and (world.streams[n].rate > 0).mean() > 0.65]
    for old in rng.permutation(steady)[: int(rng.integers(0, 4))]:
        at = int(rng.integers(35, max(world.days - 3, 36)))
        rename_event(world, str(old), at, str(rng.choice(WAYS)))


def rename_event(world: World, event: str, at: int, way: str, kind: str | None = None) -> int:
    """Renames an event; returns the first bad day. The old name changes too where whole words are exchanged."""
    old, new, how = renamed(world.rng, world.names[event], set(world.streams), kind)
    before, after = str(old), str(new)
    if before != event:
        world.streams[before] = world.streams.pop(event)
        world.names[before] = world.names.pop(event)
        if event in world.properties:
            world.properties[before] = world.properties.pop(event)
        for campaign in world.campaigns:
            if campaign.event == event:
                campaign.event = campaign.source_event = before
                campaign.definition["event_name"] = before
    since = hand_over(world, before, after, at, way)
    world.names[after] = new
    world.renames.add((before, after))
    if how == "whole_words" and before not in world.properties:
        world.undecidable.add((before, after))  # other words, and nobody profiled either event
    if before in world.properties:
        world.properties[after] = [Property(p.name, dict(p.shares)) for p in world.properties[before]]
        if world.rng.random() < 0.6 or how == "whole_words":
            world.profiled_too.add(after)
    return since


def event_renamed(world: World, campaign: Campaign, at: int) -> Truth:
    """The trigger event takes a new name."""
    way = str(world.rng.choice(WAYS))
    if way in ("overlap", "gap"):
        at = min(at, world.days - 6)
    if way == "gradual":
        at = max(min(at, world.days - int(world.rng.integers(9, 30))), 25)
    since = rename_event(world, campaign.event, at, way)
    return Truth(campaign.campaign_id, "event_renamed", since, "event_lost", "event", story=f"event_renamed:{way}")


def namespace_move(world: World, campaign: Campaign, at: int) -> Truth:
    """A third or more of all events get the same prefix on one day."""
    prefix = str(world.rng.choice([n for n in NAMESPACES if n != world.names[campaign.event].namespace]))
    for event in [n for n in list(world.names) if world.rng.random() < 0.4 or n == campaign.event]:
        if world.streams[event].rate[at - 1] > 0 and (world.streams[event].rate > 0).mean() > 0.5:
            rename_event(world, event, at, "overnight", f"prefix:{prefix}")
    return Truth(campaign.campaign_id, "event_renamed", at, "event_lost", "event", story="namespace_move")


def event_split(world: World, campaign: Campaign, at: int) -> Truth:
    """The event is split into two or three names."""
    rng, old = world.rng, campaign.event
    parts = rng.dirichlet(np.full(int(rng.integers(2, 4)), 6.0))
    rate = world.streams[old].rate.copy()
    for word, part in zip(rng.permutation(["web", "mobile", "ios", "android", "self serve"]), parts, strict=False):
        new = str(_qualified(world, old, str(word)))
        extra = rate * part
        extra[:at] = 0
        world.streams[new] = Stream(extra, world.streams[old].dispersion)
        world.renames.add((old, new))
        world.moves[(old, new)] = (extra, rate)
    world.streams[old].rate[at:] = 0
    return Truth(campaign.campaign_id, "event_renamed", at, "event_lost", "event", story="event_split")


def events_joined(world: World, campaign: Campaign, at: int) -> Truth:
    """The event and a sibling become one."""
    rng, old = world.rng, campaign.event
    sibling = str(_qualified(world, old, str(rng.choice(["guest", "mobile", "bulk"]))))
    world.streams[sibling] = Stream(world.streams[old].rate * rng.uniform(0.3, 0.8), 50.0)
    _, new, _ = renamed(rng, world.names[old], set(world.streams), "suffix")
    for name in (old, sibling):
        hand_over(world, name, str(new), at, "overnight", volume=1.0)
        world.renames.add((name, str(new)))
    return Truth(campaign.campaign_id, "event_renamed", at, "event_lost", "event", story="events_joined")


def _qualified(world: World, event: str, word: str) -> object:
    from dataclasses import replace

    name = world.names[event]
    return replace(name, qualifier=f"{name.qualifier} {word}".strip())


def rolled_back(world: World, campaign: Campaign, at: int) -> Truth:
    """Renamed, then renamed back: the campaign now listens to the name in between."""
    rng = world.rng
    _, temporary, _ = renamed(rng, world.names[campaign.event], set(world.streams), same_old=True)
    original = campaign.event
    start = max(at - int(rng.integers(25, 45)), 20)
    rate = world.streams[original].rate.copy()
    middle = np.zeros(world.days)
    middle[start:at] = rate[start:at]
    world.streams[str(temporary)] = Stream(middle, world.streams[original].dispersion)
    world.streams[original].rate[start:at] = 0
    world.names[str(temporary)] = temporary
    campaign.event = campaign.source_event = str(temporary)
    campaign.definition["event_name"] = str(temporary)
    world.renames.add((str(temporary), original))
    after = rate.copy()
    after[:at] = 0
    world.moves[(str(temporary), original)] = (after, rate)
    return Truth(campaign.campaign_id, "event_renamed", at, "event_lost", "event", story="rolled_back")


def event_removed(world: World, campaign: Campaign, at: int) -> Truth:
    """The event stops and nothing takes over."""
    rng = world.rng
    rate = world.streams[campaign.event].rate
    story = str(rng.choice(["plain", "dropped", "like_named_feature", "fade", "sibling_launch"]))
    if story == "fade":
        length = int(rng.integers(3, 9))
        gone = at
        at = max(at - length, 1)
        rate[at:gone] *= np.linspace(0.9, 0.1, gone - at)
        rate[gone:] = 0
    rate[at + (length if story == "fade" else 0) :] = 0
    if story == "dropped":
        world.definitions.append(
            {
                "event": campaign.event,
                "property": "",
                "type": None,
                "display_name": None,
                "hidden": True,
                "dropped": True,
            }
        )
    if story in ("like_named_feature", "sibling_launch"):
        kind = "suffix" if story == "like_named_feature" else "object_word"
        _, new, _ = renamed(rng, world.names[campaign.event], set(world.streams), kind)
        begin = at + int(rng.integers(-6, 7))
        factor = float(rng.choice([rng.uniform(0.03, 0.3), rng.uniform(2.5, 8)]))
        fresh = np.full(world.days, world.streams[campaign.event].rate[:at].mean() * factor)
        fresh[: max(begin, 0)] = 0
        if (fresh > 0).any():
            world.streams[str(new)] = Stream(fresh * world.climate.common, 40.0)
    return Truth(campaign.campaign_id, "event_removed", at, "event_lost", "event", story=f"event_removed:{story}")


def event_unknown(world: World, campaign: Campaign, at: int) -> Truth:
    """Customer.io listens to a name that never existed, from the start or since an edit."""
    wrong, _, _ = renamed(world.rng, world.names[campaign.event], set(world.streams), "typo_fixed")
    name = str(wrong) if str(wrong) not in world.streams else campaign.event + "_evnt"
    edited = world.rng.random() < 0.6
    if edited:
        campaign.changes.append((at, [{"field": "event_name", "from": campaign.event, "to": name}]))
        campaign.reach = np.where(np.arange(world.days) < at, campaign.reach, 0.0)
    else:
        campaign.reach = campaign.reach * 0
    campaign.event = name
    campaign.definition["event_name"] = name
    story = "event_unknown:edited" if edited else "event_unknown:never"
    return Truth(campaign.campaign_id, "event_unknown", at, "silent", "started", story=story)


def part_renamed(world: World, campaign: Campaign, at: int) -> Truth:
    """One platform of several sends the event under a new name."""
    share = float(world.rng.uniform(0.2, 0.6))
    _, new, _ = renamed(world.rng, world.names[campaign.event], set(world.streams), same_old=True)
    hand_over(
        world, campaign.event, str(new), at, "overnight", share=share, volume=float(world.rng.uniform(0.92, 1.05))
    )
    world.renames.add((campaign.event, str(new)))
    return Truth(campaign.campaign_id, "part_of_traffic_broke", at, "degraded", "event", story="part_renamed")


def part_lost(world: World, campaign: Campaign, at: int) -> Truth:
    """One platform's events no longer start journeys."""
    campaign.reach = np.where(np.arange(world.days) < at, campaign.reach, campaign.reach * world.rng.uniform(0.4, 0.75))
    return Truth(campaign.campaign_id, "part_of_traffic_broke", at, "degraded", "started", story="part_lost")


def nothing_arrives(world: World, campaign: Campaign, at: int) -> Truth:
    """The event goes on in Mixpanel and starts no journeys any more; no row of the table explains it."""
    campaign.reach = np.where(np.arange(world.days) < at, campaign.reach, 0.0)
    return Truth(campaign.campaign_id, "unknown", at, "silent", "started", story="nothing_arrives")
