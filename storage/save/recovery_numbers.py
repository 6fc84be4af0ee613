"""What recoveries found and did, in numbers."""

from __future__ import annotations

from collections.abc import Sequence

from storage.connection import Connection
from storage.route_records import RecoveryRecord
from storage.save.bulk import DAY, INSTANT, TEXT, WHOLE, save_latest

_TYPES = {
    "campaign_id": WHOLE, "since": DAY, "until": DAY, "looked_at": INSTANT, "should_have": WHOLE, "reached": WHOLE,
    "missed": WHOLE, "can_be_reached": WHOLE, "put_into_segment": WHOLE, "segment_id": WHOLE, "segment": TEXT,
    "put_by": TEXT, "put_at": INSTANT, "replayed": WHOLE, "in_broadcast": WHOLE, "stopped": TEXT,
}  # fmt: skip
_KEY = ("campaign_id", "since", "until")


def save_recoveries(connection: Connection, workspace: str, records: Sequence[RecoveryRecord]) -> int:
    """Save each in the place of what was known of the same campaign's same days; returns the rows written."""
    return save_latest(connection, workspace, "recovery", _TYPES, _KEY, [vars(row) for row in records])
