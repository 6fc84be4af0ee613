"""What else changed on the days on which an event stopped: events that began, and those that rose by what was lost.

An event that is merged into another leaves no new name: the other one rises by what was lost, on the same day. That is
believed of one event of a project, where it rose by at least `SURE` standard deviations of its own days, by about the
lost number, and had not begun to rise before, nor began days later. Where several did, nobody can say which.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.event.event_panel import MIXPANELS_OWN, Counts, EventPanel, filled

BASE_WEEKS = 4
"""Weeks before the stop whose same weekdays say what is usual."""
NEAR_DAYS = 2
"""Days before and after the stop on which a beginning belongs to it."""
FEWEST_LOST = 20.0
"""Events that must be missing before a rise of as many says anything."""
SURE = 5.0
ABOUT_AS_MANY = (0.7, 1.3)
FIRST_DAYS, SHARE_AT_FIRST = 3, 0.5
"""Days from the stop on, and the share of the whole rise that they must show: a release may come in the evening."""


@dataclass(frozen=True)
class Began:
    """An event first seen at about the time of the stop, and how many of it there are a day since."""

    event: str
    first_day: date
    a_day: float


@dataclass(frozen=True)
class Rose:
    """An event that was there before and rose: by how many a day, and which share of what was lost that is."""

    event: str
    a_day: float
    of_lost: float


@dataclass(frozen=True)
class Around:
    """Events that began, the largest first; and the one that took over what was lost, None where none stands out."""

    began: tuple[Began, ...] = ()
    took_over: Rose | None = None


def around_a_stop(panel: EventPanel, event: str, since: date) -> Around:
    """What changed around the stop of `event` on the day `since`, as seen on the panel's last day."""
    if event not in panel.events or panel.counts.size == 0:
        return Around()
    counts, known = filled(panel)
    start = panel.column(since)
    if not 7 <= start < counts.shape[1]:
        return Around()
    others = np.array([not name.startswith(MIXPANELS_OWN) and name != event for name in panel.events])
    return Around(_began(panel, counts, known, start, others), _took_over(panel, counts, known, start, others, event))


def _began(
    panel: EventPanel, counts: Counts, known: NDArray[np.bool_], start: int, others: NDArray[np.bool_]
) -> tuple[Began, ...]:
    happened = (counts > 0) & known
    first = np.where(happened.any(axis=1), happened.argmax(axis=1), -1)
    near = others & (first >= max(start - NEAR_DAYS, 1)) & (first <= start + NEAR_DAYS)
    found = []
    for row in np.flatnonzero(near):
        days = known[row, first[row] :]
        a_day = float(counts[row, first[row] :][days].mean())
        found.append(Began(panel.events[row], panel.day(int(first[row])), a_day))
    return tuple(sorted(found, key=lambda one: (-one.a_day, one.event)))


def _took_over(
    panel: EventPanel,
    counts: Counts,
    known: NDArray[np.bool_],
    start: int,
    others: NDArray[np.bool_],
    event: str,
) -> Rose | None:
    expected, variance = _usual(counts, known, start)
    days = known[:, start:]
    away = np.where(days, counts[:, start:] - expected[:, start:], 0.0)
    number = days.sum(axis=1)
    row = panel.events.index(event)
    lost = -float(away[row].sum())
    if lost < FEWEST_LOST or not number[row]:
        return None
    rise = away.sum(axis=1)
    scatter = np.sqrt(variance * number * (1.0 + 1.0 / BASE_WEEKS))
    before = counts[:, start - 7 : start] - expected[:, start - 7 : start]
    rising_before = np.where(known[:, start - 7 : start], before, 0.0).mean(axis=1)
    a_day = rise / np.maximum(number, 1)
    first = away[:, :FIRST_DAYS].sum(axis=1) / np.maximum(days[:, :FIRST_DAYS].sum(axis=1), 1)
    fits = (
        others
        & np.isfinite(scatter)
        & (rise >= SURE * np.maximum(scatter, 1.0))
        & (rise >= ABOUT_AS_MANY[0] * lost)
        & (rise <= ABOUT_AS_MANY[1] * lost)
        & (rising_before < 0.25 * a_day)
        & (first >= SHARE_AT_FIRST * a_day)
    )
    rows = np.flatnonzero(fits)
    if len(rows) != 1:
        return None
    one = int(rows[0])
    return Rose(panel.events[one], float(a_day[one]), float(rise[one] / lost))


def _usual(counts: Counts, known: NDArray[np.bool_], start: int) -> tuple[Counts, Counts]:
    """What each day's weekday usually brings, `[events, days]`, and the variance of a day around that, `[events]`.

    Of an event that did not happen through the whole base nothing is usual: its variance is infinite.
    """
    days = counts.shape[1]
    first = max(start - 7 * BASE_WEEKS, 0)
    expected = np.zeros_like(counts)
    squares, freedom = np.zeros(len(counts)), np.zeros(len(counts))
    for weekday in range(7):
        base = np.arange(first, start)[(np.arange(first, start) - start) % 7 == weekday]
        column = (np.arange(days) - start) % 7 == weekday
        seen = known[:, base]
        number = seen.sum(axis=1)
        mean = np.where(seen, counts[:, base], 0.0).sum(axis=1) / np.maximum(number, 1)
        expected[:, column] = mean[:, None]
        squares += np.where(seen, (counts[:, base] - mean[:, None]) ** 2, 0.0).sum(axis=1)
        freedom += np.maximum(number - 1, 0)
    alive = ((counts[:, first:start] > 0) & known[:, first:start]).sum(axis=1) >= 0.6 * (start - first)
    chance = np.where(known[:, first:start], counts[:, first:start], 0.0).mean(axis=1)
    variance = np.where(alive & (freedom > 0), np.maximum(squares / np.maximum(freedom, 1), chance), np.inf)
    return expected, variance
