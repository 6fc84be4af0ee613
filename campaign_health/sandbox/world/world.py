"""A world: what truly happened, day by day, for the sandbox's services to tell.

Numbers are per calendar day in the workspace's time zone, the last days' ones included that are not over yet;
what the services show of them depends on their clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np

from campaign_health.sandbox.world.counting import Counts
from campaign_health.sandbox.world.day_bounds import Instants, day_starts, midnight
from campaign_health.sandbox.world.received import Received


class _Missing:
    """Stands in a property's values for an event that does not carry the property."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()


@dataclass(frozen=True)
class Property:
    """One property of an event and the values it takes, in turn.

    The k-th event of a day carries ``values[(k * stride) % len(values)]``. Properties with the same stride and
    number of values vary together. A change of type is two properties of one name, one with ``until``, one with
    ``since`` (day indexes, ``until`` not included).
    """

    name: str
    values: tuple[Any, ...]
    stride: int = 1
    since: int | None = None
    until: int | None = None

    def on(self, day: int) -> bool:
        """Whether it exists on that day."""
        return (self.since is None or day >= self.since) and (self.until is None or day < self.until)

    def value(self, number: int) -> Any:
        """What the event of that number within the day carries, or `MISSING`."""
        return self.values[(number * self.stride) % len(self.values)]


@dataclass
class EventTruth:
    """A Mixpanel event: counts per day, of which ``hot_shard`` were renamed by the hot-shard limit."""

    name: str
    daily: Counts
    properties: tuple[Property, ...] = ()
    hot_shard: Counts | None = None


@dataclass(frozen=True)
class Message:
    """One message of a campaign, with its Liquid."""

    id: int
    name: str
    type: str = "email"
    subject: str = ""
    body: str = ""
    recipient: str = "{{customer.email}}"
    sending_state: str = "automatic"
    url: str = ""


@dataclass(frozen=True)
class DefinitionChange:
    """An edit of a campaign: fields set to new values at an instant; with ``message``, fields of that message."""

    at: datetime
    fields: Mapping[str, Any]
    message: int | None = None


@dataclass(frozen=True)
class FailureText:
    """What Customer.io says of the messages that failed from one day index to another (not included)."""

    text: str
    since: int = 0
    until: int | None = None


@dataclass
class CampaignTruth:
    """A Customer.io campaign: its definition as created, later edits, and numbers per day.

    ``series`` are message metrics, ``journeys`` journey metrics; one that is missing is zero on each day.
    ``message_series`` are the metrics of single messages, where they are not equal parts of the campaign's.
    """

    id: int
    name: str
    event_name: str | None
    created: datetime
    first_started: datetime | None
    series: dict[str, Counts]
    journeys: dict[str, Counts] = field(default_factory=dict)
    messages: tuple[Message, ...] = ()
    state: str = "running"
    tags: tuple[str, ...] = ()
    description: str = ""
    trigger_segment_ids: tuple[int, ...] = ()
    filter_segment_ids: tuple[int, ...] = ()
    changes: tuple[DefinitionChange, ...] = ()
    failures: tuple[FailureText, ...] = ()
    message_series: dict[int, dict[str, Counts]] = field(default_factory=dict)

    def series_of(self, message: int) -> dict[str, Counts]:
        """The metrics of one message: its own where the world has them, else an equal part of the campaign's."""
        if self.message_series:
            return self.message_series.get(message, {})
        place, several = [one.id for one in self.messages].index(message), len(self.messages)
        return {name: (daily + several - 1 - place) // several for name, daily in self.series.items()}


@dataclass
class TriggeredTruth:
    """An API-triggered broadcast or a transactional message, and its metrics per day of the workspace."""

    id: int
    name: str
    created: datetime
    series: dict[str, Counts]
    first_started: datetime | None = None
    state: str = "running"
    tags: tuple[str, ...] = ()
    queue_drafts: bool = False
    updated: datetime | None = None


@dataclass(frozen=True)
class NewsletterTruth:
    """A newsletter, and when it was or will be sent."""

    id: int
    name: str
    created: datetime
    sent_at: datetime | None = None
    channel: str = "email"


@dataclass(frozen=True)
class Arrivals:
    """How a day's final number becomes known: its share seen on the day itself, one day later, and so on.

    Ages past the end have the last share, which is 1 for everything that arrives in the end.
    """

    shares: tuple[float, ...]

    def seen(self, daily: Counts, today: int) -> Counts:
        """``daily`` (last axis: day indexes from 0) as known on day ``today``."""
        ages = np.clip(today - np.arange(daily.shape[-1]), 0, len(self.shares) - 1)
        known: Counts = np.floor(daily * np.asarray(self.shares)[ages] + 1e-9).astype(np.int64)
        return known


@dataclass
class PeopleTruth:
    """What is odd about some people, by their ids; everybody else is in Customer.io, with an address, and subscribed.

    Messages to those who are `forgotten` name nobody, and those to whoever is `failing` fail, and those to whoever
    is `bouncing` are sent and come back. `members` are those of manual segments, by the segment's id.
    """

    unsubscribed: frozenset[str] = frozenset()
    without_address: frozenset[str] = frozenset()
    not_there: frozenset[str] = frozenset()
    forgotten: frozenset[str] = frozenset()
    suppressed: frozenset[str] = frozenset()
    failing: frozenset[str] = frozenset()
    bouncing: frozenset[str] = frozenset()
    members: dict[int, set[str]] = field(default_factory=dict)


@dataclass
class World:
    """Everything the services know. ``now`` is where their clock starts; the world itself has no clock.

    ``segment_people`` is how many people a segment holds during each day; a listed segment without it holds nobody.
    """

    time_zone: str
    first_day: date
    days: int
    now: datetime
    events: dict[str, EventTruth]
    campaigns: dict[int, CampaignTruth]
    schemas: list[dict[str, Any]] = field(default_factory=list)
    segments: list[dict[str, Any]] = field(default_factory=list)
    segment_people: dict[int, Counts] = field(default_factory=dict)
    broadcasts: dict[int, TriggeredTruth] = field(default_factory=dict)
    transactional: dict[int, TriggeredTruth] = field(default_factory=dict)
    newsletters: list[NewsletterTruth] = field(default_factory=list)
    arrivals: dict[str, Arrivals] = field(default_factory=dict)
    time_storage: Literal["utc", "project"] = "utc"
    people: PeopleTruth = field(default_factory=PeopleTruth)
    received: Received = field(default_factory=Received)
    duplicate_every: int = 100
    project_id: int = 4242
    project_name: str = "Sandbox"

    @cached_property
    def zone(self) -> ZoneInfo:
        """The workspace's time zone."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def starts(self) -> Instants:
        """Unix seconds of each day's start, and of the last day's end."""
        return day_starts(self.first_day, self.days, self.zone)

    @property
    def last_day(self) -> date:
        """The last day the world has numbers for; it may lie after the clock."""
        return self.first_day + timedelta(days=self.days - 1)

    def index(self, day: date) -> int:
        """The day's index in the world's arrays; negative or past their end for a day outside."""
        return (day - self.first_day).days

    def day(self, index: int) -> date:
        """The day of an index."""
        return self.first_day + timedelta(days=index)

    def today(self, now: datetime) -> date:
        """The calendar day of an instant in the workspace's zone."""
        return now.astimezone(self.zone).date()

    def start_of(self, day: date) -> int:
        """Unix seconds of the day's start in the workspace's zone."""
        return midnight(day, self.zone)

    def seen(self, kind: str, daily: Counts, now: datetime) -> Counts:
        """``daily`` as known at ``now`` where numbers of this kind arrive late; the future is still in it."""
        arrivals = self.arrivals.get(kind)
        return arrivals.seen(daily, self.index(self.today(now))) if arrivals else daily
