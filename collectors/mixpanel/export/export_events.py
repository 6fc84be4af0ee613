"""What an exported event is: its name, its local day, and what makes two of them the same."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from collectors.http.shape import Reader
from collectors.mixpanel.project_apis import TimeStorage

HOT_SHARD = "$hotshard_events"
HOT_SHARD_BOOKKEEPING = "$hotshard_record"
ORIGINAL_NAME = "mp_original_event_name"


class ExportedEvent(NamedTuple):
    """One event: its name, its instant in Unix seconds as stored, and a digest of its identity (None: unique)."""

    name: str
    time: int
    identity: int | None


def read_event(record: dict[str, Any], read: Reader) -> ExportedEvent | None:
    """The event in one line of an export; None for Mixpanel's own bookkeeping.

    An event that Mixpanel renamed because one person had too many of them gets its own name back. Two events
    are the same if name, `distinct_id`, `time` and `$insert_id` are (Mixpanel's event deduplication); one
    without `$insert_id` is never the same as another.
    """
    properties: dict[str, Any] = record["properties"]
    name = read.text(record["event"], "event")
    if name == HOT_SHARD_BOOKKEEPING:
        return None
    if name == HOT_SHARD:
        name = read.text(properties.get(ORIGINAL_NAME, name), f"properties.{ORIGINAL_NAME}")
    time = read.count(properties.get("time"), "properties.time")
    insert_id = properties.get("$insert_id")
    if insert_id is None:
        return ExportedEvent(name, time, None)
    identity = repr((name, properties.get("distinct_id"), time, insert_id)).encode()
    digest = hashlib.blake2b(identity, digest_size=8).digest()
    return ExportedEvent(name, time, int.from_bytes(digest, "little"))


class LocalDay:
    """Tells the local day of an exported event's time.

    Newer projects store instants. Older ones store the local wall clock as if it were UTC: it is read as UTC
    and not shifted.
    """

    def __init__(self, zone: ZoneInfo, time_storage: TimeStorage, read: Reader) -> None:
        self._zone = UTC if time_storage == "project" else zone
        self._read = read
        self._hours: dict[int, date] = {}

    def __call__(self, time: int) -> date:
        """The day, remembered by quarter of an hour: every zone's offset is a multiple of it."""
        quarter = time // 900
        day = self._hours.get(quarter)
        if day is None:
            try:
                day = datetime.fromtimestamp(quarter * 900, self._zone).date()
            except (ValueError, OverflowError, OSError):
                self._read.fail("properties.time", "is out of range for an instant in seconds")
            self._hours[quarter] = day
        return day
