"""Metrics that come in days of US Eastern time, without a date: which day the last of them is.

Broadcasts and transactional messages have only the older kind of metrics: the last so many days up to the running one,
cut at midnight "EST". Nothing says whether that moves with summer time. Where both readings give the same day, as they
do for 23 hours of a summer's day, that is it; in the hour between, the hours that were counted tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from collectors.customerio.series import Series, read_series
from collectors.customerio.workspace_api import CustomerioClient
from collectors.zone_days import day_of, day_start
from storage.records import TriggeredMetrics

MOST_DAYS = 45
FEWEST_DAYS = 2
HOURS = 24
MUST_HAVE = "sent"
MOVING = ZoneInfo("America/New_York")
FIXED = timezone(timedelta(hours=-5))
# So close to midnight the service may already be in another day than we.
NEAR = timedelta(minutes=2)


@dataclass(frozen=True)
class UndatedMetrics:
    """Daily series of one object whose last entry is the day that was running between `before` and `after`."""

    object_id: int
    series: Mapping[str, Sequence[int | None]]
    length: int
    before: datetime
    after: datetime

    def on(self, last_day: date) -> TriggeredMetrics:
        """The same with dates: the last entry is `last_day`."""
        days = [last_day - timedelta(days=ago) for ago in reversed(range(self.length))]
        return TriggeredMetrics(self.object_id, days, self.series)

    @property
    def candidates(self) -> tuple[date, ...]:
        """The days that the last entry may be, in order: one, two in the hour of doubt, more near midnight."""
        moments = (self.before - NEAR, self.after + NEAR)
        return tuple(sorted({day_of(moment.timestamp(), zone) for moment in moments for zone in (MOVING, FIXED)}))


def fetch_undated(
    client: CustomerioClient, path: str, object_id: int, days: int, present: Callable[[], datetime]
) -> UndatedMetrics:
    """The newest `days` days of an object (2 to 45), the running one included.

    Raises:
        UnexpectedShape: `sent` is missing or null, or the number of days is not what was asked for.
        NotFound: the object does not exist any more.
        CollectorError: by what went wrong.
    """
    asked = max(FEWEST_DAYS, min(days, MOST_DAYS))
    before = present()
    series = _latest(client, path, "days", asked)
    return UndatedMetrics(object_id, series, len(series[MUST_HAVE]), before, present())


def day_told_by_hours(
    client: CustomerioClient, path: str, undated: UndatedMetrics, present: Callable[[], datetime]
) -> date | None:
    """Which of two candidate days the last entry is: the later one if it counts one hour, else the earlier one.

    In the hour of doubt the running day is at most one hour old where days move with summer time, and counts the last
    24 hours where they do not. None where both counts are the same, or neither fits.

    Raises:
        CollectorError: by what went wrong.
    """
    hours = _latest(client, path, "hours", HOURS)
    earlier, later = undated.candidates
    if present().replace(minute=0, second=0, microsecond=0) > undated.before:
        # Another hour has begun since: its counts say nothing of the days that were answered before.
        return None
    told: set[date] = set()
    for name in ("created", MUST_HAVE):
        hourly, daily = hours.get(name), undated.series.get(name)
        if hourly is None or daily is None or None in hourly or daily[-1] is None:
            continue
        newest, all_day = hourly[-1] or 0, sum(count or 0 for count in hourly[-HOURS:])
        if newest != all_day and daily[-1] in (newest, all_day):
            told.add(later if daily[-1] == newest else earlier)
    return told.pop() if len(told) == 1 else None


def eastern_day_over(day: date) -> datetime:
    """The instant (UTC) at which `day` is over in US Eastern time, by whichever reading is the later."""
    following = day + timedelta(days=1)
    return datetime.fromtimestamp(max(day_start(following, zone) for zone in (MOVING, FIXED)), UTC)


def eastern_day(instant: datetime) -> date:
    """The calendar day in US Eastern time at an instant, by whichever reading is the earlier."""
    return min(day_of(instant.timestamp(), zone) for zone in (MOVING, FIXED))


def _latest(client: CustomerioClient, path: str, period: str, steps: int) -> Series:
    body = client.get_json(path, {"period": period, "steps": steps})
    read = client.reader(path)
    metric = read.mapping(read.mapping(body, "body").get("metric"), "metric")
    series = metric.get("series")
    counted = series.get(MUST_HAVE) if isinstance(series, dict) else None
    # The description can also be read as one more than was asked for. Days are told from the last, so either will do.
    length = steps + 1 if isinstance(counted, list) and len(counted) == steps + 1 else steps
    return read_series(series, "metric.series", MUST_HAVE, length, read)
