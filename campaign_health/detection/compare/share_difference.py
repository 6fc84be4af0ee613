"""How far apart two shares are, and how sure that is. Pure."""

from __future__ import annotations

import math

Z_95 = 1.959963984540054
"""The standard normal deviate of a two-sided interval of 95 %."""


def wilson(happened: int, of: int, z: float = Z_95) -> tuple[float, float]:
    """Wilson's score interval of the share `happened` / `of` (`of` above 0), without continuity correction: 0 to 1."""
    share = happened / of
    middle = share + z * z / (2 * of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    whole = 1 + z * z / of
    # At the ends the root is exact only on paper.
    low = 0.0 if happened == 0 else (middle - half) / whole
    return low, 1.0 if happened == of else (middle + half) / whole


def newcombe(
    first_happened: int, first_of: int, second_happened: int, second_of: int, z: float = Z_95
) -> tuple[float, float]:
    """The interval of the first share minus the second: from -1 to 1, by default of 95 %.

    Method 10 (hybrid score, without continuity correction) of R. G. Newcombe, "Interval estimation for the difference
    between independent proportions: comparison of eleven methods", Statistics in Medicine 17 (1998), 873-890. It keeps
    its 95 % also where a share is near 0 or 1 and where one group is much smaller, and never leaves -1 to 1. Both
    `of` have to be above 0.
    """
    first, second = first_happened / first_of, second_happened / second_of
    first_low, first_high = wilson(first_happened, first_of, z)
    second_low, second_high = wilson(second_happened, second_of, z)
    low = first - second - math.hypot(first - first_low, second_high - second)
    return low, first - second + math.hypot(first_high - first, second - second_low)
