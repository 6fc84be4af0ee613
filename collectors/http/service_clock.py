"""The services' clock: what an answer says of the present, and how far that is from ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


def answered_at(headers: Mapping[str, str]) -> datetime | None:
    """The instant at which the service answered, as it says (`Date`, RFC 9110, section 6.6.1; whole seconds).

    None where it does not say, where that cannot be read, and where the answer was kept by somebody in between
    (`Age`): then it says when it was made.
    """
    if "Age" in headers:
        return None
    return written_instant(headers.get("Date", ""))


def written_instant(text: str) -> datetime | None:
    """The instant that an HTTP date writes, in UTC; None where it cannot be read."""
    try:
        moment = parsedate_to_datetime(text.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def service_is_ahead(served: datetime, earliest: datetime, latest: datetime) -> timedelta:
    """How far a service's clock is ahead of ours, negative where it is behind; 0 where it may well agree.

    Args:
        served: the instant at which it answered, by its clock.
        earliest: the instant before which it cannot have answered, by ours: when it was asked.
        latest: the instant after which it cannot have answered, by ours: when the answer was there.
    """
    # It writes whole seconds.
    if served + timedelta(seconds=1) < earliest:
        return served - earliest
    return max(served - latest, timedelta(0))
