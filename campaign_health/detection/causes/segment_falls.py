"""Segments that fell to nothing, or by a step, from their daily counts of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# Every threshold of this module, with its unit.
LEAST_PEOPLE = 10  # people before: so few come and go by themselves
EMPTY_SHARE = 0.02  # of the people before: at or below it, and lastingly, nobody is left
STEP_LEFT = 0.75  # of the people before: a smaller fall is no news
LEAST_COUNTS = 5  # counts before a step, to know how a segment moves by itself
UNUSUAL = 4.0  # times the largest change that it made from count to count before
LEAST_CHANGE = 0.03  # of the people: a segment that stood still before may do so much
LEVEL_COUNTS = 14  # newest counts before the fall that show its level


@dataclass(frozen=True)
class SegmentFall:
    """One segment that lost its people between two counts and has not got them back.

    `counted_before` is the day of the last count before, `counted_on` that of the first one after; a count of the
    morning tells how the day before ended. `people_after` is the newest count.
    """

    segment_id: str
    name: str | None
    role: str
    people_before: float
    people_after: int
    counted_before: date
    counted_on: date

    @property
    def kept(self) -> float:
        """Share of the people that is left."""
        return self.people_after / self.people_before

    @property
    def is_empty(self) -> bool:
        """Whether next to nobody is left."""
        return self.kept <= EMPTY_SHARE


def find_segment_falls(counts: pd.DataFrame, as_of: date) -> list[SegmentFall]:
    """The falls of the segments of one campaign, the largest first.

    Args:
        counts: rows (segment_id, role, name, day, people), one per segment, role and day that was counted; days
            that were not are no rows.
        as_of: the last day that is looked at; the count of the next morning still tells of it.
    """
    if counts.empty:
        return []
    days = pd.to_datetime(counts["day"])
    known = counts[days <= pd.Timestamp(as_of) + pd.Timedelta(days=1)]
    found = []
    for (segment_id, role), rows in known.groupby(["segment_id", "role"]):
        rows = rows.sort_values("day")
        people = rows["people"].to_numpy(dtype=np.float64)
        cut = _cut(people)
        if cut is None:
            continue
        name = rows["name"].iloc[-1]
        stamps = pd.DatetimeIndex(pd.to_datetime(rows["day"]))
        found.append(
            SegmentFall(
                str(segment_id),
                name if isinstance(name, str) else None,
                str(role),
                _level(people[:cut]),
                int(people[-1]),
                stamps[cut - 1].date(),
                stamps[cut].date(),
            )
        )
    return sorted(found, key=lambda fall: (fall.kept, -fall.people_before))


def _level(people: NDArray[np.float64]) -> float:
    return float(np.median(people[-LEVEL_COUNTS:]))


def _cut(people: NDArray[np.float64]) -> int | None:
    """Position of the first count after the largest fall that has lasted; None where there is none."""
    if len(people) < 2:
        return None
    for cut in np.argsort(np.diff(people), kind="stable") + 1:
        if people[cut] >= people[cut - 1]:
            return None
        if _is_fall(people[:cut], people[cut:]):
            return int(cut)
    return None


def _is_fall(before: NDArray[np.float64], after: NDArray[np.float64]) -> bool:
    level = _level(before)
    if level < LEAST_PEOPLE:
        return False
    if after.max() <= EMPTY_SHARE * level:
        return True
    if len(before) < LEAST_COUNTS or after.max() > STEP_LEFT * level:
        return False
    usual = np.abs(np.diff(before[-LEVEL_COUNTS:])).max()
    return bool(before[-1] - after[0] > UNUSUAL * max(usual, LEAST_CHANGE * level))
