"""How busy the whole project was on each day, so that a holiday or an outage is not taken for one event's own fall."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.event.event_panel import Counts, EventPanel, filled

STEADY_SHARE = 0.8  # of the known days an event must have happened on
STEADY_LEVEL = 15.0  # events a day
FEWEST_STEADY = 6  # events below which the project's level is taken as always the same
MOST_STEADY = 60
FEWEST_DUE = 20.0  # events that should have come before their absence says anything


def project_level(counts: Counts, known: NDArray[np.bool_], outage_level: float) -> tuple[Counts, NDArray[np.bool_]]:
    """The project's level per day (1 = its average day), and which days were outages.

    The level is the median, over the steady large events that happened that day, of the day's count over the event's
    own mean; events that stopped do not pull it down. A day is an outage where nearly all events fell: the project's
    total lies below `outage_level` of the median of its own weekday, and so do the steady events.
    """
    collected = np.asarray(known.any(axis=0))
    total = (counts * known).sum(axis=0)
    usual = _same_weekday_median(total, collected)
    low_total = collected & (total < outage_level * usual)
    rows = _steady(counts, known)
    level = np.ones(counts.shape[1])
    if len(rows) < FEWEST_STEADY:
        return level, low_total & (total < 0.3 * outage_level * usual)
    means = (counts[rows] * known[rows]).sum(axis=1) / np.maximum(known[rows].sum(axis=1), 1)
    ratios = np.where(known[rows] & (counts[rows] > 0), counts[rows] / means[:, None], np.nan)
    happened = np.isfinite(ratios).sum(axis=0)
    judged = collected & (happened >= max(3, 0.2 * len(rows)))
    level[judged] = np.nanmedian(ratios[:, judged], axis=0)
    level[collected & ~judged] = np.clip(total / np.maximum(usual, 1e-9), 1e-3, 3.0)[collected & ~judged]
    outage = low_total & (level < outage_level * _same_weekday_median(level, collected))
    return np.maximum(level, 1e-3), outage


def project_kept(panel: EventPanel, since: date, apart_from: str | None = None) -> float | None:
    """Level of the whole project from `since` on against its weekdays of the eight weeks before; None where unknown.

    The project's total over what the same weekdays usually bring (their median). New names count too, so a rename of
    everything leaves it at 1. `apart_from`: an event that is asked about and so says nothing of the project, of which
    it may be the largest part; without others, or with next to none, nothing is known.
    """
    counts, known = filled(panel)
    start = panel.column(since)
    collected = np.asarray(known.any(axis=0))
    if not 14 <= start < counts.shape[1] or not collected[start:].any():
        return None
    others = [event != apart_from for event in panel.events]
    total = (counts * known)[others].sum(axis=0)
    first = max(start - 56, 0)
    came = due = 0.0
    for column in np.flatnonzero(collected[start:]) + start:
        before = np.arange(column - 7, first - 1, -7)
        before = before[(before >= first) & (before < start)]
        before = before[collected[before]]
        if len(before):
            came += float(total[column])
            due += float(np.median(total[before]))
    return came / due if due >= FEWEST_DUE else None


def _steady(counts: Counts, known: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Rows of the largest events that happened on most days of the panel."""
    known_days = known.sum(axis=1)
    means = (counts * known).sum(axis=1) / np.maximum(known_days, 1)
    alive = ((counts > 0) & known).sum(axis=1)
    steady = (alive >= STEADY_SHARE * np.maximum(known_days, 1)) & (means >= STEADY_LEVEL)
    rows = np.flatnonzero(steady & (known_days >= 0.8 * counts.shape[1]))
    return rows[np.argsort(-means[rows], kind="stable")][:MOST_STEADY]


def _same_weekday_median(level: Counts, collected: NDArray[np.bool_]) -> Counts:
    result = np.zeros_like(level)
    for weekday in range(7):
        days = np.flatnonzero(collected[weekday::7])
        if len(days):
            result[weekday::7] = np.median(level[weekday::7][days])
    return result
