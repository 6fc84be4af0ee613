"""A project that changes its time zone: what happened stays, and falls into other days."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from campaign_health.sandbox.world.counting import Counts, happened_between
from campaign_health.sandbox.world.day_bounds import day_starts, local_day
from campaign_health.sandbox.world.world import CampaignTruth, EventTruth, World


def moved(world: World, time_zone: str) -> World:
    """The same world as a project of another zone counts it, as projects made since 2023 do: history is restated.

    No event is lost or added; each day's number is new. What changes with a day (properties, failures) keeps its date.
    """
    zone = ZoneInfo(time_zone)
    first = local_day(int(world.starts[0]), zone)
    days = (local_day(int(world.starts[-1]) - 1, zone) - first).days + 1
    starts = day_starts(first, days, zone)
    shift = (world.first_day - first) // timedelta(days=1)

    def recount(daily: Counts) -> Counts:
        return happened_between(daily, world.starts, starts, int(starts[-1]))

    def index(day: int | None) -> int | None:
        return None if day is None else day + shift

    def event(truth: EventTruth) -> EventTruth:
        properties = tuple(replace(prop, since=index(prop.since), until=index(prop.until)) for prop in truth.properties)
        hot = None if truth.hot_shard is None else recount(truth.hot_shard)
        return EventTruth(truth.name, recount(truth.daily), properties, hot)

    def campaign(truth: CampaignTruth) -> CampaignTruth:
        return replace(
            truth,
            series={name: recount(daily) for name, daily in truth.series.items()},
            journeys={name: recount(daily) for name, daily in truth.journeys.items()},
            failures=tuple(replace(text, since=text.since + shift, until=index(text.until)) for text in truth.failures),
        )

    return replace(
        world,
        time_zone=time_zone,
        first_day=first,
        days=days,
        events={name: event(truth) for name, truth in world.events.items()},
        campaigns={number: campaign(truth) for number, truth in world.campaigns.items()},
    )
