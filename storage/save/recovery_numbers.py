"""What recoveries found and did, in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from storage.connection import Connection
from storage.file.conversion import stored_instant, stored_text
from storage.route_records import RecoveryRecord
from storage.save.bulk import DAY, INSTANT, TEXT, WHOLE, count_of, incoming

_TYPES = {
    "campaign_id": WHOLE, "since": DAY, "until": DAY, "looked_at": INSTANT, "should_have": WHOLE, "reached": WHOLE,
    "missed": WHOLE, "can_be_reached": WHOLE, "put_into_segment": WHOLE, "segment_id": WHOLE, "segment": TEXT,
    "put_by": TEXT, "put_at": INSTANT, "replayed": WHOLE, "in_broadcast": WHOLE, "stopped": TEXT,
}  # fmt: skip
_KEY = ("campaign_id", "since", "until")


def save_recoveries(connection: Connection, workspace: str, records: Sequence[RecoveryRecord]) -> int:
    """Save each in the place of what was known of the same campaign's same days; returns the rows written."""
    columns = {one.name: [_stored(getattr(row, one.name)) for row in records] for one in fields(RecoveryRecord)}
    replaced = ", ".join(
        f"{name} = excluded.{name}" for name in _TYPES if name not in ("campaign_id", "since", "until")
    )
    with incoming(connection, "incoming_recoveries", _TYPES, columns):
        statement = (
            "INSERT INTO recovery BY NAME SELECT ? AS workspace, * FROM incoming_recoveries "  # noqa: S608
            f"ON CONFLICT DO UPDATE SET {replaced}"
        )
        return count_of(connection.execute(statement, [workspace]))


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return stored_instant(value)
    return stored_text(value) if isinstance(value, str) else value
