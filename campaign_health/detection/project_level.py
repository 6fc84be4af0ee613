"""How busy the whole project was on each day, so that a holiday or an outage is not taken for one event's own fall."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.event_panel import Counts

STEADY_SHARE = 0.8  # of the known days an event must have happened on
STEADY_LEVEL = 15.0  # events a day
FEWEST_STEADY = 6  # events below which the project's level is taken as always the same
MOST_STEADY = 60


def project_level(counts: Counts, known: NDArray[np.bool_], outage_level: float) -> tuple[Counts, NDArray[np.bool_]]:
    """The project's level per day (1 = its average day), and which days were outages.

    The level is the median, over the steady large events, of the day's count over the event's own mean. A day below
    `outage_level` of the median of its own weekday is an outage.
    """
    days = counts.shape[1]
    known_days = known.sum(axis=1)
    totals = (counts * known).sum(axis=1)
    means = totals / np.maximum(known_days, 1)
    alive = ((counts > 0) & known).sum(axis=1)
    steady = (alive >= STEADY_SHARE * np.maximum(known_days, 1)) & (means >= STEADY_LEVEL) & (known_days >= 0.8 * days)
    rows = np.flatnonzero(steady)
    if len(rows) >= FEWEST_STEADY:
        rows = rows[np.argsort(-means[rows])][:MOST_STEADY]
        ratios = np.where(known[rows], counts[rows] / means[rows][:, None], np.nan)
        collected = known[rows].any(axis=0)
        level = np.ones(days)
        level[collected] = np.nanmedian(ratios[:, collected], axis=0)
    else:
        day_total = (counts * known).sum(axis=0)
        level = np.ones(days)
        collected = known.any(axis=0)
        return level, collected & (day_total < outage_level * 0.3 * _same_weekday_median(day_total))
    outage = collected & (level < outage_level * _same_weekday_median(level))
    return np.maximum(level, 1e-3), outage


def _same_weekday_median(level: Counts) -> Counts:
    result = np.empty_like(level)
    for weekday in range(7):
        if len(level[weekday::7]):
            result[weekday::7] = np.median(level[weekday::7])
    return result
