"""One invented project and its campaigns before they are written down as tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from tests.causes_corpus.naming import Name, project_names
from tests.causes_corpus.traffic import Climate, Floats, Stream, draw_stream, live

PROPERTY_NAMES = [
    "plan",
    "tier",
    "seats",
    "amount",
    "currency",
    "source",
    "country",
    "device_type",
    "trial_day",
    "hit_count",
    "limit",
    "template_id",
    "project_id",
    "file_type",
    "referrer",
    "coupon_code",
    "step",
    "price",
    "quantity",
    "items",
    "company",
    "role",
    "is_admin",
    "score",
    "duration",
    "locale",
    "variant",
    "category",
    "tags",
    "address",
    "order_id",
    "first_name",
    "course_name",
    "due_date",
]
TYPES = ("string", "string", "string", "number", "number", "boolean", "object", "array")


@dataclass
class Property:
    """One property of one event: its JSON types with the share of events that carry each."""

    name: str
    shares: dict[str, float]


@dataclass
class Message:
    """One message of a campaign."""

    message_id: int
    variables: list[str]
    optional: list[str] = field(default_factory=list)
    sending_state: str = "automatic"


@dataclass
class Campaign:
    """One campaign and the daily chances along its chain (arrays over days)."""

    campaign_id: int
    name: str
    event: str
    source_event: str  # the event whose counts feed it
    reach: Floats  # journeys started per event
    passing: Floats  # activated per started
    making: Floats  # messages made per activated
    losses: dict[str, Floats]  # failed, undeliverable, suppressed, drafted: share of made
    delivered: Floats  # share of sent
    messages: list[Message]
    state: str = "running"
    trigger_kind: str = "event"
    definition: dict[str, Any] = field(default_factory=dict)
    changes: list[tuple[int, list[dict[str, Any]]]] = field(default_factory=list)
    failures: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class World:
    """Everything of one history, still changeable."""

    rng: np.random.Generator
    first_day: date
    climate: Climate
    names: dict[str, Name]
    streams: dict[str, Stream]
    campaigns: list[Campaign] = field(default_factory=list)
    properties: dict[str, list[Property]] = field(default_factory=dict)
    property_changes: dict[str, list[tuple[int, Property, float]]] = field(default_factory=dict)
    definitions: list[dict[str, Any]] = field(default_factory=list)
    renames: set[tuple[str, str]] = field(default_factory=set)
    moves: dict[tuple[str, str], tuple[Floats, Floats]] = field(default_factory=dict)  # (moved rate, old rate before)
    undecidable: set[tuple[str, str]] = field(default_factory=set)
    profiled_too: set[str] = field(default_factory=set)
    counted_from: int = 0  # day on which counting the segments began
    platform_shares: Floats = field(default_factory=lambda: np.full(4, 0.25))
    emptied: dict[int, int] = field(default_factory=dict)  # campaign: day
    silent_platform: dict[str, tuple[int, int]] = field(default_factory=dict)  # event: (platform, day)
    silent_message: dict[int, tuple[int, int]] = field(default_factory=dict)  # campaign: (message, day)

    @property
    def days(self) -> int:
        """Number of days of the history."""
        return self.climate.days

    def instant(self, day: int, hour: int = 15) -> datetime:
        """A moment on a day, UTC."""
        return datetime.combine(self.first_day + timedelta(days=day), datetime.min.time()) + timedelta(hours=hour)


def draw_world(rng: np.random.Generator, events: int, days: int) -> World:
    """A project with background events that live their own lives, and healthy campaigns on steady ones."""
    first_day = date(2025, 1, 1) + timedelta(days=int(rng.integers(0, 600)))
    climate = Climate.draw(rng, days, first_day.weekday())
    names = {str(name): name for name in project_names(rng, events)}
    streams: dict[str, Stream] = {}
    for name in names:
        stream = draw_stream(rng, climate)
        live(rng, stream, climate)
        streams[name] = stream
    if rng.random() < 0.3:  # a release day: several unrelated features at once
        at = int(rng.integers(days // 2, days))
        for name in rng.permutation(list(names))[: int(rng.integers(2, 9))]:
            streams[str(name)].rate[:at] = 0
    world = World(rng, first_day, climate, names, streams)
    for number in range(int(rng.integers(3, 9))):
        add_campaign(world, number)
    return world


def add_campaign(world: World, number: int) -> Campaign:
    """A healthy campaign on an event that never stops."""
    rng, days = world.rng, world.days
    taken = {campaign.event for campaign in world.campaigns}
    event = str(rng.choice([name for name in world.names if name not in taken]))
    level = float(np.exp(rng.uniform(np.log(30), np.log(900))))
    world.streams[event] = draw_stream(rng, world.climate, level)
    properties = [
        Property(str(name), {str(rng.choice(TYPES)): float(rng.uniform(0.9, 1.0))})
        for name in rng.permutation(PROPERTY_NAMES)[: int(rng.integers(3, 8))]
    ]
    if rng.random() < 0.5:  # a property that is null on some events
        nullable = properties[-1]
        kind = next(iter(nullable.shares))
        nullable.shares = {kind: 0.7, "null": 0.28}
    world.properties[event] = properties
    flat = np.ones(days)
    wiggle = np.exp(np.cumsum(rng.normal(0, 0.004, days)))
    campaign = Campaign(
        campaign_id=10 + number,
        name=f"{rng.choice(['Welcome', 'Nudge', 'Upgrade offer', 'Recovery', 'Thank you', 'Reminder'])} {number + 1}",
        event=event,
        source_event=event,
        reach=flat * rng.choice([1.0, 1.0, 0.98, 0.9, 0.75]),
        passing=np.minimum(flat * rng.choice([1.0, 0.97, 0.85, 0.6]) * wiggle, 1.0),
        making=flat * float(rng.choice([1, 1, 1, 2, 3])),
        losses={
            "failed": flat * rng.choice([0.0, 0.005, 0.02]),
            "undeliverable": flat * rng.choice([0.0, 0.005, 0.01]),
            "suppressed": flat * rng.choice([0.0, 0.005, 0.02]),
            "drafted": flat * 0.0,
        },
        delivered=flat * rng.uniform(0.95, 0.99),
        messages=[
            Message(
                100 * (number + 1) + index,
                [f"event.{properties[0].name}"] + ([f"event.{properties[1].name}"] if rng.random() < 0.6 else []),
                ["customer.first_name"],
            )
            for index in range(int(rng.integers(1, 4)))
        ],
        definition={"event_name": event, "filter_segment_ids": [int(rng.integers(1, 40))], "state": "running"},
    )
    world.campaigns.append(campaign)
    return campaign
