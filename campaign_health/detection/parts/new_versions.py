"""App versions that came out, send other events, and never sent this one.

A version that stops sending an event from its first day leaves no gap of its own: the platform's count only sinks as
people update. What shows it is that the version is in use, by the other events, and brings none of this one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from campaign_health.detection.parts.dense_parts import REST, DenseParts, coded, dense_parts
from campaign_health.detection.parts.part_stops import LEAST_SHARE, PartStop

# Every threshold of this module, with its unit.
LEAST_EXPECTED = 30.0  # events that the version should have brought, by its share of the platform in other events
LEAST_USE = 0.05  # of the platform's other events, on the day on which it is known
LEAST_EVENTS = 2  # other events that the version sends: one alone may be new with it
DAYS_BEFORE = 4  # profiled days before it came out


def find_versions_that_never_sent(parts: pd.DataFrame) -> list[PartStop]:
    """A stop for every event and app version that came out within the days given and never brought the event."""
    if parts.empty:
        return []
    frame = coded(parts)
    by_os = dense_parts(frame, ["os"])
    by_version = dense_parts(frame, ["os", "app_version"])
    systems = sorted({str(label) for label in by_os.labels[by_os.named]})
    return [stop for os in systems for stop in _of_platform(os, by_version)]


def _of_platform(os: str, cut: DenseParts) -> Iterator[PartStop]:
    rows = np.flatnonzero(cut.named & np.char.startswith(cut.labels.astype(str), f"{os} "))
    if not len(rows):
        return
    versions, place = np.unique(cut.labels[rows].astype(str), return_inverse=True)
    by_event, by_version = np.zeros(cut.whole.shape), np.zeros((len(versions), len(cut.days)))
    sent = np.zeros((len(cut.events), len(versions)))
    np.add.at(by_event, cut.event_of[rows], cut.counts[rows])
    np.add.at(by_version, place, cut.counts[rows])
    np.add.at(sent, (cut.event_of[rows], place), cut.counts[rows].sum(axis=1))
    use = by_version / np.maximum(by_version.sum(axis=0), 1.0)
    # What it should have brought: the others of the platform, times its share over theirs.
    owed = use / np.maximum(1.0 - use, 0.05)
    expected = by_event @ owed.T
    of_rest = np.array([event == REST for event in cut.events])
    # The rest stands for several events.
    users = (sent > 0).sum(axis=0) + (sent[of_rest] > 0).any(axis=0)
    came = np.argmax(by_version > 0, axis=1)
    suspect = ~of_rest[:, None] & (sent == 0) & (expected >= LEAST_EXPECTED)
    # An event that versions from before do not send either belongs to another app on the same platform.
    suspect &= ~(suspect & (came < DAYS_BEFORE)[None, :]).any(axis=1)[:, None]
    suspect &= ((users >= LEAST_EVENTS) & (came >= DAYS_BEFORE))[None, :]
    days = cut.days
    for event_at, version_at in zip(*np.nonzero(suspect), strict=True):
        total = cut.whole[event_at]
        due = by_event[event_at] * owed[version_at]
        due[: came[version_at]] = 0.0
        share = np.divide(due, total + due, out=np.zeros_like(due), where=total > 0)
        known = (np.cumsum(due) >= LEAST_EXPECTED) & (share >= LEAST_SHARE) & (use[version_at] >= LEAST_USE)
        if not known.any():
            continue
        at, began = int(np.argmax(known)), int(came[version_at])
        silent = frozenset(day for day, of_day in zip(days[began:], total[began:], strict=True) if of_day > 0)
        yield PartStop(
            days[began], days[began - 1], days[at], silent, None, float(share[at]), float(due[at]),
            cut.events[event_at], "new_version", str(versions[version_at]),
        )  # fmt: skip
