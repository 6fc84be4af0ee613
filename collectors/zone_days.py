"""Where the days of a time zone begin and end."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo


def day_start(day: date, zone: tzinfo) -> int:
    """Unix seconds of the first instant of `day` in `zone`, also where its clocks skip midnight."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def day_of(instant: float, zone: tzinfo) -> date:
    """The calendar day in `zone` at an instant in Unix seconds."""
    return datetime.fromtimestamp(instant, zone).date()


def days_from(first_day: date, last_day: date) -> list[date]:
    """Every day from the first to the last, both included."""
    return [first_day + timedelta(days=i) for i in range((last_day - first_day).days + 1)]
