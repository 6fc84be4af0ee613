"""Platforms and app versions that no longer send an event, from its daily counts by part of the traffic.

A part that brings a steady share of an event and then nothing has stopped, however small the event's own count fell:
with so many expected, chance gives none about once in `exp(LEAST_EXPECTED)` days. Shares, not counts, are compared, so
that weekdays, seasons and holidays, which all parts share, say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np
import pandas as pd

from campaign_health.detection.parts.dense_parts import OTHER, REST, DenseParts, coded, dense_parts
from campaign_health.detection.parts.silence import HISTORY_DAYS, LEAST_DAYS, LEFT, Silence, silences

Kind = Literal["os", "library", "app_version", "new_version"]

# Every threshold of this module, with its unit; those of a silence are in `silence`.
LEAST_SHARE = 0.08  # of the event: a smaller part is none to alarm for
TAKEN_OVER = 0.35  # of the lost share that another part has won: the traffic moved, it did not stop
ALIVE = 12.0  # events that a version must bring to the other events on the same days, to be in use at all
_COLUMNS: dict[Kind, list[str]] = {"os": ["os"], "library": ["library"], "app_version": ["os", "app_version"]}


@dataclass(frozen=True)
class PartStop(Silence):
    """One part of one event's traffic that fell silent; its days are profiled days, its counts events.

    Attributes:
        kind: `new_version` is one that came out meanwhile and never brought the event; its share and count are what
            it should have brought on the day on which that was known.
        part: its name, such as `iOS` or `iOS 4.2`.
    """

    event: str
    kind: Kind
    part: str


def find_part_stops(parts: pd.DataFrame) -> list[PartStop]:
    """Every stop of a part in the profiled days given, by event; of parts that stopped together the broadest.

    Args:
        parts: rows (event, day, library, os, app_version, events, events_read). On a day on which an event has any
            row, a part without one brought nothing; days without a row are not known. The event `REST` are the sums of
            all others: it only shows which versions are in use.
    """
    if parts.empty:
        return []
    found: list[PartStop] = []
    frame = coded(parts)
    for kind, columns in _COLUMNS.items():
        found += _of_kind(dense_parts(frame, columns), kind)
    return _broadest(found)


def _of_kind(cut: DenseParts, kind: Kind) -> Iterator[PartStop]:
    whole = cut.whole[cut.event_of]
    # A part that came on every profiled day has not stopped: most have not, and cost no more than this.
    gap = ((whole > 0) & (cut.counts <= LEFT * whole)).any(axis=1)
    large = (cut.counts >= LEAST_SHARE * whole) & (cut.counts > 0)
    of_rest = np.array([event == REST for event in cut.events])[cut.event_of]
    for row in np.flatnonzero(~of_rest & gap & cut.named & (large.sum(axis=1) >= LEAST_DAYS)):
        for silence in silences(cut.days, cut.counts[row], whole[row], LEAST_SHARE, by_weekday=False):
            if _moved(cut, int(row), silence) or (kind == "app_version" and not _in_use(cut, int(row), silence)):
                continue
            event = cut.events[cut.event_of[row]]
            yield PartStop(**vars(silence), event=event, kind=kind, part=str(cut.labels[row]))


def _moved(cut: DenseParts, row: int, silence: Silence) -> bool:
    """Whether another part of the event has won a good piece of what this one lost."""
    others = np.flatnonzero(cut.event_of == cut.event_of[row])
    others = others[others != row]
    whole = cut.whole[cut.event_of[row]]
    before = cut.columns(silence.began - timedelta(days=HISTORY_DAYS), silence.began) & (whole > 0)
    since = cut.of_days(silence.silent_days, silence.known_on)
    if not len(others):
        return False
    usual = np.median(cut.counts[others][:, before] / whole[before], axis=1)
    now = cut.counts[others][:, since].sum(axis=1) / whole[since].sum()
    won = now - usual / max(1.0 - silence.share, 1e-9)
    return bool((won > TAKEN_OVER * silence.share).any())


def _in_use(cut: DenseParts, row: int, silence: Silence) -> bool:
    """Whether the version still sends other events: one that everybody has left has not broken anything.

    On days on which the event's rarest versions are not told apart, none of them can be called silent.
    """
    since = cut.of_days(silence.silent_days, silence.known_on)
    elsewhere = (cut.labels == cut.labels[row]) & (cut.event_of != cut.event_of[row])
    rest = (cut.event_of == cut.event_of[row]) & np.char.endswith(cut.labels.astype(str), OTHER)
    return bool(cut.counts[elsewhere][:, since].sum() >= ALIVE and not cut.counts[rest][:, since].any())


def _broadest(found: list[PartStop]) -> list[PartStop]:
    """Of the stops of one event at about one time, the one with the largest share: a platform before its versions."""
    kept: list[PartStop] = []
    order = list(_COLUMNS)
    for stop in sorted(found, key=lambda one: (one.event, -round(one.share, 1), order.index(one.kind), one.part)):
        if not any(other.event == stop.event and _together(other, stop) for other in kept):
            kept.append(stop)
    return sorted(kept, key=lambda one: (one.event, one.began, one.part))


def _together(one: PartStop, other: PartStop) -> bool:
    return one.kind != other.kind and bool(one.silent_days & other.silent_days)
