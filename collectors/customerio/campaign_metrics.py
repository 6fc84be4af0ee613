"""What was sent for a campaign, by day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from collectors.customerio.echoed_window import first_bucket_day
from collectors.customerio.series import Series, read_series
from collectors.customerio.workspace_api import CustomerioClient
from collectors.http.shape import Reader
from collectors.zone_days import day_start, days_from
from storage.records import CampaignMetrics

# Customer.io serves at most ten years at once.
MOST_DAYS = 3650
MUST_HAVE = "sent"


def fetch_campaign_metrics(
    client: CustomerioClient, campaign_id: int, first_day: date, last_day: date, zone: ZoneInfo, now: datetime
) -> CampaignMetrics:
    """Every metric series of a campaign by day of `zone`; unknown series are kept.

    Days are labelled from the start that Customer.io echoes, never from what was asked. Today, if asked for, is
    counted as far as it has come.

    Raises:
        UnexpectedShape: `sent` is missing or null, or the days cannot be told.
        NotFound: the campaign does not exist any more.
        CollectorError: by what went wrong.
    """
    path = f"/campaigns/{campaign_id}/metrics"
    return CampaignMetrics(campaign_id, *daily_series(client, path, first_day, last_day, zone, now))


def daily_series(
    client: CustomerioClient, path: str, first_day: date, last_day: date, zone: ZoneInfo, now: datetime
) -> tuple[tuple[date, ...], Series]:
    """The days answered for and every series of `path`, asked for in as many requests as Customer.io needs.

    Raises:
        CollectorError: by what went wrong.
    """
    days: list[date] = []
    series: Series = {}
    for begin, end in windows(first_day, last_day, MOST_DAYS):
        start, stop = window_seconds(begin, end, zone, now)
        body = client.get_json(path, {"version": "2", "res": "days", "tz": zone.key, "start": start, "end": stop})
        labels, found = parse_metrics(body, begin, end, zone, client.reader(path))
        join_series(series, len(days), found, len(labels))
        days += labels
    return tuple(days), series


def parse_metrics(
    body: Any, first_day: date, last_day: date, zone: ZoneInfo, read: Reader
) -> tuple[list[date], Series]:
    """The days from first to last that an answer covers, and its series for them."""
    body = read.mapping(body, "body")
    metric = read.mapping(body.get("metric"), "metric")
    begins = first_bucket_day(body.get("start"), zone, read)
    covered = days_from(begins, last_day)
    if not covered:
        read.fail("start", f"is {begins}, after the days that were asked for")
    series = read_series(metric.get("series"), "metric.series", MUST_HAVE, len(covered), read)
    before = sum(day < first_day for day in covered)
    return covered[before:], {name: entries[before:] for name, entries in series.items()}


def windows(first_day: date, last_day: date, most_days: int) -> Iterator[tuple[date, date]]:
    """The days from first to last in stretches of at most `most_days`."""
    while first_day <= last_day:
        end = min(last_day, first_day + timedelta(days=most_days - 1))
        yield first_day, end
        first_day = end + timedelta(days=1)


def window_seconds(first_day: date, last_day: date, zone: ZoneInfo, now: datetime) -> tuple[int, int]:
    """Unix seconds of the first instant of the first day and the last of the last, at most `now`."""
    start = day_start(first_day, zone)
    end = day_start(last_day + timedelta(days=1), zone) - 1
    return start, max(start, min(end, int(now.timestamp())))


def join_series(so_far: Series, length: int, found: Series, added: int) -> None:
    """Appends `found` to `so_far`; a series that one of them lacks is None there."""
    for name in {*so_far, *found}:
        entries = so_far.setdefault(name, [None] * length)
        entries += found.get(name, [None] * added)
