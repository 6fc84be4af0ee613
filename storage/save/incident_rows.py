"""Saves incidents and what changed about them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from storage.connection import Connection
from storage.file.conversion import stored_instant, stored_json
from storage.read.rows import Row
from storage.save.bulk import DAY, INSTANT, SHARE, TEXT, TRUTH, WHOLE, WHOLES, columns_of, incoming

_INCIDENT = {
    "incident_id": TEXT,
    "campaign_id": WHOLE,
    "campaign_ids": WHOLES,
    "status": TEXT,
    "kind": TEXT,
    "opened_on": DAY,
    "detected_on": DAY,
    "recovered_on": DAY,
    "ended_how": TEXT,
    "last_good_day": DAY,
    "stage": TEXT,
    "cause": TEXT,
    "evidence": TEXT,
    "summary": TEXT,
    **dict.fromkeys(("missed_sends", "missed_sends_low", "missed_sends_high"), SHARE),
    **dict.fromkeys(("missed_events", "missed_events_low", "missed_events_high"), SHARE),
    **dict.fromkeys(("revenue_at_risk", "revenue_at_risk_low", "revenue_at_risk_high"), SHARE),
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


def save_incidents(connection: Connection, workspace: str, incidents: Sequence[Row]) -> None:
    """Write these incidents as judged, and leave what people answer for as it is. `evidence` is any JSON value."""
    rows = [dict(row) | {"evidence": stored_json(row["evidence"])} for row in incidents]
    judged = ", ".join(f"{name} = excluded.{name}" for name in _INCIDENT if name != "incident_id")
    with incoming(connection, "incoming_incidents", _INCIDENT, columns_of(rows, _INCIDENT)):
        connection.execute(
            "INSERT INTO incident BY NAME SELECT ? AS workspace, * FROM incoming_incidents "  # noqa: S608
            f"ON CONFLICT DO UPDATE SET {judged}",
            [workspace],
        )


def forget_incidents(connection: Connection, workspace: str, incident_ids: Collection[str], last_day: date) -> None:
    """Forget incidents that were not yet known at the end of `last_day`, and all changes by later data.

    What people did stays on record: it is in `decision`, and comes back with the incident.
    """
    connection.execute(
        "DELETE FROM incident WHERE workspace = ? AND list_contains(?, incident_id)", [workspace, list(incident_ids)]
    )
    connection.execute(
        "DELETE FROM incident_change WHERE workspace = ? AND day > ? AND kind IN "
        "('opened', 'worsened', 'cause_changed', 'recovered', 'closed', 'reopened', 'withdrawn')",
        [workspace, last_day],
    )


def save_changes(connection: Connection, workspace: str, changes: Sequence[Row], recorded_at: datetime) -> None:
    """Add these changes; one that is stored already stays as it is. `detail` is any JSON value."""
    rows = [
        dict(row) | {"detail": stored_json(row["detail"]), "recorded_at": stored_instant(recorded_at)}
        for row in changes
    ]
    with incoming(connection, "incoming_changes", _CHANGE, columns_of(rows, _CHANGE)):
        connection.execute(
            "INSERT OR IGNORE INTO incident_change BY NAME SELECT ? AS workspace, * FROM incoming_changes", [workspace]
        )
