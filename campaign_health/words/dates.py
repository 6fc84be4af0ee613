"""Days as people write them."""

from __future__ import annotations

from datetime import date

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def day_text(day: date, today: date | None = None) -> str:
    """A day with its weekday, `Mon 23 Nov`; with the year where that is not today's."""
    text = f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1][:3]}"
    return text if today is not None and day.year == today.year else f"{text} {day.year}"


def day_and_month(day: date, today: date) -> str:
    """A day within a cause's sentence, `3 March`; with the year where that is not today's."""
    text = f"{day.day} {_MONTHS[day.month - 1]}"
    return text if day.year == today.year else f"{text} {day.year}"


def days_text(first: date, last: date) -> str:
    """A stretch of days: `Fri 20 Nov to Mon 23 Nov`, with the year of the first where the last has another."""
    end = day_text(last, last)
    return end if first == last else f"{day_text(first, last)} to {end}"


def days_since(day: date, today: date) -> str:
    """How long ago a day was: `today`, `yesterday`, `3 days ago`."""
    passed = (today - day).days
    return {0: "today", 1: "yesterday"}.get(passed, f"{passed} days ago")
