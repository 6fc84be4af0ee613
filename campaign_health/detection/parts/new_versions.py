"""App versions that came out, send other events, and never sent this one.

A version that stops sending an event from its first day leaves no gap of its own: the platform's count only sinks as
people update. What shows it is that the version is in use, by the other events, and brings none of this one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from campaign_health.detection.parts.part_stops import LEAST_SHARE, PartStop

# Every threshold of this module, with its unit.
LEAST_EXPECTED = 30.0  # events that the version should have brought, by its share of the platform in other events
LEAST_USE = 0.05  # of the platform's other events, on the day on which it is known
LEAST_EVENTS = 2  # other events that the version sends: one alone may be new with it
DAYS_BEFORE = 4  # profiled days before it came out

Numbers = NDArray[np.float64]


def find_versions_that_never_sent(parts: pd.DataFrame) -> list[PartStop]:
    """A stop for every event and app version that came out within the days given and never brought the event."""
    named = parts[(parts["os"] != "") & ~parts["app_version"].isin(["", "(other)"])]
    if named.empty:
        return []
    frame = named.assign(day=pd.to_datetime(named["day"]))
    totals = parts.assign(day=pd.to_datetime(parts["day"])).groupby(["event", "day"])["events_read"].max()
    return [stop for _, rows in frame.groupby("os") for stop in _of_platform(rows, totals)]


def _of_platform(rows: pd.DataFrame, totals: pd.Series) -> Iterator[PartStop]:
    os = str(rows["os"].iloc[0])
    by_event = rows.pivot_table(index="event", columns="day", values="events", aggfunc="sum", fill_value=0)
    by_version = rows.pivot_table(index="app_version", columns="day", values="events", aggfunc="sum", fill_value=0)
    sent = rows.pivot_table(index="event", columns="app_version", values="events", aggfunc="sum", fill_value=0)
    use = by_version.div(by_version.sum(axis=0).clip(lower=1), axis=1).to_numpy()
    # What it should have brought: the others of the platform, times its share over theirs.
    owed = use / np.maximum(1.0 - use, 0.05)
    expected = by_event.to_numpy() @ owed.T
    users = (sent > 0).sum(axis=0).to_numpy()
    came = np.array([int(np.argmax(row > 0)) for row in by_version.to_numpy()])
    suspect = (sent.reindex(by_event.index).to_numpy() == 0) & (expected >= LEAST_EXPECTED)
    suspect &= ((users >= LEAST_EVENTS) & (came >= DAYS_BEFORE))[None, :]
    days = [stamp.date() for stamp in pd.DatetimeIndex(by_event.columns)]
    for event_at, version_at in zip(*np.nonzero(suspect), strict=True):
        event, version = str(by_event.index[event_at]), str(by_version.index[version_at])
        total = totals.loc[event].reindex(by_event.columns).to_numpy(dtype=float)
        due = by_event.to_numpy()[event_at] * owed[version_at]
        due[: came[version_at]] = 0.0
        share = np.divide(due, total + due, out=np.zeros_like(due), where=total > 0)
        known = (np.cumsum(due) >= LEAST_EXPECTED) & (share >= LEAST_SHARE) & (use[version_at] >= LEAST_USE)
        if not known.any():
            continue
        at, began = int(np.argmax(known)), int(came[version_at])
        silent = frozenset(day for day, of_day in zip(days[began:], total[began:], strict=True) if of_day > 0)
        yield PartStop(
            days[began], days[began - 1], days[at], silent, None, float(share[at]), float(due[at]),
            event, "new_version", f"{os} {version}",
        )  # fmt: skip
