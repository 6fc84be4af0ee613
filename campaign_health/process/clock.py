"""The clock: read once per run by entry points, passed on as an argument everywhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from campaign_health.errors import SettingsError

NOW_SETTING = "CAMPAIGN_HEALTH_NOW"
# No campaign ran outside these years, and near the ends of the calendar a day back or on does not exist.
FIRST_YEAR, LAST_YEAR = 1970, 2200


def read_clock(environment: Mapping[str, str]) -> datetime:
    """The present instant in UTC, or the one that `CAMPAIGN_HEALTH_NOW` sets.

    Raises:
        SettingsError: the setting is not an ISO 8601 instant with an offset, or in no year that a campaign can run in.
    """
    text = environment.get(NOW_SETTING, "").strip()
    if not text:
        return datetime.now(UTC)
    instant = None
    try:
        written = datetime.fromisoformat(text)
        instant = written.astimezone(UTC) if written.tzinfo is not None else None
    except (ValueError, OverflowError):
        pass
    if instant is None:
        raise SettingsError(
            f"{NOW_SETTING} is {text!r}, which is not an instant with an offset.",
            "Write it like 2026-11-24T06:30:00+01:00, or remove it to use the real clock.",
        )
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise SettingsError(
            f"{NOW_SETTING} is {text!r}, which is not in the years {FIRST_YEAR} to {LAST_YEAR}.",
            "Write it like 2026-11-24T06:30:00+01:00, or remove it to use the real clock.",
        )
    return instant


def local_day(now: datetime, zone: ZoneInfo) -> date:
    """The calendar day in `zone` at the instant `now`."""
    return now.astimezone(zone).date()


def local_days(zone: ZoneInfo) -> Callable[[datetime], date]:
    """A function from an instant (naive ones are UTC) to the day in `zone`."""

    def day(instant: datetime) -> date:
        return local_day(instant if instant.tzinfo else instant.replace(tzinfo=UTC), zone)

    return day
