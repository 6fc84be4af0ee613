"""What a decision does at once to the rows that everybody reads; the next judging does the rest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import duckdb

from storage.file.conversion import stored_instant, stored_json
from storage.file.zones import stored_zone
from storage.save.decision_records import Decision, decisions_in_force

_COLUMNS = {
    "acknowledge": ("acknowledged_by = ?, acknowledged_at = ?", ("decided_by", "decided_at")),
    "mute": ("muted_by = ?, muted_reason = ?, muted_until = ?", ("decided_by", "reason", "until")),
    "expected": ("expected_by = ?, expected_reason = ?", ("decided_by", "reason")),
}
_CHANGE = {
    "acknowledge": ("acknowledged", "unacknowledged"),
    "mute": ("muted", "unmuted"),
    "expected": ("expected", "unexpected"),
}


def apply_decision(
    connection: duckdb.DuckDBPyConnection, workspace: str, decision: Decision, by: str, now: datetime
) -> None:
    """Bring the rows that the decision, just made or just undone, is about in line with those in force.

    Incidents get their columns and a row of `incident_change`; a mapped campaign its plan's event. A confirmed
    or refused rename shows when judged.
    """
    if decision.kind == "map_event" and decision.campaign_id is not None:
        _apply_mapping(connection, workspace, decision.campaign_id)
    if decision.kind not in _COLUMNS or decision.campaign_id is None:
        return
    incidents = [decision.incident_id] if decision.incident_id else _open_incidents(connection, workspace, decision)
    assignments, names = _COLUMNS[decision.kind]
    holding = [d for d in decisions_in_force(connection, workspace) if d.kind == decision.kind]
    for incident_id in incidents:
        # What was said of this very incident goes before what was said of its whole campaign.
        newest = max(
            (d for d in holding if d.incident_id == incident_id or _whole_campaign(d, decision.campaign_id)),
            key=lambda d: (d.incident_id is not None, d.decided_at),
            default=None,
        )
        values = [getattr(newest, name) if newest else None for name in names]
        stored = [stored_instant(value) if isinstance(value, datetime) else value for value in values]
        connection.execute(
            f"UPDATE incident SET {assignments} WHERE workspace = ? AND incident_id = ?",  # noqa: S608
            [*stored, workspace, incident_id],
        )
    _record_changes(connection, workspace, decision, incidents, by, now)


def _whole_campaign(decision: Decision, campaign_id: int) -> bool:
    return decision.incident_id is None and decision.campaign_id == campaign_id


def _open_incidents(connection: duckdb.DuckDBPyConnection, workspace: str, decision: Decision) -> list[str]:
    rows = connection.execute(
        "SELECT incident_id FROM incident WHERE workspace = ? AND campaign_id = ? AND status = 'open'",
        [workspace, decision.campaign_id],
    ).fetchall()
    return [incident_id for (incident_id,) in rows]


def _record_changes(
    connection: duckdb.DuckDBPyConnection,
    workspace: str,
    decision: Decision,
    incidents: Sequence[str],
    by: str,
    now: datetime,
) -> None:
    made, undone = _CHANGE[decision.kind]
    detail: dict[str, str | None] = {"by": by, "how": "undone"}
    kind = undone
    if decision.undone_at is None:
        kind = made
        detail = {"by": by, "reason": decision.reason, "decision_id": decision.decision_id}
        detail["until"] = decision.until.isoformat() if decision.until else None
        detail["how"] = "decision" if made == "expected" else None
    day = now.astimezone(stored_zone(connection, workspace) or UTC).date()
    for incident_id in incidents:
        # What people did themselves is no news to them.
        connection.execute(
            "INSERT OR REPLACE INTO incident_change (workspace, change_id, incident_id, campaign_id, kind, day, "
            "recorded_at, detail, news) VALUES (?, ?, ?, ?, ?, ?, ?, ?, false)",
            [
                workspace,
                f"{incident_id}:{kind}:{day}:{decision.decision_id}",
                incident_id,
                decision.campaign_id,
                kind,
                day,
                stored_instant(now),
                stored_json({name: value for name, value in detail.items() if value is not None}),
            ],
        )


def _apply_mapping(connection: duckdb.DuckDBPyConnection, workspace: str, campaign_id: int) -> None:
    """Write the mapping in force, or the trigger where none is; judging knows the manifest's too."""
    mapped = [
        d.event
        for d in decisions_in_force(connection, workspace)
        if d.kind == "map_event" and d.campaign_id == campaign_id
    ]
    event, event_from = mapped[-1] if mapped else None, "decision"
    if not mapped:
        row = connection.execute(
            "SELECT event FROM campaign WHERE workspace = ? AND campaign_id = ?", [workspace, campaign_id]
        ).fetchone()
        event = row[0] if row else None
        event_from = "none" if event is None else "trigger"
    connection.execute(
        "INSERT INTO campaign_plan (workspace, campaign_id, event, event_from, uses) VALUES (?, ?, ?, ?, []) "
        "ON CONFLICT DO UPDATE SET event = excluded.event, event_from = excluded.event_from",
        [workspace, campaign_id, event, event_from],
    )
