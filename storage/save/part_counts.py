"""Which parts of the traffic brought each event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import duckdb

from storage.file.conversion import stored_text
from storage.records import PropertyProfile
from storage.save.bulk import DAY, SHARE, TEXT, TRUTH, WHOLE
from storage.save.profiled_days import replace_profiled

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
    return replace_profiled(connection, workspace, "event_part_day", _TYPES, kept, rows, collected_at)
