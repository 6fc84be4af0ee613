"""Daily counts of events by platform, for tests of what is found in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd

FIRST = date(2026, 8, 1)
LIBRARIES = {"iOS": "swift", "Android": "android", "Mac OS X": "web", "Windows": "web"}


def day(number: int) -> date:
    """The day with that index."""
    return FIRST + timedelta(days=number)


def parts(
    counts: Mapping[tuple[str, str, str], np.ndarray | list[int]], profiled: range | list[int] | None = None
) -> pd.DataFrame:
    """Rows of `event_part_day` from the daily counts of each (event, operating system, app version)."""
    days = len(next(iter(counts.values())))
    totals: dict[tuple[str, int], int] = {}
    for (event, _, _), series in counts.items():
        for number, count in enumerate(series):
            totals[event, number] = totals.get((event, number), 0) + int(count)
    rows = [
        (event, day(number), LIBRARIES[os], os, version, int(series[number]), totals[event, number])
        for (event, os, version), series in counts.items()
        for number in (range(days) if profiled is None else profiled)
        if series[number]
    ]
    return pd.DataFrame(rows, columns=["event", "day", "library", "os", "app_version", "events", "events_read"])


def drawn(days: int, level: float, seed: int) -> np.ndarray:
    """Counts about a level with the unrest of real traffic: weekends, and days that are better than others."""
    chance = np.random.default_rng(seed)
    week = np.array([1.0, 1.05, 1.05, 1.0, 0.9, 0.6, 0.55])[np.arange(days) % 7]
    return chance.poisson(level * week * np.exp(chance.normal(0, 0.1, days)))
