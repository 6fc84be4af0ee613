"""When a local time of day comes: once on each day that there is, whatever clocks are put forward or back."""

from __future__ import annotations

from collections.abc import Container
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from campaign_health.process.clock import local_day

EVERY_DAY = range(7)
WORKING_DAYS = range(5)
_SECOND = timedelta(seconds=1)
# A week, and a day more on each side: a working day is among them, also where a whole day does not exist.
_LOOK_AROUND = 9


def due_instant(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """The first instant (UTC) of the day in `zone` at which its clocks show `at` or later.

    Where clocks are put forward over `at`, that is the instant at which they are; where they are put back over it, the
    first of both. None on a day that a zone left out (Samoa had no 30 December 2011).
    """
    wall = datetime.combine(day, at, zone)
    first = wall.replace(fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return first
    # Clocks jump over it. Read by the offset after the jump it lies before the jump, by the one before it, after it.
    jump = _jump(wall.replace(fold=1).astimezone(UTC), first, zone)
    exists = local_day(jump, zone) == day or local_day(jump - _SECOND, zone) == day
    return jump if exists else None


def last_due(now: datetime, at: time, zone: ZoneInfo, weekdays: Container[int] = EVERY_DAY) -> datetime | None:
    """The newest instant (UTC) at which `at` was due, `now` included; Monday is 0 of `weekdays`."""
    return max((instant for instant in _around(now, at, zone, weekdays) if instant <= now), default=None)


def next_due(now: datetime, at: time, zone: ZoneInfo, weekdays: Container[int] = EVERY_DAY) -> datetime | None:
    """The first instant (UTC) after `now` at which `at` is due; Monday is 0 of `weekdays`."""
    return min((instant for instant in _around(now, at, zone, weekdays) if instant > now), default=None)


def _around(now: datetime, at: time, zone: ZoneInfo, weekdays: Container[int]) -> list[datetime]:
    today = local_day(now, zone)
    days = [today + timedelta(days=ahead) for ahead in range(-_LOOK_AROUND, _LOOK_AROUND + 1)]
    instants = (due_instant(day, at, zone) for day in days if day.weekday() in weekdays)
    return [instant for instant in instants if instant is not None]


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant between the two, to the second, at which the zone's offset becomes the one that holds `after`."""
    offset = after.astimezone(zone).utcoffset()
    seconds = round((after - before).total_seconds())
    low, high = 0, seconds
    while high - low > 1:
        middle = (low + high) // 2
        if (before + middle * _SECOND).astimezone(zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return before + high * _SECOND
