"""Breaks of a part: a segment emptied, a platform silent, one message of several; and parts when all is well."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.causes_corpus.event_stories import Truth
from tests.causes_corpus.world import Campaign, World

PLATFORMS = (("swift", "iOS", "4.2"), ("android", "Android", "7.1"), ("web", "Mac OS X", ""), ("web", "Windows", ""))


def segment_emptied(world: World, campaign: Campaign, at: int) -> Truth:
    """The segment that the campaign filters by loses its people: an attribute that it names was renamed."""
    campaign.passing = np.where(np.arange(world.days) < at, campaign.passing, 0.0)
    world.emptied[campaign.campaign_id] = at
    known = at - world.counted_from > 1
    also = frozenset() if known else frozenset({"filter_no_longer_matches"})
    return Truth(campaign.campaign_id, "segment_shrank", at, "silent", "activated", also, story="segment_emptied")


def platform_silent(world: World, campaign: Campaign, at: int) -> Truth:
    """One platform no longer sends the event; the others do as before."""
    stopped = int(world.rng.integers(len(PLATFORMS)))
    world.silent_platform[campaign.event] = (stopped, at)
    stream = world.streams[campaign.event]
    left = 1.0 - world.platform_shares[stopped]
    stream.rate = np.where(np.arange(world.days) < at, stream.rate, stream.rate * left)
    return Truth(campaign.campaign_id, "part_of_traffic_broke", at, "degraded", "event", story="platform_silent")


def message_silent(world: World, campaign: Campaign, at: int) -> Truth:
    """One message of several is made no more: a branch before it lets nobody through."""
    from_one = campaign.messages[0]
    while len(campaign.messages) < 4:
        number = campaign.messages[-1].message_id + 1
        campaign.messages.append(type(from_one)(number, list(from_one.variables)))
    several = len(campaign.messages)
    campaign.making = np.full(world.days, float(several))
    campaign.making[at:] -= 1.0
    world.silent_message[campaign.campaign_id] = (campaign.messages[-1].message_id, at)
    return Truth(campaign.campaign_id, "message_silent", at, "degraded", "sent", story="message_silent")


def segment_counts(world: World, chance: np.random.Generator) -> pd.DataFrame:
    """Counts of each campaign's filter segment, one a morning, from the day on which counting began."""
    rows = []
    for campaign in world.campaigns:
        people = np.round(chance.uniform(50, 5000) * np.exp(np.cumsum(chance.normal(0, 0.01, world.days + 1))))
        people[world.emptied.get(campaign.campaign_id, world.days) + 1 :] = 0
        for number in range(world.counted_from, world.days + 1):
            day = world.instant(number).date()
            rows.append((campaign.campaign_id, "3", "filter", "Segment 3", day, int(people[number])))
    return pd.DataFrame(rows, columns=["campaign_id", "segment_id", "role", "name", "day", "people"])


def platform_counts(world: World, profiles: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """The events of each profiled event and day by platform."""
    rows = []
    first = world.instant(0).date()
    for (event, day), read in profiles.groupby(["event", "day"])["events_read"].max().items():
        shares = world.platform_shares.copy()
        stopped, at = world.silent_platform.get(str(event), (0, world.days))
        if (day - first).days >= at:
            shares[stopped] = 0.0
        drawn = chance.multinomial(int(read), shares / shares.sum())
        rows += [(event, day, *part, int(count), read) for part, count in zip(PLATFORMS, drawn, strict=True) if count]
    return pd.DataFrame(rows, columns=["event", "day", "library", "os", "app_version", "events", "events_read"])


def message_counts(world: World, campaign_day: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """The sends of each campaign with several messages, one message after the other."""
    rows = []
    first = world.instant(0).date()
    for campaign in world.campaigns:
        ids = [message.message_id for message in campaign.messages]
        if len(ids) < 2:
            continue
        silent, at = world.silent_message.get(campaign.campaign_id, (0, world.days))
        of_campaign = campaign_day[
            (campaign_day["campaign_id"] == campaign.campaign_id) & (campaign_day["state"] == "observed")
        ]
        for day, sent in zip(pd.to_datetime(of_campaign["day"]).dt.date, of_campaign["sent"], strict=True):
            weights = np.array([not (number == silent and (day - first).days >= at) for number in ids], dtype=float)
            drawn = chance.multinomial(int(sent), weights / weights.sum())
            rows += [
                (campaign.campaign_id, str(number), day, int(count), int(count), 0, 0, 0, 0, int(sent))
                for number, count in zip(ids, drawn, strict=True)
            ]
    columns = ["campaign_id", "message_id", "day", "sent", "created", "drafted", "failed", "undeliverable"]
    return pd.DataFrame(rows, columns=[*columns, "suppressed", "of_campaign"])
