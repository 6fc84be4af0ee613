"""Which events began, and which older events fell at about that time: the pairs worth a closer look."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.event.event_panel import Counts
from campaign_health.detection.rename.hand_over_settings import HandOverSettings

Rows = NDArray[np.intp]
SHARE_AT_BEGINNING = 0.15  # of the level of its first two weeks: an event has begun on the first day that shows this
LOWEST_LEVEL = 0.3  # events a day below which a fall can't be seen
CHUNK = 256


@dataclass(frozen=True)
class Pairs:
    """Candidate hand-overs: `old[i]` fell at about column `birth[i]`, on which `new[i]` began."""

    old: Rows
    new: Rows
    birth: Rows

    def take(self, keep: NDArray[np.bool_]) -> Pairs:
        """Those pairs for which `keep` is true."""
        return Pairs(self.old[keep], self.new[keep], self.birth[keep])

    def __len__(self) -> int:
        return len(self.old)


class RunningSums:
    """Sums and known days over any run of columns of every row, from cumulative sums."""

    def __init__(self, counts: Counts, known: NDArray[np.bool_]) -> None:
        self._sums = _padded_cumsum(counts * known)
        self._days = _padded_cumsum(known.astype(np.float64))
        self._last = counts.shape[1]

    def over(self, first: Rows, end: Rows) -> tuple[Counts, Counts]:
        """Sum and number of known days in columns [first, end) of every row: arrays [rows, len(first)]."""
        low, high = np.clip(first, 0, self._last), np.clip(end, 0, self._last)
        high = np.maximum(high, low)
        return self._sums[:, high] - self._sums[:, low], self._days[:, high] - self._days[:, low]


def _padded_cumsum(values: Counts) -> Counts:
    result = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=1, out=result[:, 1:])
    return result


def beginnings(counts: Counts, known: NDArray[np.bool_], settings: HandOverSettings) -> tuple[Rows, Rows]:
    """Rows and columns at which an event began: first seen, back after weeks of silence, or risen from a trickle."""
    days = counts.shape[1]
    columns = np.arange(days)
    collected = np.flatnonzero(known.any(axis=0))
    if not len(collected):
        return np.empty(0, np.intp), np.empty(0, np.intp)
    watched_from = collected[0] + settings.history_days
    sums = RunningSums(counts, known)
    before, days_before = sums.over(columns - 28, columns)
    after, days_after = sums.over(columns, columns + 14)
    before_level = before / np.maximum(days_before, 1)
    after_level = after / np.maximum(days_after, 1)
    happened = (counts > 0) & known
    seen_before, _ = sums.over(np.zeros(days, np.intp), columns)
    lately, days_lately = sums.over(columns - settings.quiet_days, columns)
    first = happened & (seen_before == 0)
    returned = happened & (lately == 0) & (days_lately >= settings.quiet_days // 2) & (after >= 5)
    rises = (
        happened
        & (counts >= SHARE_AT_BEGINNING * after_level)
        & (before_level <= settings.trickle_share * after_level)
        & (days_before >= 7)
    )
    rises[:, 1:] &= ~rises[:, :-1] | (counts[:, :-1] < SHARE_AT_BEGINNING * after_level[:, 1:])
    begun = first | returned | _first_of_runs(rises)
    begun &= after >= 1
    begun[:, : max(min(watched_from, days), days - settings.look_back_days)] = False
    rows, at = np.nonzero(begun)
    return rows, at


def separate_beginnings(rows: Rows, at: Rows) -> Rows:
    """The columns of those beginnings that are more than a week after the same event's last one."""
    order = np.lexsort((at, rows))
    row, column = rows[order], at[order]
    if not len(row):
        return column
    again = (row[1:] == row[:-1]) & (column[1:] - column[:-1] <= 7)
    separate: Rows = column[np.concatenate([[True], ~again])]
    return separate


def _first_of_runs(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Only flags with no other flag in the seven columns before."""
    running = np.cumsum(flags, axis=1)
    earlier = np.zeros_like(running)
    earlier[:, 1:] = running[:, :-1]
    week_ago = np.zeros_like(running)
    week_ago[:, 8:] = running[:, :-8]
    return flags & (earlier - week_ago == 0)


def falls_at(
    counts: Counts, known: NDArray[np.bool_], new: Rows, birth: Rows, settings: HandOverSettings
) -> tuple[Pairs, NDArray[np.bool_]]:
    """Pairs of a beginning and an event that fell at that time by an amount that could be the new one's.

    The second array marks the pairs whose old event fell to next to nothing by about the new one's volume.
    """
    last = counts.shape[1]
    sums = RunningSums(counts, known)
    found: list[tuple[Rows, Rows, Rows, NDArray[np.bool_]]] = []
    for start in range(0, len(new), CHUNK):
        rows, at = new[start : start + CHUNK], birth[start : start + CHUNK]
        total, days = sums.over(at - 4 - settings.baseline_days, at - 4)
        short, short_days = sums.over(at - settings.baseline_days, at)
        level = np.where(days >= 7, total / np.maximum(days, 1), short / np.maximum(short_days, 1))
        soon = at
        late = np.where(at + 15 < last, at + 14, at)
        best_fall, taken = np.zeros_like(level), np.zeros_like(level)
        surprise = np.zeros_like(level)
        for first in (soon, late):
            after, days_after = sums.over(first, first + 14 if first is late else first + 7)
            fall = 1.0 - (after / np.maximum(days_after, 1)) / np.maximum(level, 1e-9)
            new_level = (after / np.maximum(days_after, 1))[rows, np.arange(len(rows))]
            better = (fall > best_fall) & (days_after > 0)
            best_fall = np.where(better, fall, best_fall)
            surprise = np.where(better, fall * np.sqrt(level * days_after), surprise)
            taken = np.where(better, new_level[None, :] / np.maximum(level * fall, 1e-9), taken)
        keep = (level >= LOWEST_LEVEL) & (best_fall >= 0.08) & (surprise >= 1.7) & (taken > 0.03) & (taken < 12)
        keep[rows, np.arange(len(rows))] = False
        old, which = np.nonzero(keep)
        whole = (best_fall[old, which] >= 0.8) & (taken[old, which] > 0.5) & (taken[old, which] < 1.8)
        found.append((old, rows[which], at[which], whole))
    if not found:
        nothing = np.empty(0, np.intp)
        return Pairs(nothing, nothing, nothing), np.empty(0, np.bool_)
    columns = [np.concatenate(part) for part in zip(*found, strict=True)]
    return Pairs(columns[0], columns[1], columns[2]), columns[3].astype(np.bool_)
