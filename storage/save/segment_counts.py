"""Segments as listed, and how many people they held."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

import duckdb

from storage.file.conversion import stored_instant, stored_text
from storage.records import SegmentRecord
from storage.save.bulk import TEXT, WHOLE, count_of, incoming


def save_segments(
    connection: duckdb.DuckDBPyConnection, workspace: str, segments: Iterable[SegmentRecord], seen_at: datetime
) -> None:
    """Save the segments as listed; one that was gone and is listed again is back.

    What an entry does not say stays as it was; its state is only known as long as it is said.
    """
    rows = list(segments)
    texts = {name: [_stored(getattr(row, name)) for row in rows] for name in ("name", "type", "state")}
    columns: dict[str, list[Any]] = {"segment_id": [str(row.segment_id) for row in rows], **texts}
    with incoming(connection, "incoming_segments", dict.fromkeys(columns, TEXT), columns):
        connection.execute(
            "INSERT INTO segment BY NAME "
            "SELECT ? AS workspace, *, ? AS seen_at, NULL AS gone_at FROM incoming_segments "
            "ON CONFLICT DO UPDATE SET name = coalesce(excluded.name, segment.name), "
            "type = coalesce(excluded.type, segment.type), state = excluded.state, seen_at = excluded.seen_at, "
            "gone_at = NULL",
            [workspace, stored_instant(seen_at)],
        )


def mark_segments_gone(
    connection: duckdb.DuckDBPyConnection, workspace: str, segment_ids: Iterable[int], now: datetime
) -> None:
    """Record that Customer.io has no such segments."""
    for segment_id in segment_ids:
        connection.execute(
            "INSERT INTO segment (workspace, segment_id, gone_at) VALUES (?, ?, ?) "
            "ON CONFLICT DO UPDATE SET gone_at = coalesce(segment.gone_at, excluded.gone_at)",
            [workspace, str(segment_id), stored_instant(now)],
        )


def save_segment_counts(
    connection: duckdb.DuckDBPyConnection,
    workspace: str,
    day: date,
    people: Mapping[int, int],
    unanswered: Collection[int],
    building: Collection[int],
    now: datetime,
) -> int:
    """Save the day's counts and return the rows written. A count that the day has already stays as it is.

    Args:
        people: the counts by segment.
        unanswered: segments that were asked for in vain: they are unknown, not empty.
        building: segments that Customer.io was building anew, whose counts are provisional.
    """
    ids = [*people, *(number for number in unanswered if number not in people)]
    states = ["not_collected" if n not in people else "provisional" if n in building else "observed" for n in ids]
    columns: dict[str, list[Any]] = {
        "segment_id": [str(number) for number in ids],
        "people": [people.get(number) for number in ids],
        "state": states,
    }
    with incoming(connection, "incoming_counts", {"segment_id": TEXT, "people": WHOLE, "state": TEXT}, columns):
        return count_of(
            connection.execute(
                "INSERT INTO segment_day BY NAME "
                "SELECT ? AS workspace, ? AS day, *, ? AS collected_at FROM incoming_counts "
                "ON CONFLICT DO UPDATE SET people = excluded.people, state = excluded.state, "
                "collected_at = excluded.collected_at "
                "WHERE segment_day.state <> 'observed' AND excluded.people IS NOT NULL",
                [workspace, day, stored_instant(now)],
            )
        )


def _stored(text: str | None) -> str | None:
    return None if text is None else stored_text(text)
