"""Days and moments as people write them."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONG_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def day_text(day: date, today: date | None = None) -> str:
    """A day with its weekday, `Mon 23 Nov`; with the year where that is not today's."""
    text = f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
    return text if today is not None and day.year == today.year else f"{text} {day.year}"


def month_text(month: date) -> str:
    """The month that a day is in: `November 2026`."""
    return f"{_LONG_MONTHS[month.month - 1]} {month.year}"


def days_text(first: date, last: date, today: date | None = None) -> str:
    """A stretch of days, `Fri 20 Nov to Mon 23 Nov`; one day where both ends agree."""
    begin = day_text(first, today)
    return begin if first == last else f"{begin} to {day_text(last, today)}"


def since_day(day: date, today: date, *, never_otherwise: bool = False) -> str:
    """Since when something is so: `Mon 23 Nov`, or `at least Mon 23 Nov, the first day known`."""
    text = day_text(day, today)
    return f"at least {text}, the first day known" if never_otherwise else text


def days_since(day: date, today: date) -> str:
    """How long ago a day was: `today`, `yesterday`, `3 days ago`."""
    passed = (today - day).days
    return {0: "today", 1: "yesterday"}.get(passed, f"{passed} days ago")


def clock_text(instant: datetime, zone: tzinfo) -> str:
    """An instant by the zone's calendar and clock: `Tue 8 Sep 2026 at 06:32`."""
    local = instant.astimezone(zone)
    return f"{day_text(local.date())} at {local:%H:%M}"


def moment_text(instant: datetime, zone: tzinfo, today: date) -> str:
    """When something was, seen from the zone's `today`: `3 days ago at 06:32`; a day to come is named."""
    local = instant.astimezone(zone)
    if local.date() > today:
        return f"on {clock_text(instant, zone)}"
    return f"{days_since(local.date(), today)} at {local:%H:%M}"
