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

import pandas as pd

from campaign_health.detection.parts.silence import HISTORY_DAYS, LEAST_DAYS, Silence, silences

Kind = Literal["os", "library", "app_version", "new_version"]

# Every threshold of this module, with its unit; those of a silence are in `silence`.
LEAST_SHARE = 0.08  # of the event: a smaller part is none to alarm for
TAKEN_OVER = 0.35  # of the lost share that another part has won: the traffic moved, it did not stop
ALIVE = 12.0  # events that a version must bring to the other events on the same days, to be in use at all
_COLUMNS: dict[Kind, list[str]] = {"os": ["os"], "library": ["library"], "app_version": ["os", "app_version"]}
_UNNAMED = ("", "(other)")


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
            row, a part without one brought nothing; days without a row are not known.
    """
    if parts.empty:
        return []
    frame = parts.assign(day=pd.to_datetime(parts["day"]))
    found: list[PartStop] = []
    for kind in _COLUMNS:
        found += _of_kind(frame, kind)
    return _broadest(found)


def _of_kind(frame: pd.DataFrame, kind: Kind) -> Iterator[PartStop]:
    columns = _COLUMNS[kind]
    counts = frame.groupby(["event", *columns, "day"], sort=True)["events"].sum()
    totals = frame.groupby(["event", "day"])["events_read"].max()
    profiled = totals.groupby(level="event").size()
    present = counts.groupby(level=list(range(len(columns) + 1))).size()
    events = present.index.get_level_values("event")
    # A part that came on every profiled day has not stopped: most have not, and cost no more than this.
    gaps = present[(present.to_numpy() < profiled.loc[events].to_numpy()) & (present.to_numpy() >= LEAST_DAYS)]
    for key in gaps.index:
        event, *values = key
        if values[-1] in _UNNAMED:
            continue
        total = totals.loc[event]
        own = counts.loc[key].reindex(total.index, fill_value=0)
        days = [stamp.date() for stamp in pd.DatetimeIndex(total.index)]
        for silence in silences(days, own.to_numpy(dtype=float), total.to_numpy(dtype=float), LEAST_SHARE):
            stop = PartStop(**vars(silence), event=str(event), kind=kind, part=" ".join(values))
            if not _moved(counts.loc[event], tuple(values), total, stop) and (
                kind != "app_version" or _in_use(counts, key, stop, frame)
            ):
                yield stop


def _moved(counts: pd.Series, part: tuple[str, ...], total: pd.Series, stop: PartStop) -> bool:
    """Whether another part of the event has won a good piece of what this one lost."""
    table = counts.unstack("day", fill_value=0).reindex(columns=total.index, fill_value=0)
    others = table.drop(index=part if len(part) > 1 else part[0])
    share = others.div(total, axis=1)
    began = pd.Timestamp(stop.began)
    days = total.index
    before = share.loc[:, (days < began) & (days >= began - timedelta(days=HISTORY_DAYS))].median(axis=1)
    silent = [day for day in days if day.date() in stop.silent_days and day.date() <= stop.known_on]
    now = others[silent].sum(axis=1) / total[silent].sum()
    won = now - before / max(1.0 - stop.share, 1e-9)
    return bool((won > TAKEN_OVER * stop.share).any())


def _in_use(counts: pd.Series, key: tuple[str, ...], stop: PartStop, frame: pd.DataFrame) -> bool:
    """Whether the version still sends other events: one that everybody has left has not broken anything."""
    event, *values = key
    elsewhere = counts.xs(tuple(values), level=tuple(_COLUMNS[stop.kind])).drop(index=event, level="event")
    days = [pd.Timestamp(day) for day in stop.silent_days if day <= stop.known_on]
    alive = elsewhere[elsewhere.index.get_level_values("day").isin(days)].sum() >= ALIVE
    rest = (frame["event"] == event) & frame["day"].isin(days) & (frame["app_version"] == "(other)")
    return bool(alive and not rest.any())


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
