"""What people decided, and what they answer for thereby: incidents taken on, muted, meant, an event mapped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from storage.connection import Connection
from storage.file.conversion import stored_instant, stored_json
from storage.read.decisions_made import Decision
from storage.read.rows import Row
from storage.save.bulk import DAY, INSTANT, TEXT, columns_of, incoming

_STANDING = {
    "acknowledged_by": TEXT,
    "acknowledged_at": INSTANT,
    "muted_by": TEXT,
    "muted_reason": TEXT,
    "muted_until": DAY,
    "expected_by": TEXT,
    "expected_reason": TEXT,
    "expected_how": TEXT,
    "renamed_by": TEXT,
    "renamed_from": TEXT,
    "renamed_to": TEXT,
    "fixed_by": TEXT,
    "fixed_on": DAY,
    "fixed_reason": TEXT,
    "fix_failed_on": DAY,
}


def insert_decision(connection: Connection, workspace: str, decision: Decision) -> None:
    """Store a decision under its own, new id."""
    values = {name: stored_instant(v) if isinstance(v, datetime) else v for name, v in vars(decision).items()}
    connection.execute(
        f"INSERT INTO decision (workspace, {', '.join(values)}) VALUES (?{', ?' * len(values)})",  # noqa: S608
        [workspace, *values.values()],
    )


def mark_undone(connection: Connection, workspace: str, decision_id: str, undone_by: str, undone_at: datetime) -> None:
    """Note who undid a decision, and when."""
    connection.execute(
        "UPDATE decision SET undone_by = ?, undone_at = ? WHERE workspace = ? AND decision_id = ?",
        [undone_by, stored_instant(undone_at), workspace, decision_id],
    )


def save_standings(connection: Connection, workspace: str, standings: Sequence[Row]) -> None:
    """Write who took on, muted or expects these incidents: rows of `incident_id` and all those columns."""
    types = {"incident_id": TEXT, **_STANDING}
    assignments = ", ".join(f"{name} = i.{name}" for name in _STANDING)
    with incoming(connection, "incoming_standings", types, columns_of(standings, types)):
        connection.execute(
            f"UPDATE incident SET {assignments} FROM incoming_standings i "  # noqa: S608
            "WHERE incident.workspace = ? AND incident.incident_id = i.incident_id",
            [workspace],
        )


def save_facts(
    connection: Connection,
    workspace: str,
    campaign_id: int,
    facts: Mapping[str, Any],
    declared: Mapping[str, Any],
    event: str | None,
) -> None:
    """Write a campaign's owner, money, currency and timing as they hold, and what the manifest has of them.

    A campaign that was not judged yet has no plan: it gets one that hangs on its trigger's `event`.
    """
    names = ("owner", "deal_value", "conversion_rate", "timing", "timing_minutes", "currency")
    values = {name: facts[name] for name in names} | {"declared": stored_json(dict(declared))}
    columns = ", ".join(values)
    connection.execute(
        f"INSERT INTO campaign_plan (workspace, campaign_id, event, event_from, uses, {columns}) "  # noqa: S608
        f"VALUES (?, ?, ?, ?, [], {', '.join('?' * len(values))}) "
        f"ON CONFLICT DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in values)}",
        [workspace, campaign_id, event, "none" if event is None else "trigger", *values.values()],
    )


def save_revenue(
    connection: Connection, workspace: str, incident_id: str, risk: tuple[float, float, float] | None
) -> None:
    """Write an incident's revenue at risk with its range; None where it has none."""
    connection.execute(
        "UPDATE incident SET revenue_at_risk = ?, revenue_at_risk_low = ?, revenue_at_risk_high = ? "
        "WHERE workspace = ? AND incident_id = ?",
        [*(risk or (None, None, None)), workspace, incident_id],
    )


def save_mapped_event(
    connection: Connection, workspace: str, campaign_id: int, event: str | None, event_from: str
) -> None:
    """Write which event a campaign is judged against, and who says so; the rest of its plan stays."""
    connection.execute(
        "INSERT INTO campaign_plan (workspace, campaign_id, event, event_from, uses) VALUES (?, ?, ?, ?, []) "
        "ON CONFLICT DO UPDATE SET event = excluded.event, event_from = excluded.event_from",
        [workspace, campaign_id, event, event_from],
    )
