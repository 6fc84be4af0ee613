"""The interval of the difference of two shares: Newcombe's own examples, and what holds of any."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.detection.compare.share_difference import newcombe, wilson

# Newcombe 1998, Table II, method 10.
PUBLISHED = [
    ((56, 70, 48, 80), (0.0524, 0.3339)),
    ((9, 10, 3, 10), (0.1705, 0.8090)),
    ((6, 7, 2, 7), (0.0582, 0.8062)),
    ((5, 56, 0, 29), (-0.0381, 0.1926)),
    ((0, 10, 0, 20), (-0.1611, 0.2775)),
    ((0, 10, 0, 10), (-0.2775, 0.2775)),
    ((10, 10, 0, 20), (0.6791, 1.0)),
    ((10, 10, 0, 10), (0.6075, 1.0)),
]
COUNTS = st.integers(1, 2000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@pytest.mark.parametrize(("given_counts", "interval"), PUBLISHED)
def test_the_interval_is_that_of_the_published_examples(
    given_counts: tuple[int, int, int, int], interval: tuple[float, float]
) -> None:
    assert newcombe(*given_counts) == pytest.approx(interval, abs=5e-5)


@given(COUNTS, COUNTS)
def test_the_interval_holds_the_difference_stays_in_its_bounds_and_turns_round(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    low, high = newcombe(*first, *second)
    difference = first[0] / first[1] - second[0] / second[1]
    assert -1 - 1e-12 <= low <= difference + 1e-12
    assert difference - 1e-12 <= high <= 1 + 1e-12
    assert newcombe(*second, *first) == pytest.approx((-high, -low), abs=1e-12)


@given(COUNTS, COUNTS, st.integers(2, 20))
def test_the_interval_is_narrower_with_more_people_of_the_same_shares(
    first: tuple[int, int], second: tuple[int, int], times: int
) -> None:
    few = newcombe(*first, *second)
    many = newcombe(*(times * one for one in (*first, *second)))
    assert many[1] - many[0] < few[1] - few[0]


@given(COUNTS)
def test_wilsons_interval_is_that_of_one_share(one: tuple[int, int]) -> None:
    low, high = wilson(*one)
    assert 0 <= low <= one[0] / one[1] <= high <= 1
