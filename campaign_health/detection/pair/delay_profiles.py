"""The delay profiles between which the detector chooses: which share of the sends comes how many days late."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
LAGS = 8  # days: today and the seven before
_SHARES_AND_PRIOR: tuple[tuple[tuple[float, ...], float], ...] = (
    ((1.0,), 0.70),
    ((0.9, 0.1), 0.05),
    ((0.7, 0.3), 0.05),
    ((0.5, 0.5), 0.03),
    ((0.0, 1.0), 0.03),
    ((0.0, 0.0, 1.0), 0.03),
    ((0.0, 0.0, 0.0, 1.0), 0.03),
    ((0.0, 0.0, 0.0, 0.0, 1.0), 0.02),
    ((0.0, 0.0, 0.0, 0.0, 0.0, 1.0), 0.02),
    ((0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0), 0.02),
    ((0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0), 0.02),
)
PROFILES: FloatArray = np.array([[*shares, *[0.0] * (LAGS - len(shares))] for shares, _ in _SHARES_AND_PRIOR])
LOG_PRIOR: FloatArray = np.log(np.array([prior for _, prior in _SHARES_AND_PRIOR]))
