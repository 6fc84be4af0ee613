"""One formula gives the binomial, the Poisson and the negative binomial."""

from __future__ import annotations

import math

import numpy as np
import pytest

from campaign_health.detection.pair.likelihood import log_shape, log_with_mean, settle
from campaign_health.detection.pair.ranges import probability_of_few, probable_range

COUNTS = np.arange(0.0, 2000.0)


def negative_binomial(mean: float, inverse_size: float) -> np.ndarray:
    """ln of the chance of each of COUNTS, from the chance of none by the ratio of each to the one before."""
    size = 1 / inverse_size
    ratios = (size + COUNTS[:-1]) * mean / ((size + mean) * COUNTS[1:])
    return np.cumsum([-size * math.log1p(mean / size), *np.log(ratios)])


def log_probability(mean: float, inverse_size: float) -> np.ndarray:
    size = settle(np.full_like(COUNTS, inverse_size))
    return log_with_mean(log_shape(COUNTS, size), size, COUNTS + 1.0 / size, COUNTS, np.full_like(COUNTS, mean))


@pytest.mark.parametrize(
    ("mean", "inverse_size"), [(0.4, 0.0), (3.0, 0.0), (80.0, 0.0), (0.4, 1.5), (12.0, 0.3), (60.0, 0.02)]
)
def test_it_agrees_with_the_poisson_and_the_negative_binomial(mean: float, inverse_size: float) -> None:
    expected = negative_binomial(mean, max(inverse_size, 1e-7))
    assert log_probability(mean, inverse_size) == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize(("tries", "chance"), [(1, 0.9), (5, 0.3), (40, 0.95), (200, 0.5)])
def test_a_negative_inverse_size_is_the_binomial(tries: int, chance: float) -> None:
    found = log_probability(tries * chance, -1 / tries)
    possible = tries >= COUNTS
    expected = [
        math.log(math.comb(tries, count)) + count * math.log(chance) + (tries - count) * math.log(1 - chance)
        for count in range(min(tries + 1, len(COUNTS)))
    ]
    assert found[possible] == pytest.approx(expected, abs=2e-3)
    assert np.isneginf(found[~possible]).all()


def test_probabilities_add_up_to_one() -> None:
    for mean, inverse_size in ((0.3, 0.0), (5.0, 0.5), (20.0, -0.03), (7.0, -0.1)):
        assert np.exp(log_probability(mean, inverse_size)).sum() == pytest.approx(1.0, abs=2e-3)


@pytest.mark.parametrize("inverse_size", [0.0, 0.05, 0.4])
@pytest.mark.parametrize("mean", [3.0, 30.0, 300.0])
def test_ninety_five_of_a_hundred_days_lie_in_the_range(mean: float, inverse_size: float) -> None:
    low, high = probable_range(np.array([mean]), np.array([inverse_size]))
    chances = np.exp(negative_binomial(mean, max(inverse_size, 1e-9)))
    assert 0.94 < chances[int(low[0]) : int(high[0]) + 1].sum() < 0.998


def test_the_chance_of_few_is_near_the_exact_one() -> None:
    for mean, inverse_size in ((4.0, 0.0), (60.0, 0.0), (60.0, 0.1)):
        counts = np.arange(0.0, 2 * mean)
        exact = np.exp(negative_binomial(mean, max(inverse_size, 1e-9))).cumsum()[: len(counts)]
        found = probability_of_few(counts, np.full_like(counts, mean), np.full_like(counts, inverse_size))
        assert found == pytest.approx(exact, abs=0.03)
        assert found[0] == pytest.approx(exact[0], rel=1e-3)
