"""Days on which a whole project was at zero: tracking stopped, or everything dropped together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.event_panel import Counts

FEWEST_EVENTS = 3
"""Busy events that must have stopped together: one or two can be lost at once."""

LOOK_BACK_DAYS = 28
FEWEST_DAYS = 7
BUSY_SHARE = 0.7  # of the days looked back on an event must have happened on
KEPT_SHARE = 0.5  # of its usual total a project keeps where its events only got other names
BUSY_LEVEL = 10.0  # events a day, all together: a project below it has days of zero by chance


def project_outages(counts: Counts) -> NDArray[np.bool_]:
    """Which days had not one event of a project that had many until then.

    `counts` is `[events, days]`, NaN where not collected or not begun. A renamed event leaves its new name behind,
    so nothing at all is never a rename. Each day is compared with the four weeks of collected days before it.
    """
    collected = np.asarray(np.isfinite(counts).any(axis=0))
    total = np.asarray(np.nansum(counts, axis=0))
    outage = np.zeros(counts.shape[1], dtype=bool)
    for column in np.flatnonzero(collected & (total == 0)):
        before = np.flatnonzero(collected[:column] & ~outage[:column])[-LOOK_BACK_DAYS:]
        if len(before) < FEWEST_DAYS:
            continue
        busy = (counts[:, before] > 0).mean(axis=1) >= BUSY_SHARE
        outage[column] = busy.sum() >= FEWEST_EVENTS and total[before].mean() >= BUSY_LEVEL
    return outage


def names_replaced(counts: Counts, outage: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Days on which nearly all busy events were at zero while the project counted about as much as ever.

    Then everything was renamed, and the fall of the old names is no fall of the project.
    """
    collected = np.asarray(np.isfinite(counts).any(axis=0))
    total = np.asarray(np.nansum(counts, axis=0))
    replaced = np.zeros(counts.shape[1], dtype=bool)
    for column in np.flatnonzero(collected & ~outage):
        before = np.flatnonzero(collected[:column] & ~outage[:column])[-LOOK_BACK_DAYS:]
        if len(before) < FEWEST_DAYS or total[column] < KEPT_SHARE * np.median(total[before]):
            continue
        busy = (counts[:, before] > 0).mean(axis=1) >= BUSY_SHARE
        gone = busy & (counts[:, column] == 0)
        replaced[column] = busy.sum() >= FEWEST_EVENTS and gone.sum() > 0.5 * busy.sum()
    return replaced
