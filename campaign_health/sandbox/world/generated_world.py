"""Worlds of any size, for measuring."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from campaign_health.sandbox.world.world import CampaignTruth, EventTruth, Message, Property, World

_WEEK = np.array([1.0, 1.05, 1.05, 1.0, 0.9, 0.5, 0.45])


def generated_world(
    campaigns: int = 1000,
    events: int = 2000,
    days: int = 120,
    last_day: date | None = None,
    time_zone: str = "UTC",
    seed: int = 1,
    messages: int = 1,
    segments: int = 0,
) -> World:
    """A healthy world: event ``k`` triggers campaign ``k``, further events trigger nothing.

    ``last_day`` is the last complete day (without it, 2026-11-30); the clock stands at 09:00 on the day after, whose
    numbers are there too. Event volumes spread from a few to thousands a day. Each campaign has so many ``messages``,
    and filters by one of so many ``segments``.

    Raises:
        ValueError: when there are more campaigns than events.
    """
    if campaigns > events:
        raise ValueError(f"{campaigns} campaigns need as many events, there are {events}.")
    last = last_day or date(2026, 11, 30)
    first, zone = last - timedelta(days=days - 1), ZoneInfo(time_zone)
    random = np.random.default_rng(seed)
    size = np.exp(random.normal(3.5, 1.3, events))
    week = _WEEK[(first.weekday() + np.arange(days + 1)) % 7]
    counts = random.poisson(size[:, None] * week).astype(np.int64)
    rates = random.uniform(0.3, 0.95, campaigns)
    sent = random.binomial(counts[:campaigns], rates[:, None]).astype(np.int64)
    delivered = random.binomial(sent, 0.98).astype(np.int64)
    opened = random.binomial(delivered, 0.4).astype(np.int64)
    created = datetime.combine(first - timedelta(days=400), time(12), zone)
    properties = (Property("platform", ("web", "ios", "android")), Property("plan", ("free", "pro"), stride=3))
    names = [f"event_{number:04d}" for number in range(1, events + 1)]
    return World(
        time_zone=time_zone,
        first_day=first,
        days=days + 1,
        now=datetime.combine(last + timedelta(days=1), time(9), zone),
        segments=[
            {"id": one, "name": f"Segment {one}", "state": "finished", "type": "dynamic"}
            for one in range(1, segments + 1)
        ],
        segment_people={one: np.full(days + 1, 100 * one) for one in range(1, segments + 1)},
        events={name: EventTruth(name, row, properties) for name, row in zip(names, counts, strict=True)},
        campaigns={
            number: CampaignTruth(
                id=number,
                name=f"Campaign {number}",
                event_name=names[number - 1],
                created=created,
                first_started=created,
                series={"created": row, "sent": row, "delivered": delivered[number - 1], "opened": opened[number - 1]},
                journeys={"started": counts[number - 1], "activated": row, "messaged": row, "finished": row},
                messages=tuple(
                    Message(number * 100 + place, f"Message {place + 1}", subject="Hello", body="{{event.plan}}")
                    for place in range(messages)
                ),
                filter_segment_ids=(number % segments + 1,) if segments else (),
            )
            for number, row in enumerate(sent, start=1)
        },
    )
