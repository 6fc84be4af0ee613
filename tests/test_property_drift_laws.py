"""The day on which a property changed is the best one, as it is found by trying each."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.detection.causes.property_drift import DAY_SPREAD, FALL_ERRORS, find_property_changes

FIRST = date(2026, 1, 1)
SHARES = st.one_of(st.sampled_from([0.0, 0.5, 0.9, 1.0]), st.floats(0, 1))
LEVELS = st.tuples(
    st.lists(st.floats(0.85, 1), min_size=3, max_size=30), st.lists(st.floats(0, 0.1), min_size=3, max_size=30)
)


def rows(shares: list[float], read: int) -> pd.DataFrame:
    days = [FIRST + timedelta(days=number) for number in range(len(shares))]
    return pd.DataFrame(
        {"event": "paid", "property": "plan", "type": "string", "day": days, "share": shares, "events_read": read}
    )


def gains(value: np.ndarray, read: int) -> list[float]:
    """How much better two levels explain the days than one, for each day on which the second may begin."""
    middle = value.mean()
    spread = middle * (1 - middle) / read + DAY_SPREAD**2

    def errors(side: np.ndarray) -> float:
        return float(((side - side.mean()) ** 2).sum())

    return [(errors(value) - errors(value[:cut]) - errors(value[cut:])) / (2 * spread) for cut in range(1, len(value))]


@given(LEVELS, st.sampled_from([100, 500, 2000]))
def test_a_fall_is_dated_to_the_best_day_of_all(levels: tuple[list[float], list[float]], read: int) -> None:
    shares = [*levels[0], *levels[1]]
    (change,) = find_property_changes(rows(shares, read))
    found = gains(np.array(shares), read)
    assert found[(change.day - FIRST).days - 1] >= max(found) - 1e-6
    assert change.last_day_before == change.day - timedelta(days=1)


@given(st.lists(SHARES, min_size=2, max_size=25), st.sampled_from([100, 500, 2000]))
def test_nothing_is_found_where_no_day_is_good_enough(shares: list[float], read: int) -> None:
    falls = [one for one in find_property_changes(rows(shares, read)) if one.kind == "missing"]
    if max(gains(np.array(shares), read)) <= FALL_ERRORS - 1e-6:
        assert falls == []
