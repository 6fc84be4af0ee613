"""What is known of an incident and of its changes, and what a campaign's days came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from campaign_health.detection.incident.money import DailyMiss, Estimate

Evidence = tuple[Mapping[str, Any], ...]
"""Causes, best first, as they are stored: {"cause", "confidence", "sentence", "since", "facts", ...}."""

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Incident:
    """A run of bad days of one campaign, as known on the last day that was followed.

    `reopened_on` is the day whose data showed it again after it was over, `again_since` the first bad day then.
    `low_since` is the day on which the detector took the lower level as normal although the cause stood. `probability`
    is the least that any of its days had: what it shows now is no weaker than what opened it. None where it rests on no
    such number.
    """

    campaign_id: int
    opened_on: date
    detected_on: date
    kind: str
    stage: str
    last_good_day: date | None
    summary: str
    cause: str = UNKNOWN
    evidence: Evidence = ()
    recovered_on: date | None = None
    ended_on: date | None = None
    ended_how: str | None = None
    reopened_on: date | None = None
    again_since: date | None = None
    low_since: date | None = None
    probability: float | None = None
    miss: DailyMiss = field(default_factory=DailyMiss)
    sends_per_source: float | None = None
    sends_per_event: float | None = None

    @property
    def incident_id(self) -> str:
        """Stable: campaign id and first bad day."""
        return f"{self.campaign_id}-{self.opened_on.isoformat()}"

    @property
    def since(self) -> date:
        """The first day of the run of bad days that it is in, or was in last."""
        return self.again_since or self.opened_on

    @property
    def shown_on(self) -> date:
        """The day that showed it, or showed it again: on it and before it nothing can have been over."""
        return self.reopened_on or self.detected_on

    @property
    def is_open(self) -> bool:
        """Whether it had not ended on the last day that was followed."""
        return self.ended_on is None


@dataclass(frozen=True)
class Change:
    """Something that happened to an incident, by the data of `day`; `detail` as described in docs/judging.md."""

    incident_id: str
    campaign_id: int
    kind: str
    day: date
    detail: Mapping[str, Any]
    suffix: str = ""

    @property
    def change_id(self) -> str:
        """Stable: incident, kind and day, so that judging again makes the same one."""
        return f"{self.incident_id}:{self.kind}:{self.day.isoformat()}" + (f":{self.suffix}" if self.suffix else "")

    def as_row(self, news: bool) -> dict[str, Any]:
        """Its row of `incident_change`, to be announced where it is news."""
        return {
            "change_id": self.change_id,
            "incident_id": self.incident_id,
            "campaign_id": self.campaign_id,
            "kind": self.kind,
            "day": self.day,
            "detail": dict(self.detail),
            "news": news,
        }


@dataclass(frozen=True)
class BadDay:
    """What an open incident makes of a day's verdict.

    `sends_due`: where its source fell silent, the sends that it should have led to; else the day's own expectation
    holds. `probability` is the incident's, None where it has none.
    """

    kind: str
    stage: str
    cause: str
    sends_due: Estimate | None = None
    probability: float | None = None


@dataclass(frozen=True)
class Past:
    """What must be known of the days before: the incident that is open, and the last one that was over."""

    open: Incident | None = None
    last: Incident | None = None


@dataclass
class Followed:
    """What became of one campaign over the days that were followed, and the past as it is after them.

    `good_days` were called broken when they came, and turned out to be normal again: days before a recovery was sure.
    """

    past: Past
    ended: list[Incident] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    bad_days: dict[date, BadDay] = field(default_factory=dict)
    good_days: set[date] = field(default_factory=set)

    @property
    def incidents(self) -> list[Incident]:
        """All of them, the open one last."""
        return [*self.ended, self.past.open] if self.past.open else list(self.ended)
