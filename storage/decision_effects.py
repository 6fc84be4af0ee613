"""What decisions do to the rows that everybody reads."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import duckdb

from storage.conversion import stored_instant, stored_json

# Of several decisions on one thing the newest counts; confirming and refusing one rename are the same thing.
IN_FORCE = """
    SELECT * FROM decision
    WHERE workspace = $workspace AND undone_at IS NULL
    QUALIFY row_number() OVER (
        PARTITION BY replace(replace(kind, 'confirm_rename', 'rename'), 'refuse_rename', 'rename'), incident_id,
            campaign_id, CASE WHEN kind = 'map_event' THEN NULL ELSE event END,
            CASE WHEN kind = 'map_event' THEN NULL ELSE new_event END
        ORDER BY decided_at DESC, decision_id DESC
    ) = 1
    ORDER BY decided_at, decision_id
"""


def apply_decisions(connection: duckdb.DuckDBPyConnection, workspace: str) -> None:
    """Write the decisions in force into the rows of `incident`. Call it after incidents were written anew."""
    connection.execute(
        f"""
        UPDATE incident SET
            acknowledged_by = a.by, acknowledged_at = a.at,
            muted_by = a.muted_by, muted_reason = a.muted_reason, muted_until = a.muted_until,
            expected_by = a.expected_by, expected_reason = a.expected_reason
        FROM (
            SELECT i.incident_id,
                any_value(d.decided_by) FILTER (d.kind = 'acknowledge') AS by,
                any_value(d.decided_at) FILTER (d.kind = 'acknowledge') AS at,
                any_value(d.decided_by) FILTER (d.kind = 'mute') AS muted_by,
                any_value(d.reason) FILTER (d.kind = 'mute') AS muted_reason,
                any_value(d.until) FILTER (d.kind = 'mute') AS muted_until,
                any_value(d.decided_by) FILTER (d.kind = 'expected') AS expected_by,
                any_value(d.reason) FILTER (d.kind = 'expected') AS expected_reason
            FROM incident i LEFT JOIN ({IN_FORCE}) d ON d.incident_id = i.incident_id
            WHERE i.workspace = $workspace GROUP BY i.incident_id
        ) a
        WHERE incident.workspace = $workspace AND incident.incident_id = a.incident_id
            AND (incident.acknowledged_by, incident.acknowledged_at, incident.muted_by, incident.muted_reason,
                incident.muted_until, incident.expected_by, incident.expected_reason)
            IS DISTINCT FROM (a.by, a.at, a.muted_by, a.muted_reason, a.muted_until, a.expected_by, a.expected_reason)
        """,  # noqa: S608
        {"workspace": workspace},
    )


def apply_mapping(connection: duckdb.DuckDBPyConnection, workspace: str, campaign_id: int) -> None:
    """Show the mapping in force at once; the next judging writes the whole plan anew, the manifest included."""
    mapped = connection.execute(
        f"SELECT event FROM ({IN_FORCE}) WHERE kind = 'map_event' AND campaign_id = $campaign_id",  # noqa: S608
        {"workspace": workspace, "campaign_id": campaign_id},
    ).fetchone()
    event, event_from = mapped[0] if mapped else None, "decision"
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


def record_change(
    connection: duckdb.DuckDBPyConnection,
    workspace: str,
    decision_id: str,
    incident_id: str,
    campaign_id: int,
    kind: str,
    now: datetime,
    detail: dict[str, str | None],
) -> None:
    """Add what a decision did to an incident to its changes, on the decision's day in the workspace's zone."""
    row = connection.execute("SELECT time_zone FROM workspace WHERE workspace = ?", [workspace]).fetchone()
    day = now.astimezone(ZoneInfo(row[0] if row else "UTC")).date()
    connection.execute(
        "INSERT OR REPLACE INTO incident_change (workspace, change_id, incident_id, campaign_id, kind, day, "
        "recorded_at, detail, news) VALUES (?, ?, ?, ?, ?, ?, ?, ?, true)",
        [
            workspace,
            f"{incident_id}:{kind}:{decision_id}",
            incident_id,
            campaign_id,
            kind,
            day,
            stored_instant(now),
            stored_json({name: value for name, value in detail.items() if value is not None}),
        ],
    )
