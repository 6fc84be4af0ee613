"""Histories without a break of any campaign, with everything that might be taken for one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.causes_corpus.event_stories import Truth
from tests.causes_corpus.naming import renamed
from tests.causes_corpus.traffic import Stream
from tests.causes_corpus.world import Campaign, Property, World


def nothing(world: World, campaign: Campaign, at: int) -> Truth:
    """Nothing happens to the campaigns."""
    return _none(campaign, at, "nothing")


def like_named_birth(world: World, campaign: Campaign, at: int) -> Truth:
    """A like-named event begins and the campaign's own goes on."""
    _, new, _ = renamed(world.rng, world.names[campaign.event], set(world.streams), same_old=True)
    rate = world.streams[campaign.event].rate * world.rng.uniform(0.05, 1.5)
    rate[:at] = 0
    world.streams[str(new)] = Stream(rate, 30.0)
    return _none(campaign, at, "like_named_birth")


def typo_twin(world: World, campaign: Campaign, at: int) -> Truth:
    """A few stray events under a mistyped name."""
    old, _, _ = renamed(world.rng, world.names[campaign.event], set(world.streams), "typo_fixed")
    rate = np.where(world.rng.random(world.days) < 0.15, 0.8, 0.0)
    world.streams.setdefault(str(old) + "s", Stream(rate, 10.0))
    return _none(campaign, at, "typo_twin")


def outage(world: World, campaign: Campaign, at: int) -> Truth:
    """The backend is down for a day, and a new event begins the day after."""
    for stream in world.streams.values():
        stream.rate[at] *= 0.01
    _, new, _ = renamed(world.rng, world.names[campaign.event], set(world.streams), same_old=True)
    rate = np.where(np.arange(world.days) > at, world.streams[campaign.event].rate, 0.0)
    world.streams[str(new)] = Stream(rate, 30.0)
    return _none(campaign, at, "outage")


def volume_down(world: World, campaign: Campaign, at: int) -> Truth:
    """Fewer people use the product: event and sends fall together; an unrelated feature is launched."""
    world.streams[campaign.event].rate[at:] *= world.rng.uniform(0.4, 0.7)
    fresh = np.full(world.days, float(np.exp(world.rng.uniform(1, 6))))
    fresh[:at] = 0
    world.streams["Brand New Feature Used"] = Stream(fresh, 30.0)
    return _none(campaign, at, "volume_down")


def sampled(world: World, campaign: Campaign, at: int) -> Truth:
    """Many large events are sampled from a day on; the campaign's own is not."""
    for name, stream in world.streams.items():
        if name != campaign.event and world.rng.random() < 0.3:
            stream.rate[at:] *= 0.1
    return _none(campaign, at, "sampled")


def siblings(world: World, campaign: Campaign, at: int) -> Truth:
    """A large family of like names in which some come and some go."""
    base = world.names[campaign.event]
    for index in range(int(world.rng.integers(20, 60))):
        name = str(replace(base, object=f"{base.object} {'abcdefghij'[index % 10]}{index}"))
        level = float(np.exp(world.rng.uniform(0, 5)))
        rate = level * world.climate.common.copy()
        cut = int(world.rng.integers(10, world.days))
        if world.rng.random() < 0.25:
            rate[cut:] = 0
        elif world.rng.random() < 0.3:
            rate[:cut] = 0
        world.streams.setdefault(name, Stream(rate, 40.0))
    return _none(campaign, at, "siblings")


def seasonal(world: World, campaign: Campaign, at: int) -> Truth:
    """A season's events stop and the next season's begin, with other volumes."""
    rate = np.full(world.days, 60.0)
    rate[at:] = 0
    world.streams["summer_sale_banner_clicked"] = Stream(rate, 20.0)
    begun = np.full(world.days, float(world.rng.choice([8.0, 300.0])))
    begun[: min(at + int(world.rng.integers(0, 5)), world.days - 1)] = 0
    world.streams["winter_sale_banner_clicked"] = Stream(begun, 20.0)
    return _none(campaign, at, "seasonal")


def harmless_property(world: World, campaign: Campaign, at: int) -> Truth:
    """A property that nothing uses appears, another is null more often."""
    changes = world.property_changes.setdefault(campaign.event, [])
    changes.append((at, Property("experiment_group", {"string": 0.5}), 1.0))
    last = world.properties[campaign.event][-1]
    if "null" in last.shares:
        kind = next(k for k in last.shares if k != "null")
        changes.append((at, Property(last.name, {kind: 0.66, "null": 0.32}), 1.0))
    return _none(campaign, at, "harmless_property")


def edited_harmlessly(world: World, campaign: Campaign, at: int) -> Truth:
    """Somebody renames the campaign and adds a tag."""
    campaign.changes.append((at, [{"field": "name", "from": campaign.name, "to": campaign.name + " (EN)"},
                                  {"field": "tags", "from": [], "to": ["lifecycle"]}]))  # fmt: skip
    return _none(campaign, at, "edited_harmlessly")


def _none(campaign: Campaign, at: int, story: str) -> Truth:
    return Truth(campaign.campaign_id, None, at, "healthy", None, story=f"none:{story}")
