"""What one message of a campaign did, by day."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from collectors.customerio.campaign_metrics import MOST_DAYS, join_series, parse_metrics, window_seconds, windows
from collectors.customerio.series import Series
from collectors.customerio.workspace_api import CustomerioClient
from storage.records import MessageMetrics


def fetch_message_metrics(
    client: CustomerioClient,
    campaign_id: int,
    message_id: int,
    first_day: date,
    last_day: date,
    zone: ZoneInfo,
    now: datetime,
) -> MessageMetrics:
    """Every metric series of one message by day of `zone`, over all of its channel's deliveries.

    Raises:
        UnexpectedShape: `sent` is missing or null, or the days cannot be told.
        NotFound: the message does not exist any more.
        CollectorError: by what went wrong.
    """
    path = f"/campaigns/{campaign_id}/actions/{message_id}/metrics"
    days: list[date] = []
    series: Series = {}
    for begin, end in windows(first_day, last_day, MOST_DAYS):
        start, stop = window_seconds(begin, end, zone, now)
        body = client.get_json(path, {"version": "2", "res": "days", "tz": zone.key, "start": start, "end": stop})
        labels, found = parse_metrics(body, begin, end, zone, client.reader(path))
        join_series(series, len(days), found, len(labels))
        days += labels
    return MessageMetrics(campaign_id, message_id, tuple(days), series)
