"""The world's event counts as Mixpanel knows them at an instant."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np

from campaign_health.sandbox.world.counting import Counts, happened_between
from campaign_health.sandbox.world.day_bounds import bucket_end, bucket_starts
from campaign_health.sandbox.world.world import MISSING, EventTruth, World

HOT_SHARD = "$hotshard_events"


def names(world: World) -> list[str]:
    """Every event name Mixpanel has ever stored."""
    renamed = any(event.hot_shard is not None for event in world.events.values())
    return [*world.events, *([HOT_SHARD] if renamed else [])]


def series(
    world: World, now: datetime, events: Sequence[str], first: date, last: date, unit: str
) -> tuple[list[int], Counts]:
    """Bucket starts (Unix seconds) in the project's zone, and counts of shape (events, buckets)."""
    starts = bucket_starts(world.start_of(first), world.start_of(last), "days", world.zone)
    if unit != "days":
        end = bucket_end(starts[-1], "days", world.zone) - 1
        starts = bucket_starts(starts[0], end, unit, world.zone)
    bounds = np.array([*starts, bucket_end(starts[-1], unit, world.zone)], dtype=np.int64)
    if not events:
        return starts, np.zeros((0, len(starts)), dtype=np.int64)
    daily = np.stack([_reported(world, name) for name in events])
    known = world.seen("events", daily, now)
    return starts, happened_between(known, world.starts, bounds, int(now.timestamp()))


def _reported(world: World, name: str) -> Counts:
    """Counts per day under a name as stored: hot-shard events are under their new one."""
    if name == HOT_SHARD:
        hot = [event.hot_shard for event in world.events.values() if event.hot_shard is not None]
        return np.sum(hot, axis=0, dtype=np.int64) if hot else np.zeros(world.days, dtype=np.int64)
    event = world.events.get(name)
    if event is None:
        return np.zeros(world.days, dtype=np.int64)
    return event.daily if event.hot_shard is None else event.daily - event.hot_shard


def value_counts(event: EventTruth, name: str, day: int, events: int) -> Counter[Any]:
    """How many of a day's ``events`` carry each value of the property; JSON text stands for values not hashable."""
    counted: Counter[Any] = Counter()
    for prop in event.properties:
        if prop.name != name or not prop.on(day):
            continue
        slots = np.bincount((np.arange(events) * prop.stride) % len(prop.values), minlength=len(prop.values))
        for value, times in zip(prop.values, slots.tolist(), strict=True):
            if value is not MISSING and times:
                counted[text_of(value)] += times
    return counted


def text_of(value: Any) -> str:
    """A property value as the Query API writes it: text, and JSON for everything else."""
    return value if isinstance(value, str) else json.dumps(value)
