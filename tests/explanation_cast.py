"""One pair's day, explained from its counts."""

from __future__ import annotations

import math
from datetime import date

import numpy as np

from campaign_health.detection.explain.explanation import PairsDay, Step, Words, explain_pair
from campaign_health.detection.pair.panel import State


def explain_day(
    state: State, upstream: float | None, downstream: float | None, day: date, *, words: Words | None = None
) -> list[Step]:
    """The verdict of `day` from the state of one pair after the day before; None = not collected."""
    up, down = (np.array([math.nan if count is None else float(count)]) for count in (upstream, downstream))
    return explain_pair(state, 0, PairsDay(day, up, down), words=words)
