"""A campaign's chain of numbers before and since the break: how much of each link was kept, and where the rest went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from campaign_health.detection.causes.case import BrokenCampaign

DAYS_BEFORE = 28  # known days that show how it was


@dataclass(frozen=True)
class Series:
    """One number before and since the break: daily means, sums and known days. None of it where not collected."""

    before: float
    since: float
    days_before: int
    days_since: int

    @property
    def total_before(self) -> float:
        """Sum over the days before."""
        return self.before * self.days_before

    @property
    def total_since(self) -> float:
        """Sum since the break."""
        return self.since * self.days_since


class Chain:
    """The numbers of a case, cut at its first bad day."""

    def __init__(self, case: BrokenCampaign) -> None:
        numbers = case.numbers
        if "day" in numbers.columns:
            numbers = numbers.set_index("day")
        if len(numbers):
            numbers = numbers.set_axis(pd.DatetimeIndex(pd.to_datetime(numbers.index)), axis=0).sort_index()
            numbers = numbers[numbers.index <= pd.Timestamp(case.as_of)]
        self.numbers = numbers
        self._since = pd.Timestamp(case.since)

    def series(self, name: str) -> Series | None:
        """One series before and since; None where it was never collected on either side."""
        values = self._values(name)
        if values is None:
            return None
        before = values[values.index < self._since].tail(DAYS_BEFORE)
        since = values[values.index >= self._since]
        if not len(since):
            return None
        mean = float(before.mean()) if len(before) else 0.0
        return Series(mean, float(since.mean()), len(before), len(since))

    def usual_on_same_weekdays(self, name: str, newest: int | None = None) -> float | None:
        """What the days since the break (or the newest of them) would have summed to, by weekday means of eight weeks before."""
        values = self._values(name)
        if values is None:
            return None
        before = values[values.index < self._since].tail(56)
        since = values[values.index >= self._since]
        since = since if newest is None else since.tail(newest)
        if len(before) < 5 or not len(since):
            return None
        by_weekday = before.groupby(before.index.dayofweek).mean()
        return float(sum(by_weekday.get(day, before.mean()) for day in since.index.dayofweek))

    def _values(self, name: str) -> pd.Series[float] | None:
        if name not in self.numbers.columns:
            return None
        values = pd.to_numeric(self.numbers[name], errors="coerce").dropna().astype(float)
        return values if len(values) else None

    def rate(self, part: str | Sequence[str], whole: str) -> tuple[float, float, float] | None:
        """Part over whole before and since the break, and the whole's count since; over days on which both are known."""
        parts = [part] if isinstance(part, str) else list(part)
        present = [name for name in parts if name in self.numbers.columns]
        if not present or whole not in self.numbers.columns:
            return None
        both = self.numbers[[*present, whole]].apply(pd.to_numeric, errors="coerce").dropna().astype(float)
        before = both[both.index < self._since].tail(2 * DAYS_BEFORE)
        since = both[both.index >= self._since]
        if not len(since):
            return None
        sums = [(frame[present].sum().sum(), frame[whole].sum()) for frame in (before, since)]
        shares = [part_sum / whole_sum if whole_sum > 0 else np.nan for part_sum, whole_sum in sums]
        return float(np.nan_to_num(shares[0])), float(np.nan_to_num(shares[1])), float(sums[1][1])

    def kept(self, part: str, whole: str) -> float | None:
        """How much of the former part-to-whole ratio is left: 1 all, 0 nothing. None where unknown or too few to say."""
        rate = self.rate(part, whole)
        if rate is None or rate[0] <= 0 or rate[2] * rate[0] < 3:
            return None
        return rate[1] / rate[0]

    def event_kept(self, newest: int | None = None) -> float | None:
        """Events since the break (or on its newest days) over what the same weekdays brought before; None where too few."""
        values, usual = self._values("events"), self.usual_on_same_weekdays("events", newest)
        if values is None or usual is None or usual < 3:
            return None
        since = values[values.index >= self._since]
        return float((since if newest is None else since.tail(newest)).sum() / usual)
