"""A campaign's chain of numbers before and since the break: how much of each link was kept, and where the rest went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from campaign_health.detection.causes.case import BrokenCampaign

Numbers = NDArray[np.float64]

DAYS_BEFORE = 28  # known days that show how it was
MOST_SCATTER = 3.0  # times what chance and the usual unrest explain: above it, days do not keep one share
UNREST = 0.15  # of the share kept, by which it may waver beyond chance
EVENT_UNREST = 0.3  # of an event's count, which wavers by itself as well


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
        self.never_otherwise = case.never_otherwise
        numbers = case.numbers
        if "day" in numbers.columns:
            numbers = numbers.set_index("day")
        days = pd.DatetimeIndex(pd.to_datetime(numbers.index)).to_numpy().astype("datetime64[D]")
        order = np.argsort(days, kind="stable")
        order = order[days[order] <= np.datetime64(case.as_of, "D")]
        days = days[order]
        self._cut = int(np.searchsorted(days, np.datetime64(case.since, "D")))
        self._weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday; Monday = 0
        self._columns: dict[str, Numbers] = {
            str(name): pd.to_numeric(numbers[name], errors="coerce").to_numpy(np.float64, na_value=np.nan)[order]
            for name in numbers.columns
        }

    def series(self, name: str) -> Series | None:
        """One series before and since; None where it was never collected on either side."""
        values = self._columns.get(name)
        if values is None:
            return None
        before, since = _known(values[: self._cut])[-DAYS_BEFORE:], _known(values[self._cut :])
        if not len(since):
            return None
        mean = float(before.mean()) if len(before) else 0.0
        return Series(mean, float(since.mean()), len(before), len(since))

    def weeks_before(self, name: str, weeks: int) -> list[float] | None:
        """Daily means of the weeks before the break, newest first; None where one of them is hardly known."""
        values = self._columns.get(name)
        if values is None or self._cut < 7 * weeks:
            return None
        found = [_known(values[self._cut - 7 * (week + 1) : self._cut - 7 * week]) for week in range(weeks)]
        return None if any(len(days) < 4 for days in found) else [float(days.mean()) for days in found]

    def usual_on_same_weekdays(self, name: str, newest: int | None = None) -> float | None:
        """What the days since the break (or the newest of them) would have summed to, by eight weeks of weekdays."""
        values = self._columns.get(name)
        if values is None:
            return None
        known = np.flatnonzero(np.isfinite(values))
        before, since = known[known < self._cut][-56:], known[known >= self._cut]
        since = since if newest is None else since[-newest:]
        if len(before) < 5 or not len(since):
            return None
        weekday, overall = self._weekday[before], float(values[before].mean())
        usual = [values[before][weekday == day] for day in range(7)]
        means = [float(of_day.mean()) if len(of_day) else overall for of_day in usual]
        return float(sum(means[day] for day in self._weekday[since]))

    def rate(self, part: str | Sequence[str], whole: str) -> tuple[float, float, float] | None:
        """Part over whole before and since the break, and the whole's count since; over days with both known."""
        parts = [part] if isinstance(part, str) else list(part)
        present = [self._columns[name] for name in parts if name in self._columns]
        total = self._columns.get(whole)
        if not present or total is None:
            return None
        sum_of_parts = np.sum(present, axis=0)
        known = np.flatnonzero(np.isfinite(sum_of_parts) & np.isfinite(total))
        before, since = known[known < self._cut][-2 * DAYS_BEFORE :], known[known >= self._cut]
        if not len(since):
            return None
        sums = [(float(sum_of_parts[days].sum()), float(total[days].sum())) for days in (before, since)]
        shares = [part_sum / whole_sum if whole_sum > 0 else 0.0 for part_sum, whole_sum in sums]
        return shares[0], shares[1], sums[1][1]

    def kept(self, part: str, whole: str) -> float | None:
        """How much of the former part-to-whole ratio is left: 1 all, 0 nothing. None where unknown or too few."""
        rate = self.rate(part, whole)
        if rate is None or rate[0] <= 0 or rate[2] * rate[0] < 3:
            return None
        return rate[1] / rate[0]

    def event_kept(self, newest: int | None = None) -> float | None:
        """Events since the break (or on its newest days) over what those weekdays brought before; None where few."""
        values, usual = self._columns.get("events"), self.usual_on_same_weekdays("events", newest)
        if values is None or usual is None or usual < 3:
            return None
        since = _known(values[self._cut :])
        return float((since if newest is None else since[-newest:]).sum() / usual)

    def steady_since(self, part: str, whole: str) -> bool:
        """Whether every day since the break kept about the same share of the former part-to-whole ratio.

        A lasting share scatters as a coin does (binomially), and little more. One day alone cannot waver.
        """
        parts, wholes, rate = self._columns.get(part), self._columns.get(whole), self.rate(part, whole)
        if parts is None or wholes is None or rate is None or rate[0] <= 0:
            return False
        usual = wholes[self._cut :] * rate[0]
        known = np.isfinite(parts[self._cut :]) & np.isfinite(usual) & (usual > 0)
        share = np.clip(rate[1] / rate[0], 0.0, 1.0)
        return _steady(parts[self._cut :][known], usual[known], float(share * (1.0 - share)), UNREST)

    def event_steady_since(self) -> bool:
        """The same of the event's count against what its weekdays brought before."""
        values = self._columns.get("events")
        if values is None:
            return False
        before = np.flatnonzero(np.isfinite(values[: self._cut]))[-56:]
        since = self._cut + np.flatnonzero(np.isfinite(values[self._cut :]))
        if not len(before) or not len(since):
            return False
        means = [values[before][self._weekday[before] == day] for day in range(7)]
        overall = float(values[before].mean())
        usual = np.array([means[day].mean() if len(means[day]) else overall for day in self._weekday[since]])
        come = usual > 0
        return _steady(values[since][come], usual[come], 1.0, EVENT_UNREST)


def _steady(seen: Numbers, usual: Numbers, chance: float, unrest: float) -> bool:
    """Whether the days keep one share of the usual: `chance` is the variance of one of the usual, over its share."""
    if len(seen) < 2:
        return True
    expected = usual * seen.sum() / usual.sum()
    variance = np.maximum(usual * chance, 1.0) + (unrest * expected) ** 2
    return bool(((seen - expected) ** 2 / variance).sum() / (len(seen) - 1) <= MOST_SCATTER)


def _known(values: Numbers) -> Numbers:
    return values[np.isfinite(values)]
