"""The delay profiles between which the detector chooses: which share of the sends comes how many days late."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
LAGS = 32  # days: today and the month before
NEAR_LAGS = 8  # days of them that must be known before a day teaches anything about the delay


def _late(*days: int) -> list[float]:
    """One equal part of the sends on each of these days."""
    return [days.count(lag) / len(days) for lag in range(LAGS)]


def _spread(*shares: float) -> list[float]:
    return [*shares, *[0.0] * (LAGS - len(shares))]


_SHARES_AND_PRIOR: tuple[tuple[list[float], float], ...] = (
    (_spread(1.0), 0.70),
    (_spread(0.9, 0.1), 0.05),
    (_spread(0.7, 0.3), 0.05),
    (_spread(0.5, 0.5), 0.03),
    *((_late(days), 0.03) for days in (1, 2, 3)),
    *((_late(days), 0.02) for days in (4, 5, 6, 7)),
    # Waits of weeks, and series of messages over days and weeks.
    *((_late(days), 0.002) for days in (8, 9, 10, 12, 14, 15, 20, 21, 28, 30)),
    *((_late(*days), 0.002) for days in ((0, 3, 7), (0, 7, 14), (0, 7, 14, 21), (0, 7, 14, 30), tuple(range(30)))),
)
PROFILES: FloatArray = np.array([shares for shares, _ in _SHARES_AND_PRIOR])
LOG_PRIOR: FloatArray = np.log(np.array([prior for _, prior in _SHARES_AND_PRIOR]))

# One profile after another rather than one product of matrices: most have one lag, and small products that are spread
# over the processors cost more than they save.
_ALONE = np.flatnonzero((PROFILES > 0).sum(axis=1) == 1)
_LAG_OF_ALONE = PROFILES[_ALONE].argmax(axis=1)
_TOGETHER = [
    (number, np.flatnonzero(PROFILES[number]), PROFILES[number][PROFILES[number] > 0][:, None])
    for number in np.flatnonzero((PROFILES > 0).sum(axis=1) > 1)
]


def exposures(counts: FloatArray) -> FloatArray:
    """The events that each profile lets be sent for today, `[profiles, pairs]`, of the counts by lag."""
    result = np.empty((len(PROFILES), counts.shape[1]))
    result[_ALONE] = counts[_LAG_OF_ALONE]
    for number, lags, shares in _TOGETHER:
        result[number] = (shares * counts[lags]).sum(axis=0)
    return result


def mixed(weights: FloatArray) -> FloatArray:
    """The share of each lag, `[lags, pairs]`, of profiles that are so likely."""
    result = np.zeros((LAGS, weights.shape[1]))
    result[_LAG_OF_ALONE] = weights[_ALONE]
    for number, lags, shares in _TOGETHER:
        result[lags] += shares * weights[number]
    return result
