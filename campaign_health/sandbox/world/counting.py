"""Daily numbers read at any instant: how many had happened by then.

A world holds one number per calendar day. Within the day the number is spread along a fixed daily rhythm, so
that every bucket of every zone, half-hour zones and days of 23 or 25 hours included, is the difference of one
cumulative function. The buckets of a whole day always add up to that day's number.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from campaign_health.sandbox.world.day_bounds import Instants

Counts = npt.NDArray[np.int64]

# How busy each twenty-fourth of a day is: quiet at night, two humps in working hours.
_BUSY = np.array([2, 1, 1, 1, 1, 2, 3, 5, 8, 11, 12, 12, 10, 11, 12, 12, 11, 9, 7, 6, 6, 5, 4, 3], dtype=float)
RHYTHM = np.concatenate(([0.0], np.cumsum(_BUSY) / _BUSY.sum()))
_SHARE_OF_DAY = np.linspace(0.0, 1.0, len(RHYTHM))


def happened_before(daily: Counts, starts: Instants, instants: Instants) -> Counts:
    """How many of ``daily`` had happened before each instant.

    Args:
        daily: counts per day, shape ``(..., days)``.
        starts: Unix seconds of the days' starts and the last day's end, ``days + 1`` of them.
        instants: Unix seconds, any order.

    Returns:
        Shape ``(..., len(instants))``; grows with the instant and is exact at each day's bounds.
    """
    days = daily.shape[-1]
    index = np.clip(np.searchsorted(starts, instants, side="right") - 1, 0, days - 1)
    share = np.clip((instants - starts[index]) / (starts[index + 1] - starts[index]), 0.0, 1.0)
    within = np.floor(daily[..., index] * np.interp(share, _SHARE_OF_DAY, RHYTHM) + 0.5).astype(np.int64)
    totals = np.zeros((*daily.shape[:-1], days + 1), dtype=np.int64)
    np.cumsum(daily, axis=-1, out=totals[..., 1:])
    return np.asarray(totals[..., index] + within, dtype=np.int64)


def happened_between(daily: Counts, starts: Instants, bounds: Instants, now: int) -> Counts:
    """Counts of the buckets between consecutive ``bounds``; nothing after ``now`` is seen."""
    return np.diff(happened_before(daily, starts, np.minimum(bounds, now)), axis=-1)


def instants_of(count: int, start: int, end: int) -> npt.NDArray[np.float64]:
    """When each of ``count`` things of the day from ``start`` to ``end`` happened, in order, in Unix seconds.

    Agrees with `happened_before`: the k-th is counted from its own instant on.
    """
    share = (np.arange(count) + 0.5) / count if count else np.empty(0)
    return start + np.interp(share, RHYTHM, _SHARE_OF_DAY) * (end - start)
