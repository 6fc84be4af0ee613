"""Platforms and app versions that no longer send an event, from its daily counts by part of the traffic.

A part that brings a steady share of an event and then nothing has stopped, however small the event's own count fell:
with so many expected, chance gives none about once in `exp(LEAST_EXPECTED)` days. Shares, not counts, are compared, so
that weekdays, seasons and holidays, which all parts share, say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd

Kind = Literal["os", "library", "app_version", "new_version"]

# Every threshold of this module, with its unit.
LEAST_SHARE = 0.08  # of the event: a smaller part is none to alarm for
LEAST_EXPECTED = 12.0  # events that the part should have brought since it stopped; more where its share is restless
LEFT = 0.02  # of what was expected: stragglers of old versions
BACK = 0.3  # of what was expected: the part is back
LEAST_DAYS = 4  # profiled days before the stop on each of which it came
HISTORY_DAYS = 35  # calendar days before the stop that are looked at
LASTING = 0.5  # of what was due that it must have brought on the day before: a part that fades out does not stop
AWAY = 6.0  # events due on a day before, on which it brought none: it comes and goes
TAKEN_OVER = 0.35  # of the lost share that another part has won: the traffic moved, it did not stop
ALIVE = 12.0  # events that a version must bring to the other events on the same days, to be in use at all
_COLUMNS: dict[Kind, list[str]] = {"os": ["os"], "library": ["library"], "app_version": ["os", "app_version"]}
_UNNAMED = ("", "(other)")


@dataclass(frozen=True)
class PartStop:
    """One part of one event's traffic that fell silent.

    Attributes:
        kind: `new_version` is one that came out meanwhile and never brought the event.
        part: its name, such as `iOS` or `iOS 4.2`.
        began: the first profiled day on which it brought nothing, `last_before` the newest on which it did.
        known_on: the day by whose end so much was missing that it is no chance.
        silent_days: the profiled days from `began` on which it stayed silent.
        ended: the first profiled day on which it was back; None where it is not.
        share: its usual share (0 to 1) of the event's events, `a_day` its usual events a day; of a new version what
            it should have brought on the day on which it was known.
    """

    event: str
    kind: Kind
    part: str
    began: date
    last_before: date
    known_on: date
    silent_days: frozenset[date]
    ended: date | None
    share: float
    a_day: float


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
        for stop in _stops(str(event), kind, " ".join(values), own, total):
            if not _moved(counts.loc[event], tuple(values), total, stop) and (
                kind != "app_version" or _in_use(counts, key, stop, frame)
            ):
                yield stop


def _stops(event: str, kind: Kind, part: str, own: pd.Series, total: pd.Series) -> Iterator[PartStop]:
    days = [stamp.date() for stamp in total.index]
    count, read = own.to_numpy(dtype=float), total.to_numpy(dtype=float)
    at = LEAST_DAYS
    while at < len(days):
        before = [i for i in range(at) if (days[at] - days[i]).days <= HISTORY_DAYS and read[i] > 0]
        usual = _usual(count, read, before)
        if usual is None or count[at] > LEFT * usual[0] * read[at]:
            at += 1
            continue
        share, scatter = usual
        end = at
        while end < len(days) and count[end] <= BACK * share * read[end]:
            end += 1
        due = np.cumsum(share * read[at:end])
        enough = np.flatnonzero((due >= LEAST_EXPECTED * scatter) & (np.cumsum(count[at:end]) <= LEFT * due))
        if len(enough):
            yield PartStop(
                event, kind, part, days[at], days[before[-1]], days[at + int(enough[0])], frozenset(days[at:end]),
                days[end] if end < len(days) else None, share, float(np.median(count[before])),
            )  # fmt: skip
        at = end + 1


def _usual(count: np.ndarray, read: np.ndarray, before: Sequence[int]) -> tuple[float, float] | None:
    """Usual share over the days before, and how much more it scatters than chance (binomially) explains, 1 or more.

    None where the part came on too few of them, was away on one before, or was fading out.
    """
    came, came_of = count[list(before)], read[list(before)]
    if (came > 0).sum() < LEAST_DAYS:
        return None
    share = float(came.sum() / came_of.sum())
    due = share * came_of
    if share < LEAST_SHARE or came[-1] < LASTING * due[-1] or ((came == 0) & (due > AWAY)).any():
        return None
    scatter = float(((came - due) ** 2 / (due * (1.0 - share) + 1e-9)).sum() / (len(before) - 1))
    return share, max(scatter, 1.0)


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
