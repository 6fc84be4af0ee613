"""Exported events and answers of our choosing, and what the collector counts in them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from collectors.mixpanel import WindowFailed, fetch_exported_counts
from tests.collectors_cast import Reply, mixpanel_at, scripted

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NOON = int(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp())
PLAIN = {"Content-Type": "text/plain"}
PACKED = PLAIN | {"Content-Encoding": "gzip"}


def line(event: str = "E", time: Any = NOON, **properties: Any) -> str:
    """One exported event."""
    return json.dumps({"event": event, "properties": {"time": time, "distinct_id": "u", **properties}})


def exported(body: str | bytes, headers: dict[str, str] = PLAIN, cut: int = 0) -> Reply:
    """An export's answer."""
    return Reply(body=body, headers=headers, cut=cut)


def counted(*replies: Reply, zone: str = "UTC", **changes: Any) -> dict[str, int] | str:
    """Counts of the day by event, or why there are none."""
    with scripted(*replies) as server:
        client = mixpanel_at(server.url, **changes)
        (result,) = fetch_exported_counts(client, DAY, DAY, ZoneInfo(zone), NOW)
    if isinstance(result, WindowFailed):
        return result.reason
    assert all(one.source == "export" for one in result.counts)
    return {one.event: one.counts[DAY] for one in result.counts}
