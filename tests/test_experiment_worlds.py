"""What an experiment says of worlds whose truth is known, through all that the product does with them."""

from __future__ import annotations

import pytest

from tests.benchmarks.experiment_worlds import SETTINGS, Setting, worlds

EFFECT, NONE = SETTINGS[0], SETTINGS[4]


def test_a_difference_is_seen_and_none_is_made_up() -> None:
    effect = worlds(EFFECT, range(20))
    assert effect.known == 20
    assert effect.covered >= 17
    assert effect.told >= 0.7
    none = worlds(NONE, range(20))
    assert none.known == 20
    assert none.not_zero <= 3


def test_of_too_few_conversions_nothing_is_said() -> None:
    assert worlds(Setting(100, 10, 0.1, 0.1), range(20)).known == 0


@pytest.mark.slow("experiments")
def test_the_interval_holds_the_true_difference_in_95_of_100_worlds() -> None:
    effect = worlds(EFFECT, range(1_000_000, 1_000_500))
    assert effect.known == 500
    assert 0.94 <= effect.coverage <= 0.96
    assert effect.told > 0.8
    none = worlds(NONE, range(1_040_000, 1_040_500))
    assert none.known == 500
    assert none.told <= 0.05
