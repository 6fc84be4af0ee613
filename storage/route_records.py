"""What collectors hand to storage of the route's numbers: no person is in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class RecoveryRecord:
    """Who missed a campaign's message from `since` to `until`, in numbers of people, and what was done about it.

    `put_into_segment`, `replayed` (their own event was sent again) and `in_broadcast` are those of all runs; of none,
    `segment_id` and what follows are None. `stopped` is why the newest run left the others alone after the first few.
    """

    campaign_id: int
    since: date
    until: date
    looked_at: datetime
    should_have: int
    reached: int
    missed: int
    can_be_reached: int
    put_into_segment: int
    segment_id: int | None
    segment: str | None
    put_by: str | None
    put_at: datetime | None
    replayed: int = 0
    in_broadcast: int = 0
    stopped: str | None = None


@dataclass(frozen=True)
class PromiseHourRecord:
    """One hour of a campaign's events, and how soon their messages followed. `hour` and `proved_at` in UTC.

    `qualifying` = `sent` + `not_sent` + `unknown`. None: `delivered` and `failed` where no reports are kept,
    `within_promise` where nothing is promised, the percentiles (in seconds) where nothing was sent.
    """

    campaign_id: int
    event: str
    hour: datetime
    qualifying: int
    sent: int
    delivered: int | None
    failed: int | None
    not_sent: int
    unknown: int
    p50_seconds: float | None
    p95_seconds: float | None
    p99_seconds: float | None
    within_promise: int | None
    promise_seconds: float | None
    state: str
    proved_at: datetime
