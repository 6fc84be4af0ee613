"""How soon messages followed their events, hour by hour."""

from __future__ import annotations

from collections.abc import Sequence

from storage.connection import Connection
from storage.route_records import PromiseHourRecord
from storage.save.bulk import INSTANT, SECONDS, TEXT, WHOLE, save_latest

_TYPES = {
    "campaign_id": WHOLE, "event": TEXT, "hour": INSTANT, "qualifying": WHOLE, "sent": WHOLE, "delivered": WHOLE,
    "failed": WHOLE, "not_sent": WHOLE, "unknown": WHOLE, "p50_seconds": SECONDS, "p95_seconds": SECONDS,
    "p99_seconds": SECONDS, "within_promise": WHOLE, "promise_seconds": SECONDS, "state": TEXT, "proved_at": INSTANT,
}  # fmt: skip
_KEY = ("campaign_id", "hour")


def save_promise_hours(connection: Connection, workspace: str, records: Sequence[PromiseHourRecord]) -> int:
    """Save each in the place of what was known of the same campaign's hour, unless that is newer; gives the rows."""
    newer = "WHERE excluded.proved_at >= promise_hour.proved_at"
    rows = [vars(row) for row in records]
    return save_latest(connection, workspace, "promise_hour", _TYPES, _KEY, rows, newer)
