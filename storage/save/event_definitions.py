"""What events carry: measured property profiles, and what the Lexicon declares."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import duckdb

from storage.file.conversion import stored_instant, stored_text
from storage.records import DefinitionRecord, PropertyProfile
from storage.save.bulk import DAY, SHARE, TEXT, TRUTH, WHOLE, count_of, incoming
from storage.save.profiled_days import replace_profiled

_SHARE_TYPES = {
    "event": TEXT,
    "day": DAY,
    "property": TEXT,
    "type": TEXT,
    "share": SHARE,
    "events_read": WHOLE,
    "sampled": TRUTH,
}


def save_property_profiles(
    connection: duckdb.DuckDBPyConnection,
    workspace: str,
    profiles: Iterable[PropertyProfile],
    collected_at: datetime,
) -> int:
    """Replace the profile of each (event, day) given and return the rows written.

    A profile without any event read is left out: it would say that all properties had vanished.
    """
    kept = {(stored_text(p.event), p.day): p for p in profiles if p.events_read > 0}
    rows = [
        (event, day, stored_text(name), kind, min(max(share, 0.0), 1.0), p.events_read, p.sampled)
        for (event, day), p in kept.items()
        for (name, kind), share in p.shares.items()
    ]
    return replace_profiled(connection, workspace, "event_property", _SHARE_TYPES, kept, rows, collected_at)


def save_definitions(
    connection: duckdb.DuckDBPyConnection,
    workspace: str,
    definitions: Iterable[DefinitionRecord],
    read_at: datetime,
    but_events: Collection[str] = (),
) -> int:
    """Replace what the Lexicon declares by what it declares now, but of some events, and return the rows written."""
    kept = {(stored_text(d.event), stored_text(d.property)): d for d in definitions}
    connection.execute(
        "DELETE FROM event_definition WHERE workspace = ? AND NOT list_contains(?::VARCHAR[], event)",
        [workspace, [stored_text(event) for event in but_events]],
    )
    columns: dict[str, list[Any]] = {
        "event": [key[0] for key in kept],
        "property": [key[1] for key in kept],
        "type": [d.type for d in kept.values()],
        "display_name": [None if d.display_name is None else stored_text(d.display_name) for d in kept.values()],
        "hidden": [d.hidden for d in kept.values()],
        "dropped": [d.dropped for d in kept.values()],
    }
    types = {"event": TEXT, "property": TEXT, "type": TEXT, "display_name": TEXT, "hidden": TRUTH, "dropped": TRUTH}
    with incoming(connection, "incoming_definitions", types, columns):
        return count_of(
            connection.execute(
                "INSERT INTO event_definition BY NAME SELECT ? AS workspace, *, ? AS read_at FROM incoming_definitions",
                [workspace, stored_instant(read_at)],
            )
        )
