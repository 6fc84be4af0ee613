"""Lengths of time as people write them in a manifest: `7 days`, `a day`, `within 5 minutes`."""

from __future__ import annotations

import re

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_LENGTH = re.compile(r"\s*(\d{1,6}|an?)\s+(second|minute|hour|day|week)s?\s*", re.IGNORECASE)
_WITHIN = re.compile(r"\s*within\b(.*)", re.IGNORECASE | re.DOTALL)
TRIGGERS_WITHIN_SECONDS = 71 * 3600.0
"""Customer.io lets events of at most 72 hours trigger; an hour is left for the way there."""


def seconds_of(text: str) -> int | None:
    """The seconds that `7 days`, `24 hours` or `an hour` means; None where it means no length of time."""
    found = _LENGTH.fullmatch(text)
    if found is None:
        return None
    number = 1 if found[1].lower().startswith("a") else int(found[1])
    return number * _UNITS[found[2].lower()] or None


def promised_seconds(timing: str | None) -> int | None:
    """The seconds within which a `timing` promises the message: `within 5 minutes`. Any other text promises nothing."""
    found = _WITHIN.fullmatch(timing or "")
    return None if found is None else seconds_of(found[1])


def promised_minutes(timing: str | None) -> float | None:
    """The same in minutes, for people who reckon with it."""
    seconds = promised_seconds(timing)
    return None if seconds is None else seconds / 60
