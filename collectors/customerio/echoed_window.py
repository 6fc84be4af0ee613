"""Which days a metrics answer is about, from the start that it echoes."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from collectors.http.shape import Reader
from collectors.zone_days import day_of, day_start

# Go's print of a time, "2026-09-22 00:00:00 +0000 UTC", or ISO 8601. What follows the offset is dropped.
_PRINTED = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.\d+)? ?(Z|[+-]\d{2}:?\d{2})(?![\d:])", re.ASCII)


def echoed_instant(text: str) -> datetime | None:
    """The instant that an echoed `start` or `end` prints, None where it prints none."""
    found = _PRINTED.match(text.strip())
    if found is None:
        return None
    day, time, offset = found.groups()
    try:
        return datetime.fromisoformat(f"{day}T{time}{offset}")
    except ValueError:
        return None


def first_bucket_day(echoed: Any, zone: ZoneInfo, read: Reader, field: str = "start") -> date:
    """The local day of the first bucket.

    Raises:
        UnexpectedShape: there is no echoed start, or it is not where a day of `zone` begins: days cut at other
            hours must not be labelled with the workspace's.
    """
    instant = echoed_instant(read.text(echoed, field))
    if instant is None:
        read.fail(field, f"is {str(echoed)[:60]!r}, not an instant")
    try:
        day = day_of(instant.timestamp(), zone)
        begins = day_start(day, zone)
    except (ValueError, OverflowError):
        # Go prints a time that was never set as 0001-01-01: no day of every zone begins there.
        read.fail(field, f"is {str(echoed)[:60]!r}, out of range for a day in {zone.key}")
    if begins != int(instant.timestamp()):
        read.fail(field, f"is {str(echoed)[:60]!r}, which is not the start of a day in {zone.key}")
    return day
