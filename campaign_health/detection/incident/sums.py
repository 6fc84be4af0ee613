"""Daily numbers of several days added up; NaN where a day is not known."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def sum_of(numbers: Numbers) -> float | None:
    """The sum of the known days; None where none is."""
    known = numbers[np.isfinite(numbers)]
    return float(known.sum()) if known.size else None


def range_of_sum(value: Numbers, low: Numbers, high: Numbers) -> tuple[float | None, float | None]:
    """The range of a sum of days whose chances are independent; that of one day is its own."""
    known = np.isfinite(value) & np.isfinite(low) & np.isfinite(high)
    if not known.any():
        return None, None
    total = float(value[known].sum())
    down, up = (math.sqrt(float(((end - value)[known] ** 2).sum())) for end in (low, high))
    return max(0.0, total - down), total + up
