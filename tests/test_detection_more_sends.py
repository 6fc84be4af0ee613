"""Adding sends to a day does not make its verdict worse, whatever the pair is like."""

from __future__ import annotations

import numpy as np
import pytest

from tests.wild_pairs import more_sends_made_worse


@pytest.mark.slow("wild pairs")
def test_an_alert_all_but_never_appears_with_more_sends() -> None:
    found = [more_sends_made_worse(np.random.default_rng([7, seed])) for seed in range(10)]
    assert sum(tried for tried, _ in found) == 3600
    # What is left are pairs that scatter so widely that nothing is two standard deviations away (docs/detection.md).
    assert sum(len(worse) for _, worse in found) <= 1
