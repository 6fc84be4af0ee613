"""How soon messages followed their events, hour by hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from storage.connection import Connection
from storage.file.conversion import stored_instant, stored_text
from storage.route_records import PromiseHourRecord
from storage.save.bulk import INSTANT, SECONDS, TEXT, WHOLE, count_of, incoming

_TYPES = {
    "campaign_id": WHOLE, "event": TEXT, "hour": INSTANT, "qualifying": WHOLE, "sent": WHOLE, "delivered": WHOLE,
    "failed": WHOLE, "not_sent": WHOLE, "unknown": WHOLE, "p50_seconds": SECONDS, "p95_seconds": SECONDS,
    "p99_seconds": SECONDS, "within_promise": WHOLE, "promise_seconds": SECONDS, "state": TEXT, "proved_at": INSTANT,
}  # fmt: skip


def save_promise_hours(connection: Connection, workspace: str, records: Sequence[PromiseHourRecord]) -> int:
    """Save each in the place of what was known of the same campaign's hour, unless that is newer; gives the rows."""
    columns = {one.name: [_stored(getattr(row, one.name)) for row in records] for one in fields(PromiseHourRecord)}
    replaced = ", ".join(f"{name} = excluded.{name}" for name in _TYPES if name not in ("campaign_id", "hour"))
    with incoming(connection, "incoming_promise_hours", _TYPES, columns):
        statement = (
            "INSERT INTO promise_hour BY NAME SELECT ? AS workspace, * FROM incoming_promise_hours "  # noqa: S608
            f"ON CONFLICT DO UPDATE SET {replaced} WHERE excluded.proved_at >= promise_hour.proved_at"
        )
        return count_of(connection.execute(statement, [workspace]))


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return stored_instant(value)
    return stored_text(value) if isinstance(value, str) else value
