"""Days on which a whole project was at zero: tracking stopped, or everything dropped together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.event.event_panel import Counts

FEWEST_EVENTS = 3
"""Busy events that must have stopped together: one or two can be lost at once."""

LOOK_BACK_DAYS = 28
FEWEST_DAYS = 7
SAME_WEEKDAYS = 3  # the newest days of the same weekday that say what is usual on it
BUSY_SHARE = 0.7  # of the days looked back on an event must have happened on
KEPT_SHARE = 0.5  # of its usual total a project keeps where its events only got other names
BUSY_LEVEL = 10.0  # events a day, all together: a project below it has days of zero by chance


def project_outages(counts: Counts) -> NDArray[np.bool_]:
    """Which days had not one event of a project that usually has many on that weekday.

    `counts` is `[events, days]` of consecutive days, NaN where not collected or not begun. These are the days that
    `project_standstills` finds, without the weekdays on which the project never has anything to speak of.
    """
    collected, total = _totals(counts)
    outage = project_standstills(counts)
    for column in np.flatnonzero(outage):
        outage[column] = not _is_quiet_weekday(total, collected, int(column))
    return outage


def project_standstills(counts: Counts) -> NDArray[np.bool_]:
    """Which days had not one event of a project that had many until then, so that no event's own zero says anything.

    A renamed event leaves its new name behind, so nothing at all is never a rename. Each day is compared with the
    four weeks of collected days before it. A day on which some busy event was not counted may have had events.
    """
    collected, total = _totals(counts)
    still = np.zeros(counts.shape[1], dtype=bool)
    for column in np.flatnonzero(collected & (total == 0)):
        before = np.flatnonzero(collected[:column] & ~still[:column])[-LOOK_BACK_DAYS:]
        if len(before) < FEWEST_DAYS:
            continue
        busy = (counts[:, before] > 0).mean(axis=1) >= BUSY_SHARE
        many = busy.sum() >= FEWEST_EVENTS and total[before].mean() >= BUSY_LEVEL
        still[column] = many and np.isfinite(counts[busy, column]).all()
    return still


def names_replaced(counts: Counts, still: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Days on which nearly all busy events were at zero while the project counted about as much as ever.

    Then everything was renamed, and the fall of the old names is no fall of the project.
    """
    collected, total = _totals(counts)
    replaced = np.zeros(counts.shape[1], dtype=bool)
    for column in np.flatnonzero(collected & ~still):
        before = np.flatnonzero(collected[:column] & ~still[:column])[-LOOK_BACK_DAYS:]
        if len(before) < FEWEST_DAYS or total[column] < KEPT_SHARE * np.median(total[before]):
            continue
        busy = (counts[:, before] > 0).mean(axis=1) >= BUSY_SHARE
        gone = busy & (counts[:, column] == 0)
        replaced[column] = busy.sum() >= FEWEST_EVENTS and gone.sum() > 0.5 * busy.sum()
    return replaced


def _totals(counts: Counts) -> tuple[NDArray[np.bool_], Counts]:
    """Which days were collected, and all events of each day together."""
    return np.asarray(np.isfinite(counts).any(axis=0)), np.asarray(np.nansum(counts, axis=0))


def _is_quiet_weekday(total: Counts, collected: NDArray[np.bool_], column: int) -> bool:
    """The project has next to nothing on this weekday, and had something on the other days of the week before.

    The latter keeps a project that stopped for weeks from passing for one that never has anything.
    """
    same_weekday = np.arange(column - 7, max(column - LOOK_BACK_DAYS, 0) - 1, -7)
    same_weekday = same_weekday[collected[same_weekday]][:SAME_WEEKDAYS]
    if not len(same_weekday) or not total[max(column - 6, 0) : column].any():
        return False
    return bool(total[same_weekday].mean() < BUSY_LEVEL)
