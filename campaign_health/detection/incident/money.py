"""What a break costs: sends that were missed, and the revenue that hung on them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DEFAULT_CONVERSION_RATE = 0.1
"""Share of qualifying events that convert where the manifest gives a deal value and no rate."""


SUNK_DAYS, SUNK_LEAST, SUNK_MOST = 7, 1.05, 2.5
"""Newest days over which an expectation is held against what the source used to lead to; how far it may have sunk."""


class Estimate(NamedTuple):
    """A number with its range."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class DailyMiss:
    """Expected and actual sends over some bad days, added up.

    `spread_low` and `spread_high` are variances in disguise: squared distances from each day's expectation to the
    ends of its range, added up, because the days' chances are independent of each other.
    """

    expected: float = 0.0
    actual: float = 0.0
    spread_low: float = 0.0
    spread_high: float = 0.0
    days: int = 0

    def plus(self, expected: float, low: float, high: float, actual: float) -> DailyMiss:
        """One more day; a day whose expectation is not known (NaN) adds nothing."""
        if math.isnan(expected) or math.isnan(actual):
            return self
        return DailyMiss(
            self.expected + expected,
            self.actual + actual,
            self.spread_low + (0.0 if math.isnan(low) else (expected - low) ** 2),
            self.spread_high + (0.0 if math.isnan(high) else (high - expected) ** 2),
            self.days + 1,
        )

    def minus(self, other: DailyMiss) -> DailyMiss:
        """Without some days that were added before."""
        return DailyMiss(
            max(0.0, self.expected - other.expected),
            max(0.0, self.actual - other.actual),
            max(0.0, self.spread_low - other.spread_low),
            max(0.0, self.spread_high - other.spread_high),
            max(0, self.days - other.days),
        )

    def missed(self) -> Estimate | None:
        """Expected minus actual with its range, never below zero; None while no day could be counted."""
        if self.days == 0:
            return None
        gap = self.expected - self.actual
        low, high = gap - math.sqrt(self.spread_low), gap + math.sqrt(self.spread_high)
        return Estimate(max(0.0, gap), max(0.0, low), max(0.0, high))


def sunk(expected: NDArray[np.float64], source: NDArray[np.float64], ratio: float) -> float | None:
    """How many times lower the expectation lies than what its source used to lead to; None where it does not.

    An expectation that learns on while another link is broken takes the loss for normal. `expected` sends and counts of
    the `source` of some days up to the newest, NaN where not known; `ratio`: sends per source before the break.
    """
    known = np.isfinite(expected) & np.isfinite(source)
    due, said = float(source[known].sum()) * ratio, float(expected[known].sum())
    if said <= 0 or due < SUNK_LEAST * said:
        return None
    return min(due / said, SUNK_MOST)


def missed_qualifying_events(missed_sends: Estimate, sends_per_event: float) -> Estimate:
    """Qualifying events that went unanswered, out of the sends that were missed.

    `sends_per_event` is how many messages one qualifying event normally leads to. Below one it counts as one:
    an event that leads to no message does not qualify.
    """
    per = max(1.0, sends_per_event)
    return Estimate(missed_sends.value / per, missed_sends.low / per, missed_sends.high / per)


def revenue_at_risk(
    missed_events: Estimate, deal_value: float, conversion_rate: float = DEFAULT_CONVERSION_RATE
) -> Estimate:
    """Missed qualifying events × conversion rate × deal value: 120 × 10 % × $1,200 = $14,400."""
    factor = conversion_rate * deal_value
    return Estimate(missed_events.value * factor, missed_events.low * factor, missed_events.high * factor)
