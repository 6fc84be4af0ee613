"""How many journeys of a campaign started, by day, and how far they came."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from collectors.customerio.campaign_metrics import MOST_DAYS, join_series, windows
from collectors.customerio.series import Series, read_series
from collectors.customerio.workspace_api import CustomerioClient
from collectors.http.shape import Reader
from collectors.zone_days import day_start, days_from
from storage.records import JourneyMetrics

HOUR = 3600
MUST_HAVE = "started"


def fetch_journey_metrics(
    client: CustomerioClient, campaign_id: int, first_day: date, last_day: date, zone: ZoneInfo, now: datetime
) -> JourneyMetrics:
    """Every journey series of a campaign by the day of `zone` on which the journeys started.

    Customer.io has no zone parameter here: hours are asked for and summed. Where a day does not begin on a whole
    hour of UTC, as in India, it is moved to the nearest (half past: the later) one.

    Raises:
        UnexpectedShape: `started` is missing or null, or the number of hours is not what was asked for.
        NotFound: the campaign does not exist any more.
        CollectorError: by what went wrong.
    """
    path = f"/campaigns/{campaign_id}/journey_metrics"
    days: list[date] = []
    series: Series = {}
    for begin, end in windows(first_day, last_day, MOST_DAYS):
        hours = hour_bounds(begin, end, zone, now)
        # The published description calls the parameter `res`, the service reads `resolution` and refuses
        # `res` alone: both are sent.
        body = client.get_json(
            path,
            {"start": hours[0] * HOUR, "end": hours[-1] * HOUR - 1, "resolution": "hours", "res": "hours"},
        )
        found = parse_journeys(body, hours, client.reader(path))
        labels = days_from(begin, end)
        join_series(series, len(days), found, len(labels))
        days += labels
    return JourneyMetrics(campaign_id, tuple(days), series)


def hour_bounds(first_day: date, last_day: date, zone: ZoneInfo, now: datetime) -> list[int]:
    """Hours since 1970 at which each day begins, and at which the last one ends (at most the present hour)."""
    starts = [*days_from(first_day, last_day), last_day + timedelta(days=1)]
    bounds = [(day_start(day, zone) + HOUR // 2) // HOUR for day in starts]
    present = max(bounds[0], int(now.timestamp()) // HOUR) + 1
    return [min(bound, present) for bound in bounds]


def parse_journeys(body: Any, hours: list[int], read: Reader) -> Series:
    """Each series of an answer, its hours summed by day; a day with an unknown hour is unknown."""
    value = read.mapping(body, "body").get("journey_metric")
    hourly = read_series(value, "journey_metric", MUST_HAVE, hours[-1] - hours[0], read)
    bounds = [hour - hours[0] for hour in hours]
    return {
        name: [_total(entries[a:b], f"journey_metric.{name}", read) for a, b in pairwise(bounds)]
        for name, entries in hourly.items()
    }


def _total(entries: list[int | None], field: str, read: Reader) -> int | None:
    total = 0
    for entry in entries:
        if entry is None:
            return None
        total += entry
    return read.count(total, field)
