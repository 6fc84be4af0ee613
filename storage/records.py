"""What collectors yield and storage saves: plain records, no behaviour.

Days are `datetime.date` in the workspace's zone; instants are timezone-aware `datetime` in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Source = Literal[
    "mixpanel_events",
    "mixpanel_properties",
    "mixpanel_lexicon",
    "customerio_campaigns",
    "customerio_segments",
    "customerio_metrics",
    "customerio_journeys",
    "customerio_messages",
    "customerio_broadcasts",
    "customerio_transactional",
    "customerio_newsletters",
    "route",
    "share",
]
Outcome = Literal["complete", "partial", "failed"]
CountSource = Literal["query", "export"]
TriggeredKind = Literal["broadcast", "transactional"]
"""What a product's own code triggers by Customer.io's API: a broadcast, or a transactional message."""

SOURCES: tuple[Source, ...] = (
    "mixpanel_events",
    "mixpanel_properties",
    "mixpanel_lexicon",
    "customerio_campaigns",
    "customerio_segments",
    "customerio_metrics",
    "customerio_journeys",
    "customerio_messages",
    "customerio_broadcasts",
    "customerio_transactional",
    "customerio_newsletters",
)
CORE_SOURCES: tuple[Source, ...] = (
    "mixpanel_events",
    "customerio_campaigns",
    "customerio_metrics",
    "customerio_journeys",
)
"""The sources without which campaigns cannot be judged."""

CLOCK_AHEAD = "clock_ahead_seconds"
"""In a record's details, where a run was refused: how far this machine's clock was ahead; negative: behind."""


@dataclass(frozen=True)
class Collected:
    """What rows are saved under: their workspace, the run that asked for them, and when it was answered."""

    workspace: str
    run_id: str
    at: datetime


@dataclass(frozen=True)
class EventCounts:
    """Daily counts of one event over a whole window; a day that is not in `counts` had none (0)."""

    event: str
    counts: Mapping[date, int]
    source: CountSource


@dataclass(frozen=True)
class PropertyProfile:
    """Properties of one event on one day: share of its events that carried each (property, JSON type).

    `parts` are its events by (library, operating system, app version), an empty text where an event carried none.
    """

    event: str
    day: date
    events_read: int
    sampled: bool
    shares: Mapping[tuple[str, str], float]
    parts: Mapping[tuple[str, str, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class DefinitionRecord:
    """What the Lexicon declares of an event (`property` empty) or of one of its properties."""

    event: str
    property: str
    type: str | None
    display_name: str | None
    hidden: bool
    dropped: bool


@dataclass(frozen=True)
class MessageRecord:
    """One message (Customer.io: action) of a campaign and the Liquid variables it uses; never its text."""

    message_id: int
    name: str | None
    type: str
    sending_state: str | None
    required_variables: Sequence[str]
    optional_variables: Sequence[str]
    problem: str | None
    updated: datetime | None


@dataclass(frozen=True)
class CampaignRecord:
    """A campaign's definition as read. `messages` is None where its actions could not be read this time."""

    campaign_id: int
    name: str
    state: str
    active: bool | None
    trigger_kind: str
    event: str | None
    tags: Sequence[str]
    created: datetime | None
    first_started: datetime | None
    updated: datetime | None
    definition: Mapping[str, Any]
    messages: Sequence[MessageRecord] | None = None


@dataclass(frozen=True)
class SegmentRecord:
    """A segment as listed; what it does not say is None."""

    segment_id: int
    name: str | None
    type: str | None
    state: str | None


@dataclass(frozen=True)
class CampaignMetrics:
    """Daily metric series of one campaign: `series[name][i]` belongs to `days[i]`; `sent` is always there."""

    campaign_id: int
    days: Sequence[date]
    series: Mapping[str, Sequence[int | None]]


@dataclass(frozen=True)
class MessageMetrics:
    """Daily metric series of one message: `series[name][i]` belongs to `days[i]`; `sent` is always there."""

    campaign_id: int
    message_id: int
    days: Sequence[date]
    series: Mapping[str, Sequence[int | None]]


@dataclass(frozen=True)
class JourneyMetrics:
    """Daily journey series of one campaign: `series[name][i]` belongs to `days[i]`; `started` is always there."""

    campaign_id: int
    days: Sequence[date]
    series: Mapping[str, Sequence[int | None]]


@dataclass(frozen=True)
class CampaignFailures:
    """The distinct failure messages of a campaign's newest failed deliveries."""

    campaign_id: int
    failure_messages: Sequence[str]


@dataclass(frozen=True)
class TriggeredRecord:
    """An API-triggered broadcast or a transactional message as listed; what it does not say is None.

    `state` is a broadcast's; `queues_drafts` says of a transactional message that it makes drafts and sends none.
    """

    kind: TriggeredKind
    object_id: int
    name: str
    state: str | None
    queues_drafts: bool | None
    tags: Sequence[str]
    created: datetime | None
    first_started: datetime | None
    updated: datetime | None


@dataclass(frozen=True)
class TriggeredMetrics:
    """Daily metric series of a broadcast or transactional message: `series[name][i]` belongs to `days[i]`, a calendar
    day of US Eastern time; `sent` is always there."""

    object_id: int
    days: Sequence[date]
    series: Mapping[str, Sequence[int | None]]


@dataclass(frozen=True)
class NewsletterRecord:
    """A newsletter as listed. `sent_at` is when it was last sent; None where it was not, or the list does not say."""

    newsletter_id: int
    name: str
    channel: str | None
    tags: Sequence[str]
    created: datetime | None
    updated: datetime | None
    sent_at: datetime | None


@dataclass(frozen=True)
class CampaignGone:
    """A campaign that answered 404: deleted since it was listed."""

    campaign_id: int


@dataclass(frozen=True)
class CampaignRefused:
    """A campaign that could not be read, and why; its days stay not collected."""

    campaign_id: int
    reason: str


@dataclass(frozen=True)
class CollectionRecord:
    """How one source of one run went."""

    run_id: str
    workspace: str
    source: Source
    started_at: datetime
    ended_at: datetime
    outcome: Outcome
    first_day: date | None
    last_day: date | None
    requests: int
    rows: int
    error: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
