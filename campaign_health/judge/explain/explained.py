"""What `explain` says, as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from campaign_health.detection.explain.explanation import Step

HISTORY = "history"
"""The upstream of an event that is judged against its own history."""


@dataclass(frozen=True)
class LinkDay:
    """One link of the chain on one day. `evidence` and `threshold`: how many times likelier broken than healthy."""

    day: date
    upstream: float | None
    downstream: float | None
    expected: float | None
    expected_low: float | None
    expected_high: float | None
    probability: float | None
    evidence: float | None
    threshold: float | None
    status: str


@dataclass(frozen=True)
class LinkExplained:
    """A link on the day and the days before it, what that says in a sentence, and how it was reckoned.

    Where the event itself broke, the first of them is the event against its own history: `upstream` is `history`,
    and its days have no upstream.
    """

    upstream: str
    downstream: str
    stage: str
    sentence: str
    broken: bool
    began_on: date | None
    days: Sequence[LinkDay]
    calculation: Sequence[Step]


@dataclass(frozen=True)
class Explanation:
    """Why a campaign has the verdict it has. `event`: that day's; `steps` say it in order, `conclusion` sums it up.

    `why` and `next_step` are those of its incident as known now; None where it has none.
    """

    workspace: str
    campaign_id: int
    campaign: str
    event: str | None
    event_from: str
    day: date
    status: str | None
    stage: str | None
    cause: str | None
    incident_id: str | None
    steps: Sequence[str]
    conclusion: str
    links: Sequence[LinkExplained]
    why: str | None = None
    next_step: str | None = None
