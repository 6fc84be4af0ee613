"""An event's counts by part of the traffic as arrays: one row for each event and part, one column for each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

OTHER = "(other)"
"""Stands for the rarest parts of a day with very many."""

REST = ""
"""Stands for all events that are not looked at one by one."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class DenseParts:
    """All events, cut in one way.

    `whole` has a row for each of `events`: what was read of it that day, 0 where nothing was. `counts` has a row for
    each event and part: `event_of` is the event's place, `labels` the part's name, `named` whether it has one.
    """

    days: list[date]
    events: list[str]
    whole: Numbers
    event_of: NDArray[np.int64]
    labels: NDArray[np.object_]
    named: NDArray[np.bool_]
    counts: Numbers

    def columns(self, first: date, last: date) -> NDArray[np.bool_]:
        """Which days lie between the two, the first included, the last not."""
        return np.array([first <= day < last for day in self.days])

    def of_days(self, wanted: frozenset[date], last: date) -> NDArray[np.bool_]:
        """Which days are among those wanted and not after the last."""
        return np.array([day in wanted and day <= last for day in self.days])


_TEXTS = ("event", "day", "library", "os", "app_version")


def coded(parts: pd.DataFrame) -> pd.DataFrame:
    """The rows with each text and day as a category, in order: cut in several ways, they are then sorted only once."""
    return parts.assign(**{name: parts[name].astype("category") for name in _TEXTS})


def dense_parts(frame: pd.DataFrame, columns: Sequence[str]) -> DenseParts:
    """The counts by the named columns: `["os"]` for platforms, `["os", "app_version"]` for versions.

    Args:
        frame: rows (event, day, library, os, app_version, events, events_read) as `coded`, not empty.
    """
    events, stamps = frame["event"].cat.categories, pd.DatetimeIndex(frame["day"].cat.categories)
    event_code = frame["event"].cat.codes.to_numpy(dtype=np.int64)
    day_code = frame["day"].cat.codes.to_numpy(dtype=np.int64)
    whole = np.zeros((len(events), len(stamps)))
    whole[event_code, day_code] = frame["events_read"].to_numpy(dtype=np.float64)
    part_code, size = np.zeros(len(frame), dtype=np.int64), 1
    for column in columns:
        names = frame[column].cat.categories
        part_code = part_code * len(names) + frame[column].cat.codes.to_numpy(dtype=np.int64)
        size *= len(names)
    keys, place = np.unique(event_code * size + part_code, return_inverse=True)
    cells = place * len(stamps) + day_code
    weights = frame["events"].to_numpy(dtype=np.float64)
    counts = np.bincount(cells, weights=weights, minlength=len(keys) * len(stamps))
    labels, named = _names(frame, columns, keys % size)
    return DenseParts(
        [stamp.date() for stamp in stamps],
        [str(event) for event in events],
        whole,
        keys // size,
        labels,
        named,
        counts.reshape(len(keys), len(stamps)).astype(np.float64),
    )


def _names(
    frame: pd.DataFrame, columns: Sequence[str], codes: NDArray[np.int64]
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """The names of parts by their codes, and whether each of their texts is one."""
    texts: list[NDArray[np.object_]] = []
    for column in reversed(columns):
        names = frame[column].cat.categories.to_numpy(dtype=object)
        texts.insert(0, names[codes % len(names)])
        codes = codes // len(names)
    labels = np.array([" ".join(map(str, row)) for row in zip(*texts, strict=True)], dtype=object)
    named = np.logical_and.reduce([(text != "") & (text != OTHER) for text in texts])
    return labels, named
