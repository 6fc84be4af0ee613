"""What the judge writes: verdicts, incidents, their changes, and its memory. Only what differs is written."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa

from storage.file.conversion import read_instant, stored_instant, stored_json, stored_text
from storage.save.bulk import DAY, INSTANT, SHARE, TEXT, TEXTS, TRUTH, WHOLE, count_of, incoming

_VERDICT = {
    "campaign_id": WHOLE,
    "day": DAY,
    "status": TEXT,
    "stage": TEXT,
    "events": WHOLE,
    "started": WHOLE,
    "sent": WHOLE,
    "expected": SHARE,
    "expected_low": SHARE,
    "expected_high": SHARE,
    "probability": SHARE,
    "cause": TEXT,
}
_INCIDENT = {
    "incident_id": TEXT,
    "campaign_id": WHOLE,
    "status": TEXT,
    "kind": TEXT,
    "opened_on": DAY,
    "detected_on": DAY,
    "recovered_on": DAY,
    "last_good_day": DAY,
    "stage": TEXT,
    "cause": TEXT,
    "evidence": TEXT,
    "summary": TEXT,
    **dict.fromkeys(("missed_sends", "missed_sends_low", "missed_sends_high"), SHARE),
    **dict.fromkeys(("revenue_at_risk", "revenue_at_risk_low", "revenue_at_risk_high"), SHARE),
    "acknowledged_by": TEXT,
    "acknowledged_at": INSTANT,
    "muted_by": TEXT,
    "muted_reason": TEXT,
    "muted_until": DAY,
    "expected_by": TEXT,
    "expected_reason": TEXT,
}
_CHANGE = {
    "change_id": TEXT,
    "incident_id": TEXT,
    "campaign_id": WHOLE,
    "kind": TEXT,
    "day": DAY,
    "recorded_at": INSTANT,
    "detail": TEXT,
    "news": TRUTH,
}
_PLAN = {
    "campaign_id": WHOLE,
    "event": TEXT,
    "event_from": TEXT,
    "owner": TEXT,
    "deal_value": SHARE,
    "conversion_rate": SHARE,
    "timing": TEXT,
    "uses": TEXTS,
}
_RENAME = {
    "old_event": TEXT,
    "new_event": TEXT,
    "first_day": DAY,
    "last_day": DAY,
    "gradual": TRUTH,
    "name_likeness": SHARE,
    "volume_handed_over": SHARE,
    "shared_properties": SHARE,
    "confidence": SHARE,
}
_MANIFEST_RENAME = {"old_event": TEXT, "new_event": TEXT, "since": DAY, "owner": TEXT}
_PROPERTY_CHANGE = {
    "event": TEXT,
    "property": TEXT,
    "kind": TEXT,
    "day": DAY,
    "before": TEXT,
    "after": TEXT,
    "share_before": SHARE,
    "share_after": SHARE,
    "new_property": TEXT,
}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class StoredCheckpoint:
    """The judge's memory as stored: its last day, the digest of what it was made from, and the memory itself."""

    day: date
    fingerprint: str
    state: bytes


def read_checkpoint(connection: duckdb.DuckDBPyConnection, workspace: str) -> StoredCheckpoint | None:
    """The stored memory, None where there is none."""
    row = connection.execute(
        "SELECT day, fingerprint, state FROM judge_checkpoint WHERE workspace = ?", [workspace]
    ).fetchone()
    return None if row is None else StoredCheckpoint(*row)


def save_checkpoint(connection: duckdb.DuckDBPyConnection, workspace: str, checkpoint: StoredCheckpoint) -> None:
    """Replace the memory."""
    # As a column it is stored ten times as fast as as a parameter.
    with incoming(connection, "incoming_memory", {"state": pa.large_binary()}, {"state": [checkpoint.state]}):
        connection.execute(
            "INSERT OR REPLACE INTO judge_checkpoint (workspace, day, fingerprint, state) "
            "SELECT ?, ?, ?, state FROM incoming_memory",
            [workspace, checkpoint.day, checkpoint.fingerprint],
        )


def read_judge_run(connection: duckdb.DuckDBPyConnection, workspace: str) -> tuple[datetime, date] | None:
    """When the workspace was last judged (UTC), and the last day that was; None if never."""
    row = connection.execute("SELECT judged_at, as_of FROM judge_run WHERE workspace = ?", [workspace]).fetchone()
    if row is None:
        return None
    judged_at = read_instant(row[0])
    assert judged_at is not None
    return judged_at, row[1]


def save_judge_run(connection: duckdb.DuckDBPyConnection, workspace: str, judged_at: datetime, as_of: date) -> None:
    """Record that the workspace was judged up to a day."""
    connection.execute(
        "INSERT OR REPLACE INTO judge_run (workspace, judged_at, as_of) VALUES (?, ?, ?)",
        [workspace, stored_instant(judged_at), as_of],
    )


def judged_days(
    connection: duckdb.DuckDBPyConnection, workspace: str, wanted: Iterable[tuple[int, date]]
) -> set[tuple[int, date]]:
    """Those of the wanted (campaign, day) that have a verdict which rests on collected numbers."""
    wanted = list(wanted)
    columns: dict[str, list[Any]] = {"campaign_id": [number for number, _ in wanted], "day": [day for _, day in wanted]}
    with incoming(connection, "incoming_wanted", {"campaign_id": WHOLE, "day": DAY}, columns):
        rows = connection.execute(
            "SELECT v.campaign_id, v.day FROM verdict v JOIN incoming_wanted i "
            "ON v.campaign_id = i.campaign_id AND v.day = i.day WHERE v.workspace = ? AND v.status <> 'not_collected'",
            [workspace],
        ).fetchall()
    return {(campaign, day) for campaign, day in rows}


def save_verdicts(
    connection: duckdb.DuckDBPyConnection, workspace: str, verdicts: Mapping[str, Sequence[Any]], first_day: date
) -> int:
    """Replace the verdicts from `first_day` on by these, and return how many rows that changed.

    `verdicts` has a list for each column of `verdict` but the workspace. Rows that say the same are left alone.
    """
    with incoming(connection, "incoming_verdicts", _VERDICT, verdicts):
        same = " AND ".join(f"v.{name} IS NOT DISTINCT FROM i.{name}" for name in _VERDICT)
        removed = connection.execute(
            "DELETE FROM verdict v WHERE v.workspace = ? AND v.day >= ? AND NOT EXISTS "
            "(SELECT 1 FROM incoming_verdicts i WHERE i.campaign_id = v.campaign_id AND i.day = v.day)",
            [workspace, first_day],
        )
        count = count_of(removed)
        written = connection.execute(
            "INSERT OR REPLACE INTO verdict BY NAME SELECT ? AS workspace, i.* FROM incoming_verdicts i "  # noqa: S608
            f"WHERE NOT EXISTS (SELECT 1 FROM verdict v WHERE v.workspace = ? AND v.day >= ? AND {same})",
            [workspace, workspace, first_day],
        )
        return count + count_of(written)


def newest_statuses(connection: duckdb.DuckDBPyConnection, workspace: str) -> dict[str, int]:
    """How many campaigns have which status in their newest verdict."""
    rows = connection.execute(
        "SELECT status, count(*) FROM (SELECT campaign_id, arg_max(status, day) AS status FROM verdict "
        "WHERE workspace = ? GROUP BY campaign_id) GROUP BY status ORDER BY status",
        [workspace],
    ).fetchall()
    return dict(rows)


def read_incidents(connection: duckdb.DuckDBPyConnection, workspace: str) -> dict[str, dict[str, Any]]:
    """All stored incidents by their id, as rows."""
    frame = connection.execute("SELECT * FROM incident WHERE workspace = ?", [workspace])
    names = [column[0] for column in frame.description]
    return {row["incident_id"]: row for row in (dict(zip(names, values, strict=True)) for values in frame.fetchall())}


def save_incidents(connection: duckdb.DuckDBPyConnection, workspace: str, incidents: Sequence[Row]) -> None:
    """Write these incidents, replacing those of the same id. `evidence` is any JSON value."""
    rows = [dict(row) | {"evidence": stored_json(row["evidence"])} for row in incidents]
    _replace(connection, workspace, "incident", _INCIDENT, rows)


def delete_incidents(
    connection: duckdb.DuckDBPyConnection, workspace: str, incident_ids: Collection[str], last_day: date
) -> None:
    """Forget incidents that were not yet known at the end of `last_day`, and all changes by later data.

    What people did stays on record: it is in `decision`, and comes back with the incident.
    """
    connection.execute(
        "DELETE FROM incident WHERE workspace = ? AND list_contains(?, incident_id)", [workspace, list(incident_ids)]
    )
    connection.execute(
        "DELETE FROM incident_change WHERE workspace = ? AND day > ? AND kind IN "
        "('opened', 'worsened', 'cause_changed', 'recovered', 'reopened', 'withdrawn')",
        [workspace, last_day],
    )


def read_changes(connection: duckdb.DuckDBPyConnection, workspace: str) -> list[dict[str, Any]]:
    """All stored changes: change_id, incident_id, kind, day, detail, news; oldest first."""
    found = connection.execute(
        "SELECT change_id, incident_id, campaign_id, kind, day, detail, news FROM incident_change WHERE workspace = ? "
        "ORDER BY day, change_id",
        [workspace],
    )
    names = [column[0] for column in found.description]
    return [
        row | {"detail": json.loads(row["detail"])}
        for row in (dict(zip(names, values, strict=True)) for values in found.fetchall())
    ]


def save_changes(
    connection: duckdb.DuckDBPyConnection, workspace: str, changes: Sequence[Row], recorded_at: datetime
) -> None:
    """Add these changes; one that is stored already stays as it is. `detail` is any JSON value."""
    rows = [
        dict(row) | {"detail": stored_json(row["detail"]), "recorded_at": stored_instant(recorded_at)}
        for row in changes
    ]
    with incoming(connection, "incoming_changes", _CHANGE, _columns(rows, _CHANGE)):
        connection.execute(
            "INSERT OR IGNORE INTO incident_change BY NAME SELECT ? AS workspace, * FROM incoming_changes", [workspace]
        )


def read_plans(connection: duckdb.DuckDBPyConnection, workspace: str) -> list[dict[str, Any]]:
    """All stored campaign plans, as rows."""
    return _rows(connection.execute("SELECT * FROM campaign_plan WHERE workspace = ?", [workspace]))


def read_manifest_renames(connection: duckdb.DuckDBPyConnection, workspace: str) -> list[dict[str, Any]]:
    """The renames that the manifest announced when it was last read, as rows; none in a file of an older version."""
    known = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'manifest_rename'").fetchone()
    if not known or not known[0]:
        return []
    return _rows(connection.execute("SELECT * FROM manifest_rename WHERE workspace = ?", [workspace]))


def save_manifest_renames(connection: duckdb.DuckDBPyConnection, workspace: str, renames: Sequence[Row]) -> None:
    """Replace the manifest's renames, where any of them changed."""
    _replace_all(connection, workspace, "manifest_rename", _MANIFEST_RENAME, renames)


def _rows(found: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def save_plans(connection: duckdb.DuckDBPyConnection, workspace: str, plans: Sequence[Row]) -> None:
    """Replace all campaign plans, where any of them changed."""
    _replace_all(connection, workspace, "campaign_plan", _PLAN, plans)


def save_renames(connection: duckdb.DuckDBPyConnection, workspace: str, renames: Sequence[Row]) -> None:
    """Replace all suspected renames, where any of them changed."""
    _replace_all(connection, workspace, "rename_suspect", _RENAME, renames)


def save_property_changes(connection: duckdb.DuckDBPyConnection, workspace: str, changes: Sequence[Row]) -> None:
    """Replace all property changes, where any of them changed."""
    _replace_all(connection, workspace, "property_change", _PROPERTY_CHANGE, changes)


def _replace(
    connection: duckdb.DuckDBPyConnection,
    workspace: str,
    table: str,
    types: Mapping[str, pa.DataType],
    rows: Sequence[Row],
) -> None:
    with incoming(connection, "incoming_rows", types, _columns(rows, types)):
        connection.execute(
            f"INSERT OR REPLACE INTO {table} BY NAME SELECT ? AS workspace, * FROM incoming_rows",  # noqa: S608
            [workspace],
        )


def _replace_all(
    connection: duckdb.DuckDBPyConnection,
    workspace: str,
    table: str,
    types: Mapping[str, pa.DataType],
    rows: Sequence[Row],
) -> None:
    names = ", ".join(types)
    with incoming(connection, "incoming_rows", types, _columns(rows, types)):
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


def _columns(rows: Sequence[Row], types: Mapping[str, pa.DataType]) -> dict[str, list[Any]]:
    return {name: [_stored(row.get(name)) for row in rows] for name in types}


def _stored(value: Any) -> Any:
    if isinstance(value, str):
        return stored_text(value)
    return stored_instant(value) if isinstance(value, datetime) and value.tzinfo is not None else value
