"""The normal distribution behind every published probability."""

from __future__ import annotations

import math

import numpy as np
import pytest

from campaign_health.detection.pair.normal_distribution import share_below


@pytest.mark.parametrize(
    ("deviations", "share"),
    [
        (-38.5, "0x0.0p+0"),
        (-37.0, "0x1.eaccc6bfeacdap-995"),
        (-12.0, "0x1.272b3136661edp-109"),
        (-8.0, "0x1.669d2c90d55a2p-51"),
        (-3.3, "0x1.fae82e1b2d7b5p-12"),
        (-1.5, "0x1.11a46d89647efp-4"),
        (-0.7, "0x1.ef8aa3a8f3560p-3"),
        (0.0, "0x1.0000000000000p-1"),
        (0.1, "0x1.1464507526871p-1"),
        (1.0, "0x1.aec4bd120d37dp-1"),
        (1.4143, "0x1.d7bce6ddb45dap-1"),
        (2.5, "0x1.fcd21635036c6p-1"),
        (9.0, "0x1.0000000000000p+0"),
    ],
)
def test_shares_are_those_that_were_ever_published_to_the_last_bit(deviations: float, share: str) -> None:
    assert share_below(np.array([deviations]))[0] == float.fromhex(share)


def test_it_is_the_normal_distribution_throughout() -> None:
    deviations = np.linspace(-37.0, 10.0, 20_001)
    exact = [0.5 * math.erfc(-value / math.sqrt(2)) for value in deviations]
    assert share_below(deviations) == pytest.approx(exact, rel=1e-12, abs=0)


def test_panels_keep_their_shape_and_what_is_unknown_stays_so() -> None:
    panel = np.array([[0.0, np.nan, np.inf], [-np.inf, -1e300, 1e300]])
    assert np.array_equal(share_below(panel), [[0.5, np.nan, 1.0], [0.0, 0.0, 1.0]], equal_nan=True)
