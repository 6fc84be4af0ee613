"""What the digest is built from: incidents, their changes, failed sources and a count of the rest, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class IncidentNow:
    """One incident as it stands.

    `sends` are the newest days' sends, oldest first, None where not collected. `counted_days` are the days over which
    its missed sends were added up, None where there is none. `days` are all its days so far.
    """

    incident_id: str
    campaign_id: int
    campaign: str
    status: str
    kind: str
    opened_on: date
    recovered_on: date | None
    summary: str
    cause: str
    cause_sentence: str
    next_step: str
    missed_sends: float | None
    missed_sends_low: float | None
    missed_sends_high: float | None
    revenue_at_risk: float | None
    revenue_at_risk_low: float | None
    revenue_at_risk_high: float | None
    owner: str | None
    tags: tuple[str, ...]
    acknowledged_by: str | None
    muted_by: str | None
    muted_reason: str | None
    muted_until: date | None
    expected_by: str | None
    expected_reason: str | None
    sends: tuple[float | None, ...]
    counted_days: int | None = None
    days: int = 1

    @property
    def dollars_a_week(self) -> float | None:
        """Revenue at risk, as a week of the days that were counted; None without a deal value."""
        return None if self.revenue_at_risk is None else self.revenue_at_risk / (self.counted_days or self.days) * 7

    @property
    def missed_a_day(self) -> float | None:
        """Missed sends on each of the days that were counted."""
        return None if self.missed_sends is None else self.missed_sends / (self.counted_days or self.days)


@dataclass(frozen=True)
class Change:
    """One stored change of an incident that has not been announced on a channel yet."""

    change_id: str
    incident_id: str
    kind: str
    day: date
    news: bool


@dataclass(frozen=True)
class FailedSource:
    """An unbroken run of failures of one source, up to the newest run.

    `change_id` is the same for all of that run; `told` says whether the channel has heard of it.
    """

    change_id: str
    source: str
    first_day: date
    last_day: date
    error: str
    told: bool = False


@dataclass(frozen=True)
class Gap:
    """The newest days of which a campaign has no numbers. `sources` are those that lack for the last of them."""

    campaign_id: int
    campaign: str
    first_day: date
    last_day: date
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Situation:
    """All of one workspace at the moment of the digest. `counts` is the number of campaigns by newest status."""

    workspace: str
    incidents: tuple[IncidentNow, ...]
    changes: tuple[Change, ...]
    failed_sources: tuple[FailedSource, ...]
    counts: dict[str, int]
    judged_day: date | None
    gaps: tuple[Gap, ...] = ()
