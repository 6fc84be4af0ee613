"""Cuts a stretch of days into export requests, few enough for the hourly limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from collectors.mixpanel.project_apis import TimeStorage
from collectors.zone_days import day_of, day_start, days_from

# Mixpanel allows 60 exports an hour: what is left is for windows asked twice and for property profiles.
MOST_WINDOWS = 40


@dataclass(frozen=True)
class ExportWindow:
    """`from_date` and `to_date` of one request, the local days it has a part of, and those it completes."""

    from_date: date
    to_date: date
    touches: tuple[date, ...]
    completes: tuple[date, ...]


def export_windows(
    first_day: date, last_day: date, zone: ZoneInfo, time_storage: TimeStorage, now: datetime
) -> list[ExportWindow]:
    """Requests that together cover the local days from first to last, oldest first, none overlapping.

    Old projects are asked in their own days. Newer ones are asked in UTC days: a local day is whole once every
    UTC day that it touches has been read. A UTC day after today is not asked for, Mixpanel refuses it.
    """
    spans = {day: _asked_days(day, zone, time_storage, now) for day in days_from(first_day, last_day)}
    if not spans:
        return []
    asked = days_from(spans[first_day][0], spans[last_day][1])
    size = -(-len(asked) // MOST_WINDOWS)
    windows = []
    for start in range(0, len(asked), size):
        first, last = asked[start], asked[min(start + size, len(asked)) - 1]
        touches = tuple(day for day, (begin, end) in spans.items() if begin <= last and end >= first)
        completes = tuple(day for day in touches if first <= spans[day][1] <= last)
        windows.append(ExportWindow(first, last, touches, completes))
    return windows


def _asked_days(day: date, zone: ZoneInfo, time_storage: TimeStorage, now: datetime) -> tuple[date, date]:
    """The first and last day, as Mixpanel's dates mean it, that a local day has a part of."""
    if time_storage == "project":
        return day, day
    last_instant = day_start(day + timedelta(days=1), zone) - 1
    return day_of(day_start(day, zone), UTC), min(day_of(last_instant, UTC), now.astimezone(UTC).date())
