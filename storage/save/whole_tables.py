"""Saves small tables that are replaced as a whole: what hangs on what, and suspected renames and property changes."""

from __future__ import annotations

from collections.abc import Sequence

from storage.connection import Connection
from storage.read.rows import Row
from storage.save.bulk import DAY, SHARE, TEXT, TEXTS, TRUTH, WHOLE, columns_of, count_of, incoming

_TABLES = {
    "campaign_plan": {
        "campaign_id": WHOLE,
        "event": TEXT,
        "event_from": TEXT,
        "owner": TEXT,
        "deal_value": SHARE,
        "conversion_rate": SHARE,
        "timing": TEXT,
        "timing_minutes": SHARE,
        "uses": TEXTS,
        "currency": TEXT,
        "declared": TEXT,
    },
    "manifest_rename": {"old_event": TEXT, "new_event": TEXT, "since": DAY, "owner": TEXT},
    "api_triggered_verdict": {
        "kind": TEXT,
        "object_id": WHOLE,
        "event": TEXT,
        "owner": TEXT,
        "status": TEXT,
        "since": DAY,
        "day": DAY,
        "events": SHARE,
        "sent": WHOLE,
        "expected_low": SHARE,
        "expected_high": SHARE,
    },
    "rename_suspect": {
        "old_event": TEXT,
        "new_event": TEXT,
        "first_day": DAY,
        "last_day": DAY,
        "gradual": TRUTH,
        "name_likeness": SHARE,
        "volume_handed_over": SHARE,
        "shared_properties": SHARE,
        "confidence": SHARE,
    },
    "property_change": {
        "event": TEXT,
        "property": TEXT,
        "kind": TEXT,
        "day": DAY,
        "last_day_before": DAY,
        "before": TEXT,
        "after": TEXT,
        "share_before": SHARE,
        "share_after": SHARE,
        "new_property": TEXT,
    },
}


def replace_table(connection: Connection, workspace: str, table: str, rows: Sequence[Row]) -> None:
    """Replace all rows of `campaign_plan`, `manifest_rename`, `api_triggered_verdict`, `rename_suspect` or
    `property_change` of the workspace, where any of them changed."""
    types = _TABLES[table]
    names = ", ".join(types)
    with incoming(connection, "incoming_rows", types, columns_of(rows, types)):
        stored = f"SELECT {names} FROM {table} WHERE workspace = ?"  # noqa: S608
        differs = connection.execute(
            f"SELECT count(*) FROM ((({stored}) EXCEPT ALL (SELECT {names} FROM incoming_rows)) UNION ALL "  # noqa: S608
            f"((SELECT {names} FROM incoming_rows) EXCEPT ALL ({stored})))",
            [workspace, workspace],
        )
        if not count_of(differs):
            return
        connection.execute(f"DELETE FROM {table} WHERE workspace = ?", [workspace])  # noqa: S608
        connection.execute(
            f"INSERT OR REPLACE INTO {table} BY NAME SELECT ? AS workspace, * FROM incoming_rows",  # noqa: S608
            [workspace],
        )
