"""When the days, hours, weeks and months of a time zone begin."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Instants = npt.NDArray[np.int64]

HOUR = 3600


def midnight(day: date, zone: ZoneInfo) -> int:
    """Unix seconds of the first instant of ``day`` in ``zone``, also where the clock skips midnight."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def day_starts(first: date, days: int, zone: ZoneInfo) -> Instants:
    """Unix seconds at which each of ``days`` days from ``first`` begins, and where the last one ends."""
    return np.array([midnight(first + timedelta(days=i), zone) for i in range(days + 1)], dtype=np.int64)


def bucket_start(instant: int, unit: str, zone: ZoneInfo) -> int:
    """The start of the bucket that holds ``instant``: ``unit`` is hours, days, weeks (from Sunday) or months."""
    local = datetime.fromtimestamp(instant, zone)
    if unit == "hours":
        return instant - (local.minute * 60 + local.second)
    day = local.date()
    if unit == "weeks":
        day -= timedelta(days=(day.weekday() + 1) % 7)
    elif unit == "months":
        day = day.replace(day=1)
    return midnight(day, zone)


def bucket_starts(first: int, last: int, unit: str, zone: ZoneInfo) -> list[int]:
    """Starts of all buckets from the one that holds ``first`` to the one that holds ``last``, both included."""
    start, end = bucket_start(first, unit, zone), bucket_start(last, unit, zone)
    if unit == "hours":
        return list(range(start, end + 1, HOUR))
    starts = []
    day, last_day = local_day(start, zone), local_day(end, zone)
    while day <= last_day:
        starts.append(midnight(day, zone))
        day = following(day, unit)
    return starts


def bucket_end(start: int, unit: str, zone: ZoneInfo) -> int:
    """Where the bucket that begins at ``start`` ends."""
    if unit == "hours":
        return start + HOUR
    return midnight(following(local_day(start, zone), unit), zone)


def following(day: date, unit: str) -> date:
    """The first day of the next bucket."""
    if unit == "months":
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day + timedelta(days=7 if unit == "weeks" else 1)


def local_day(instant: float, zone: ZoneInfo) -> date:
    """The calendar day of an instant in Unix seconds."""
    return datetime.fromtimestamp(instant, zone).date()
