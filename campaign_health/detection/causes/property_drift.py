"""Properties that changed their type, vanished, or appeared, from the daily profiles of an event's properties."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from campaign_health.detection.event.event_panel import MIXPANELS_OWN
from campaign_health.names.likeness import name_likeness

# Every threshold of this module, with its unit.
LEAST_SHARE = 0.05  # of events: a property below it is noise
LEAST_EVENTS = 5  # events read on either side
TYPE_SHARE = 0.6  # of its valued events that must have one type for it to be the property's type
NEW_TYPE_SHARE = 0.15  # of its valued events that must carry another type for a lasting mix to be news
FALL_ERRORS = 5.0  # standard errors (binomial, with day-to-day spread) of a fall
LEAST_FALL = 0.12  # of events: a smaller fall of the share is not news
GONE_SHARE = 0.02  # of events: a property at or below it is gone
DAY_SPREAD = 0.03  # standard deviation of a healthy share from day to day
RECENT_DAYS = 3  # profiled days that show how it is now
_EQUAL = 1e-7  # in the logarithm of the likelihood: less is rounding
ALIKE_PROPERTY = 0.45  # likeness of a property's name to the one whose place it may have taken


@dataclass(frozen=True)
class PropertyChange:
    """One property of one event that changed for good. Shares are of the event's events.

    `day` is the first profiled day on which it was so, `last_day_before` the newest profiled day on which it was not
    (the change lies after it and not after `day`).
    """

    event: str
    property: str
    kind: str
    day: date
    before: str | None
    after: str | None
    share_before: float
    share_after: float
    new_property: str | None = None
    last_day_before: date | None = None
    events_read: int = 0
    new_property_likeness: float | None = None
    gradual: bool = False


@dataclass(frozen=True)
class _Profile:
    """Shares by property and type of one event: arrays over its profiled days."""

    days: list[date]
    read: np.ndarray
    shares: dict[str, dict[str, np.ndarray]]

    def valued(self, name: str) -> np.ndarray:
        """Share of events with a value (any type but null)."""
        kinds = self.shares.get(name, {})
        total = np.zeros(len(self.days))
        for kind, share in kinds.items():
            if kind != "null":
                total = total + share
        return np.minimum(total, 1.0)


def find_property_changes(event_property: pd.DataFrame, *, as_of: date | None = None) -> list[PropertyChange]:
    """Lasting changes of all profiled events up to `as_of`, newest first.

    Args:
        event_property: rows (event, property, type, day, share, events_read); an event's profiled days may have gaps.
        as_of: later days are not looked at; all days if None.

    Returns:
        `type_changed` (another type has taken over, or a lasting part), `missing` (the share of events with a value
        fell; 0 means gone) and `appeared`. A change that was undone since is left out, and so is a property whose
        share of nulls wavers.
    """
    frame = event_property
    if frame is None or frame.empty:
        return []
    frame = frame.assign(day=pd.to_datetime(frame["day"]))
    if as_of is not None:
        frame = frame[frame["day"] <= pd.Timestamp(as_of)]
    found = [change for event, rows in frame.groupby("event") for change in _changes(str(event), _profile(rows))]
    return sorted(found, key=lambda change: (-change.day.toordinal(), change.event, change.property))


def _profile(rows: pd.DataFrame) -> _Profile:
    stamps, positions = np.unique(rows["day"].to_numpy(), return_inverse=True)
    read = np.zeros(len(stamps))
    np.fmax.at(read, positions, rows["events_read"].to_numpy(dtype=float))
    shares: dict[str, dict[str, np.ndarray]] = {}
    columns = (rows[name].to_list() for name in ("property", "type", "share"))
    for name, kind, share, position in zip(*columns, positions, strict=True):
        series = shares.setdefault(str(name), {}).setdefault(str(kind), np.zeros(len(stamps)))
        series[position] = share
    return _Profile([stamp.date() for stamp in pd.DatetimeIndex(stamps)], read, shares)


def _changes(event: str, profile: _Profile) -> Iterator[PropertyChange]:
    if len(profile.days) < 2:
        return
    appeared = [
        name
        for name in profile.shares
        if _appeared_at(profile, name) is not None and not name.startswith(MIXPANELS_OWN)
    ]
    for name in sorted(profile.shares):
        if name.startswith(MIXPANELS_OWN):
            continue
        change = _type_change(event, profile, name) or _fall(event, profile, name, appeared)
        if change is not None:
            yield change
        elif name in appeared:
            yield _appearance(event, profile, name)


def _split(profile: _Profile, value: np.ndarray) -> int | None:
    """Position of the day from which on the value has stayed away from what it was before; None where it has not.

    The cut with the best likelihood of two levels (binomial, with a day-to-day spread) among all cuts, if it is sure.
    """
    if len(value) < 2:
        return None
    weights = np.minimum(profile.read, 500)
    middle = _mean(value, profile.read, slice(None))
    precision = 1 / (2 * (middle * (1 - middle) / np.maximum(profile.read, 1) + DAY_SPREAD**2))
    # Sums up to each cut give the squared errors on both sides of it: years of days are gone through once for all cuts.
    weight, weighted = np.cumsum(weights), np.cumsum(value * weights)
    ones, firsts, squares = (np.cumsum(part * precision) for part in (np.ones(len(value)), value, value**2))
    before = weighted[:-1] / np.maximum(weight[:-1], 1e-9)
    after = (weighted[-1] - weighted[:-1]) / np.maximum(weight[-1] - weight[:-1], 1e-9)
    left = squares[:-1] - 2 * before * firsts[:-1] + before**2 * ones[:-1]
    right = squares[-1] - squares[:-1] - 2 * after * (firsts[-1] - firsts[:-1]) + after**2 * (ones[-1] - ones[:-1])
    gains = squares[-1] - 2 * middle * firsts[-1] + middle**2 * ones[-1] - left - right
    # The first of those that are as good as the best, whatever the last digits of the sums are.
    best = int(np.argmax(gains >= gains.max() - _EQUAL))
    return best + 1 if gains[best] > FALL_ERRORS else None


def _mean(value: np.ndarray, read: np.ndarray, where: slice) -> float:
    weights = np.minimum(read[where], 500)
    return float((value[where] * weights).sum() / max(weights.sum(), 1e-9))


def _sure_fall(before: float, after: float, read_before: float, read_after: float) -> bool:
    middle = (before * read_before + after * read_after) / max(read_before + read_after, 1)
    error = np.sqrt(middle * (1 - middle) * (1 / max(read_before, 1) + 1 / max(read_after, 1)) + DAY_SPREAD**2)
    return bool(before - after >= LEAST_FALL and before - after >= FALL_ERRORS / 1.5 * error)


def _type_change(event: str, profile: _Profile, name: str) -> PropertyChange | None:
    valued = profile.valued(name)
    kinds = {kind: share for kind, share in profile.shares[name].items() if kind != "null"}
    if len(kinds) < 2:
        return None
    for kind in kinds:
        part = np.where(valued > 0, kinds[kind] / np.maximum(valued, 1e-9), 0.0)
        carried = valued >= LEAST_SHARE
        if carried.sum() < 2:
            continue
        read = np.where(carried, profile.read * valued, 0.0)
        seen = _Profile(profile.days, read, profile.shares)
        cut = _split(seen, np.where(carried, part, _filled(part, carried)))
        if cut is None:
            continue
        before, after = _mean(part, read, slice(None, cut)), _mean(part, read, slice(cut, None))
        now = _mean(part, read, slice(max(cut, len(part) - RECENT_DAYS), None))
        enough = min(read[:cut].sum(), read[cut:].sum()) >= LEAST_EVENTS
        if not (enough and after - before >= NEW_TYPE_SHARE and now - before >= NEW_TYPE_SHARE):
            continue
        former = max((k for k in kinds if k != kind), key=lambda k: _mean(kinds[k], profile.read, slice(None, cut)))
        if _mean(kinds[former], profile.read, slice(None, cut)) < TYPE_SHARE * _mean(
            valued, profile.read, slice(None, cut)
        ):
            continue
        share_before = _mean(kinds[former], profile.read, slice(None, cut))
        return PropertyChange(
            event, name, "type_changed", profile.days[cut], former, kind, share_before,
            _mean(kinds[kind], profile.read, slice(max(cut, len(part) - RECENT_DAYS), None)),
            last_day_before=profile.days[cut - 1], events_read=int(profile.read[cut:].sum()),
            gradual=bool(now - after > 0.15),
        )  # fmt: skip
    return None


def _filled(part: np.ndarray, carried: np.ndarray) -> np.ndarray:
    """The value of the nearest earlier day that carried the property, else of the first that did."""
    position = np.maximum.accumulate(np.where(carried, np.arange(len(part)), -1))
    first = int(np.argmax(carried))
    return part[np.where(position < 0, first, position)]


def _fall(event: str, profile: _Profile, name: str, appeared: list[str]) -> PropertyChange | None:
    valued = profile.valued(name)
    cut = _split(profile, valued)
    if cut is None:
        return None
    recent = slice(max(cut, len(valued) - RECENT_DAYS), None)
    before, now = _mean(valued, profile.read, slice(None, cut)), _mean(valued, profile.read, recent)
    read_before, read_after = profile.read[:cut].sum(), profile.read[cut:].sum()
    if before < LEAST_SHARE or min(read_before, read_after) < LEAST_EVENTS:
        return None
    if not _sure_fall(before, now, read_before, read_after) and not (now <= GONE_SHARE and before * read_after >= 8):
        return None
    if not _unusual(valued[:cut], now):
        return None
    kinds = {
        kind: _mean(share, profile.read, slice(None, cut))
        for kind, share in profile.shares[name].items()
        if kind != "null"
    }
    kind = max(kinds, key=lambda k: kinds[k])
    successor = _successor(profile, name, kind, cut, before - now, appeared)
    after_null = profile.shares[name].get("null")
    turned_null = after_null is not None and _mean(after_null, profile.read, recent) > 0.5 * (before - now)
    return PropertyChange(
        event, name, "missing", profile.days[cut], kind, "null" if turned_null else None, before, now,
        new_property=successor[0] if successor else None, last_day_before=profile.days[cut - 1],
        events_read=int(read_after), new_property_likeness=successor[1] if successor else None,
        gradual=bool(abs(now - _mean(valued, profile.read, slice(cut, None))) > 0.1),
    )  # fmt: skip


def _unusual(before: np.ndarray, now: float) -> bool:
    """Whether the share now lies well below everything seen before."""
    if len(before) < 3:
        return True
    return bool(now < before.min() - 0.04 and now < before.mean() - 4 * before.std())


def _appeared_at(profile: _Profile, name: str) -> int | None:
    """Position of the first day that carried it, if there was a day before and it has stayed."""
    valued = profile.valued(name)
    carried = np.flatnonzero(valued > GONE_SHARE)
    if not len(carried) or carried[0] == 0 or valued[-1] < LEAST_SHARE:
        return None
    if profile.read[: carried[0]].sum() < LEAST_EVENTS:
        return None
    return int(carried[0])


def _successor(
    profile: _Profile, name: str, kind: str, cut: int, lost: float, appeared: list[str]
) -> tuple[str, float] | None:
    """The property that began on that day with the lost share, a like name and the same type."""
    best: tuple[str, float] | None = None
    best_score = 0.0
    for other in appeared:
        at = _appeared_at(profile, other)
        if at is None or abs(at - cut) > 1 or other == name:
            continue
        likeness = name_likeness(name, other)
        share = _mean(profile.valued(other), profile.read, slice(cut, None))
        ratio = share / max(lost, 1e-9)
        same_type = kind in profile.shares[other]
        if not (0.5 <= ratio <= 1.6) or (likeness < ALIKE_PROPERTY and not (same_type and 0.9 <= ratio <= 1.1)):
            continue
        score = likeness + 0.3 * same_type + 0.3 * (1 - abs(1 - ratio))
        if score > best_score and (likeness >= ALIKE_PROPERTY or score > 0.58):
            best, best_score = (other, likeness), score
    return best


def _appearance(event: str, profile: _Profile, name: str) -> PropertyChange:
    at = _appeared_at(profile, name)
    assert at is not None
    kinds = {kind: _mean(share, profile.read, slice(at, None)) for kind, share in profile.shares[name].items()}
    return PropertyChange(
        event, name, "appeared", profile.days[at], None, max(kinds, key=lambda k: kinds[k]), 0.0,
        _mean(profile.valued(name), profile.read, slice(at, None)), last_day_before=profile.days[at - 1],
        events_read=int(profile.read[at:].sum()),
    )  # fmt: skip
