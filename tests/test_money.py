"""What a break costs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.detection.incident.money import (
    DailyMiss,
    Estimate,
    missed_qualifying_events,
    revenue_at_risk,
    sunk,
)

NUMBER = st.floats(0, 1e9, allow_nan=False)


def test_the_designs_table_comes_out_to_the_dollar() -> None:
    table = ((120, 1200, 14_400), (350, 800, 28_000), (80, 2400, 19_200), (200, 600, 12_000))
    found = [revenue_at_risk(Estimate(hits, hits, hits), value).value for hits, value, _ in table]
    assert found == [dollars for _, _, dollars in table]
    assert sum(found) == 73_600


def test_a_conversion_rate_of_the_manifest_wins_over_the_usual_one() -> None:
    assert revenue_at_risk(Estimate(100, 90, 110), 50, 0.2) == (1000, 900, 1100)


def test_several_messages_per_event_are_one_missed_event() -> None:
    assert missed_qualifying_events(Estimate(300, 240, 360), 3.0) == (100, 80, 120)


def test_an_event_that_often_leads_to_no_message_counts_only_where_it_would_have() -> None:
    assert missed_qualifying_events(Estimate(30, 20, 40), 0.4) == (30, 20, 40)


def test_days_that_are_not_known_add_nothing() -> None:
    miss = DailyMiss().plus(50, 40, 60, 0)
    assert miss.plus(math.nan, math.nan, math.nan, 3) == miss
    assert miss.plus(50, 40, 60, math.nan) == miss


def test_the_range_of_several_days_is_narrower_than_the_sum_of_their_ranges() -> None:
    miss = DailyMiss()
    for _ in range(4):
        miss = miss.plus(50, 40, 65, 0)
    assert miss.missed() == (200, 180, 230)


def test_nothing_is_said_before_a_day_was_counted() -> None:
    assert DailyMiss().missed() is None


@given(st.lists(st.tuples(NUMBER, NUMBER, NUMBER, NUMBER), min_size=1, max_size=20))
def test_what_was_missed_is_never_negative_and_lies_in_its_range(days: list[tuple[float, ...]]) -> None:
    miss = DailyMiss()
    for expected, below, above, actual in days:
        miss = miss.plus(expected, max(0.0, expected - below), expected + above, actual)
    found = miss.missed()
    assert found is not None
    assert 0 <= found.low <= found.value <= found.high or found.high == pytest.approx(found.value)


@given(st.floats(0, 1e6), st.floats(0, 1))
def test_no_missed_events_are_no_revenue(value: float, rate: float) -> None:
    assert revenue_at_risk(Estimate(0, 0, 0), value, rate) == (0, 0, 0)


def test_an_expectation_that_took_the_loss_for_normal_is_raised_to_what_the_source_used_to_lead_to() -> None:
    source, expected = np.full(7, 100.0), np.full(7, 45.0)
    assert sunk(expected, source, 0.9) == pytest.approx(2.0)
    assert sunk(np.full(7, 88.0), source, 0.9) is None
    assert sunk(np.full(7, np.nan), source, 0.9) is None


def test_days_that_are_not_known_do_not_raise_an_expectation() -> None:
    assert sunk(np.array([np.nan, 60.0]), np.array([500.0, 100.0]), 0.9) == pytest.approx(1.5)
