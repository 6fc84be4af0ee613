"""A Customer.io campaign of our choosing, and the time at which its days are asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from collectors.customerio import fetch_campaigns
from tests.collectors_cast import Reply, customerio_at, scripted

UTC_ZONE = ZoneInfo("UTC")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def campaign(**changes: Any) -> dict[str, Any]:
    """A campaign as the fact sheet shows it."""
    return {
        "id": 17,
        "deduplicate_id": "17:1790000000",
        "name": "Trial welcome",
        "type": "event",
        "state": "running",
        "active": True,
        "created": 1767225600,
        "updated": 1788000000,
        "first_started": 1767312000,
        "tags": ["lifecycle"],
        "event_name": " trial_started ",
        "filter_segment_ids": [22, 21],
        "actions": [{"id": 259, "type": "email"}],
        "created_by": "someone@example.test",
    } | changes


def listed(*entries: Any) -> Any:
    """What the collector makes of a list of campaigns."""
    with scripted(Reply(body={"campaigns": list(entries)})) as server:
        return fetch_campaigns(customerio_at(server.url))
