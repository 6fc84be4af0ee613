"""Which parts of the traffic brought each event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import duckdb

from storage.file.conversion import stored_instant, stored_text
from storage.records import PropertyProfile
from storage.save.bulk import DAY, SHARE, TEXT, TRUTH, WHOLE, count_of, incoming

_TYPES = {
    "event": TEXT,
    "day": DAY,
    "library": TEXT,
    "os": TEXT,
    "app_version": TEXT,
    "events": WHOLE,
    "share": SHARE,
    "events_read": WHOLE,
    "sampled": TRUTH,
}


def save_event_parts(
    connection: duckdb.DuckDBPyConnection, workspace: str, profiles: Iterable[PropertyProfile], collected_at: datetime
) -> int:
    """Replace the parts of each (event, day) given and return the rows written.

    A profile without any event read is left out: it would say that every part had stopped.
    """
    kept = {(stored_text(one.event), one.day): one for one in profiles if one.events_read > 0 and one.parts}
    rows = [
        (event, day, *map(stored_text, part), events, events / one.events_read, one.events_read, one.sampled)
        for (event, day), one in kept.items()
        for part, events in one.parts.items()
    ]
    days: dict[str, list[Any]] = {"event": [event for event, _ in kept], "day": [day for _, day in kept]}
    columns = {name: [row[at] for row in rows] for at, name in enumerate(_TYPES)}
    with (
        incoming(connection, "incoming_profiled", {"event": TEXT, "day": DAY}, days),
        incoming(connection, "incoming_parts", _TYPES, columns),
    ):
        connection.execute(
            "DELETE FROM event_part_day WHERE workspace = ? "
            "AND (event, day) IN (SELECT (event, day) FROM incoming_profiled)",
            [workspace],
        )
        return count_of(
            connection.execute(
                "INSERT OR REPLACE INTO event_part_day BY NAME "
                "SELECT ? AS workspace, *, ? AS collected_at FROM incoming_parts",
                [workspace, stored_instant(collected_at)],
            )
        )
