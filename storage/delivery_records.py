"""What collectors hand to storage of what the route carries: no person is in it. Instants in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class RouteEventRecord:
    """One event that is moved, under which name and in which mode, and how many of it became what so far."""

    event: str
    sent_as: str
    mode: str
    received: int
    waiting: int
    held: int
    dead: int
    delivered: int
    shadowed: int
    suppressed_once: int
    dropped: int
    expired: int


@dataclass(frozen=True)
class RouteDayRecord:
    """What became of one event's events that were received on a day (UTC); None: no export was read."""

    event: str
    day: date
    received: int
    waiting: int
    delivered: int
    shadowed: int
    held: int
    dead: int
    dropped: int
    expired: int
    suppressed_once: int
    only_by_export: int | None
    state: str


@dataclass(frozen=True)
class LetterGroupRecord:
    """How many of an event could not be delivered for one reason, when first and last, and what would mend it."""

    event: str
    reason: str
    field: str
    count: int
    first: datetime
    last: datetime
    mended_by: str | None


@dataclass(frozen=True)
class HoldRecord:
    """One event that is kept back, why and since when, how many wait and when the first of them is of no use."""

    event: str
    kind: str
    why: str
    field: str
    since: datetime
    waiting: int
    first_expires: datetime | None
    candidate_of: str | None
    by_hand: bool
    mended_by: str | None


@dataclass(frozen=True)
class SourceAgeRecord:
    """How many seconds old the events of one source are when they are received: half of them at most so many, ..."""

    source: str
    events: int
    p50_seconds: float
    p95_seconds: float
    p99_seconds: float
    since: datetime


@dataclass(frozen=True)
class ExperimentArmRecord:
    """One arm of a campaign's experiment: `at_once`, or `held_back` until a daily hour (`09:00`).

    `share` of the people, from 0 to 1, are in it. Of the `assigned`, for the `observed` the seconds are over within
    which they might convert, and of these `converted` did: with an event, or (`converted_by` is None) as Customer.io
    reports. `waiting` are its events that wait for the hour now.
    """

    campaign_id: int
    arm: str
    event: str
    share: float
    held_until: str
    converted_by: str | None
    within_seconds: float
    assigned: int
    observed: int
    converted: int
    waiting: int
    since: datetime | None


@dataclass(frozen=True)
class CohortRecord:
    """One cohort and its segment in Customer.io.

    `people` are in it as was told last, `applied` those whom the segment is to hold, `in_segment` those whom it holds
    as far as is known, `unknown` those whom Customer.io does not know, and `nobody` those of whom nothing was told by
    which it could. `counted` is what Customer.io says. Since `held_since` a loss of half or more is kept back.
    """

    cohort: str
    source: str
    name: str
    mode: str
    is_whole: bool
    people: int
    applied: int
    in_segment: int
    to_add: int
    to_remove: int
    unknown: int
    nobody: int
    segment_id: int | None
    counted: int | None
    heard_at: datetime | None
    completed_at: datetime | None
    held_since: datetime | None
    trouble: str


@dataclass(frozen=True)
class Delivery:
    """All of it of one workspace, as it was at `noted_at`; `breaker` says whether Customer.io was asked."""

    noted_at: datetime
    breaker: str
    oldest_waiting_at: datetime | None
    events: Sequence[RouteEventRecord]
    days: Sequence[RouteDayRecord]
    letters: Sequence[LetterGroupRecord]
    holds: Sequence[HoldRecord]
    sources: Sequence[SourceAgeRecord]
    experiments: Sequence[ExperimentArmRecord] = ()
    cohorts: Sequence[CohortRecord] = ()
