"""What one message of a campaign did, by day."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from collectors.customerio.campaign_metrics import daily_series
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
    return MessageMetrics(campaign_id, message_id, *daily_series(client, path, first_day, last_day, zone, now))
