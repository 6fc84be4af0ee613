"""Counts of events by day, ready to be compared."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from campaign_health.detection.event.event_panel import EventPanel
from tests.renames_cast import FIRST


def test_a_frame_becomes_a_panel_without_provisional_days() -> None:
    days = [FIRST + timedelta(days=index) for index in range(3)]
    frame = pd.DataFrame(
        {
            "event": ["b", "b", "b", "a"],
            "day": [*days, days[1]],
            "events": pd.array([1, None, 5, 7], dtype="Int64"),
            "state": ["observed", "not_collected", "provisional", "observed"],
        }
    )
    made = EventPanel.from_frame(frame)
    assert made.events == ("a", "b")
    assert made.counts.shape == (2, 2)
    assert np.isnan(made.counts[1, 1])
    assert np.isnan(made.counts[0, 0])
    assert made.counts[0, 1] == 7
