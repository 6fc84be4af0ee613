"""Replays the detector over a table of pairs: each row is judged from the rows of its own pair up to its day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from campaign_health.detection.backtest.pair_table import PairTable, PairTableError, line_of
from campaign_health.detection.event.event_history import EventState, run_events
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.pair.monitor import PanelCounts, PanelVerdicts, run
from campaign_health.detection.pair.panel import State
from campaign_health.detection.pair.verdicts import STATUS_NAMES, Status

CHUNK_CELLS = 500_000  # pair-days judged together: enough to keep NumPy busy, small enough for little memory
CHUNK_PAIRS = 1_000
# From here on processes of their own pay for their start: threads share one interpreter lock.
MANY_ROWS = 1_500_000
NUMBERS = ("alert", "status", "expected", "expected_low", "expected_high", "probability")
MOST_DAYS = 36_525  # a hundred years of one pair; more is no daily history but a mistake in the table
MONDAY_SHIFT = 3  # 1970-01-01 was a Thursday


@dataclass
class RowVerdicts:
    """The verdict of every row of a PairTable, in its order. Numbers are NaN where nothing was judged."""

    alert: NDArray[np.bool_]
    status: NDArray[np.int8]  # index into STATUS_NAMES
    expected: NDArray[np.float32]
    expected_low: NDArray[np.float32]
    expected_high: NDArray[np.float32]
    probability: NDArray[np.float32]

    def columns(self, rows: slice) -> dict[str, pa.Array]:
        """The verdicts of some rows as columns for `pair_table.write_verdicts`."""
        names = pa.array(STATUS_NAMES, pa.string())
        return {
            "alert": pa.array(self.alert[rows].view(np.int8)),
            "status": pa.DictionaryArray.from_arrays(pa.array(self.status[rows]), names),
            "expected": _rounded(self.expected[rows], 3),
            "expected_low": _whole(self.expected_low[rows]),
            "expected_high": _whole(self.expected_high[rows]),
            "probability": _significant(self.probability[rows]),
        }


def judge_rows(
    pairs: PairTable,
    settings: DetectorSettings | None = None,
    *,
    source: Path | bytes | None = None,
    workers: int = 2,
    progress: Callable[[int], None] | None = None,
) -> RowVerdicts:
    """Judges every row. Rows may come in any order; days without a row are days that were not collected.

    `source` is only read to name the line of a duplicate day. `progress` is called with the number of rows
    judged since the last call. Raises PairTableError if a pair has a day twice or more than a hundred years.
    """
    settings = settings or DetectorSettings()
    order, starts, lengths = _by_pair(pairs, source)
    rows = len(order)
    verdicts = RowVerdicts(
        alert=np.zeros(rows, dtype=bool),
        status=np.zeros(rows, dtype=np.int8),
        expected=np.empty(rows, dtype=np.float32),
        expected_low=np.empty(rows, dtype=np.float32),
        expected_high=np.empty(rows, dtype=np.float32),
        probability=np.empty(rows, dtype=np.float32),
    )

    chunks = _chunks(lengths)
    with _pool(workers, rows) as pool:
        # A few chunks at a time, so that no more than these are in memory.
        while batch := list(islice(chunks, 2 * workers)):
            rooms = [_room(pairs, order, starts[chunk], lengths[chunk]) for chunk in batch]
            judged = pool.map(_judge_room, rooms, [settings] * len(rooms))
            for room, found in zip(rooms, judged, strict=True):
                target = room.row[room.known]
                for name in NUMBERS:
                    getattr(verdicts, name)[target] = found[name][room.known]
                if progress is not None:
                    progress(len(target))
    return verdicts


def _pool(workers: int, rows: int) -> Executor:
    if rows >= MANY_ROWS:
        return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    return ThreadPoolExecutor(workers)


def _by_pair(
    pairs: PairTable, source: Path | bytes | None
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Rows ordered by pair and day, and where each pair begins and how long it is in that order."""
    key = pairs.pair.astype(np.int64) * 2**32 + (pairs.day.astype(np.int64) + 2**31)
    order = np.argsort(key, kind="stable")
    key = key[order]
    twice = np.flatnonzero(key[1:] == key[:-1])
    if twice.size:
        row = int(order[twice + 1].min())
        line = row + 2 if source is None else line_of(source, row)
        day = np.datetime64(int(pairs.day[row]), "D")
        raise PairTableError(
            f"line {line}: pair {pairs.names[pairs.pair[row]]!r} has {day} twice; keep one row per pair and day"
        )
    starts = np.flatnonzero(np.concatenate([[True], np.diff(pairs.pair[order]) != 0]))
    lengths = np.diff(np.concatenate([starts, [len(order)]]))
    if lengths.max() > MOST_DAYS:
        pair = int(lengths.argmax())
        row = int(order[starts[pair] + MOST_DAYS])
        line = row + 2 if source is None else line_of(source, row)
        raise PairTableError(
            f"line {line}: pair {pairs.names[pairs.pair[row]]!r} has {lengths[pair]:,} days, more than the "
            f"{MOST_DAYS:,} of a hundred years; is a date column mixed up, or are several pairs under one name?"
        )
    return order, starts, lengths


def _chunks(lengths: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Pairs of like length, so many at a time that their days fit the memory meant for them."""
    by_length = np.argsort(lengths, kind="stable")[::-1]
    start = 0
    while start < len(by_length):
        longest = int(lengths[by_length[start]])
        count = max(1, min(CHUNK_PAIRS, CHUNK_CELLS // longest))
        yield by_length[start : start + count]
        start += count


@dataclass
class _Room:
    """Pairs of like length side by side, days from left to right; `known` tells rows from the room left over."""

    row: NDArray[np.int64]
    known: NDArray[np.bool_]
    counts: PanelCounts


def _room(pairs: PairTable, order: NDArray[np.int64], starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> _Room:
    place = np.arange(int(lengths.max()))
    known = place < lengths[:, None]
    row = order[np.where(known, starts[:, None] + place, starts[:, None])]
    day = pairs.day[row].astype(np.int64)
    gaps = np.ones_like(day)
    gaps[:, 1:] = np.where(known[:, 1:], day[:, 1:] - day[:, :-1], 1)
    events = np.where(known, pairs.events[row], np.nan)
    sends = np.where(known, pairs.sends[row], np.nan)
    return _Room(row, known, PanelCounts(events, sends, (day + MONDAY_SHIFT) % 7, gaps))


def _judge_room(room: _Room, settings: DetectorSettings) -> dict[str, NDArray[np.generic]]:
    found = run(State.fresh(len(room.row), settings), room.counts, settings)
    _mark_lost_events(found, room.counts, settings)
    return {name: getattr(found, name) for name in NUMBERS}


def _mark_lost_events(found: PanelVerdicts, counts: PanelCounts, settings: DetectorSettings) -> None:
    """Names an event that fell to nothing in the status.

    It opens no incident here: without its project it cannot be told from an outage or from traffic that ended, and
    on real counts every second such alarm would be one too many.
    """
    threshold = settings.lone_event_factor * settings.threshold
    fresh = EventState.fresh(len(counts.upstream))
    history = run_events(fresh, counts.upstream, counts.weekdays, counts.gaps, threshold, against_project=False)
    lost = history.lost & ~found.alert & (found.status != Status.NOT_COLLECTED)
    found.status[lost] = Status.EVENT_LOST
    found.probability[lost] = history.probability[lost]


def _rounded(values: NDArray[np.float32], digits: int) -> pa.Array:
    values64 = np.round(values.astype(np.float64), digits)
    return pa.array(values64, mask=np.isnan(values64))


def _whole(values: NDArray[np.float32]) -> pa.Array:
    unknown = np.isnan(values)
    return pa.array(np.where(unknown, 0, values).astype(np.int64), mask=unknown)


def _significant(values: NDArray[np.float32]) -> pa.Array:
    """Three significant digits."""
    values64 = values.astype(np.float64)
    unknown = np.isnan(values64)
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.floor(np.log10(np.where(values64 > 0, values64, 1.0)))
        scale = 10.0 ** (2 - power)
        rounded = np.where(values64 > 0, np.round(values64 * scale) / scale, values64)
    return pa.array(np.where(unknown, 0.0, rounded), mask=unknown)
