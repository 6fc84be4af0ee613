"""What people decide from the dashboard: recorded for good, applied at once, and undone by another record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

import duckdb

from storage.conversion import read_instant, stored_instant, stored_json, stored_text
from storage.database import Warehouse, transaction
from storage.errors import UnknownDecisionError

DecisionKind = Literal["acknowledge", "mute", "expected", "confirm_rename", "refuse_rename", "map_event"]

_NEEDED: dict[DecisionKind, tuple[str, ...]] = {
    "acknowledge": ("incident_id",),
    "mute": ("incident_id", "reason", "until"),
    "expected": ("incident_id", "reason"),
    "confirm_rename": ("event", "new_event"),
    "refuse_rename": ("event", "new_event"),
    "map_event": ("campaign_id", "event"),
}
_CHANGE: dict[str, tuple[str, str]] = {
    "acknowledge": ("acknowledged", "unacknowledged"),
    "mute": ("muted", "unmuted"),
    "expected": ("expected", "unexpected"),
}
_Result = TypeVar("_Result")

# Of several decisions on one thing the newest counts; confirming and refusing one rename are the same thing.
_IN_FORCE = """
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
_FIELDS = (
    "decision_id, kind, incident_id, campaign_id, event, new_event, reason, until, decided_by, decided_at, "
    "undone_by, undone_at"
)


@dataclass(frozen=True)
class Decision:
    """One thing that somebody said; `undone_at` is None while it holds."""

    decision_id: str
    kind: DecisionKind
    incident_id: str | None
    campaign_id: int | None
    event: str | None
    new_event: str | None
    reason: str | None
    until: date | None
    decided_by: str
    decided_at: datetime
    undone_by: str | None
    undone_at: datetime | None


def change_warehouse(
    warehouse: Warehouse, function: Callable[[duckdb.DuckDBPyConnection], _Result], wait_seconds: float = 30.0
) -> _Result:
    """Run `function` in one transaction on the warehouse, publish at once, and return its result.

    Waits for a run in progress; raises BusyError, naming who is at it, when that takes too long. On any error
    nothing is changed and nothing published.
    """
    with warehouse.open_and_publish(wait_seconds) as connection, transaction(connection):
        return function(connection)


def record_decision(
    connection: duckdb.DuckDBPyConnection,
    workspace: str,
    kind: DecisionKind,
    decided_by: str,
    now: datetime,
    *,
    incident_id: str | None = None,
    campaign_id: int | None = None,
    event: str | None = None,
    new_event: str | None = None,
    reason: str | None = None,
    until: date | None = None,
) -> str:
    """Record a decision, apply it to what is published, and return its id.

    Needed: acknowledge: incident_id; mute: incident_id, reason, until (last day); expected: incident_id, reason;
    confirm_rename and refuse_rename: event (the old name), new_event; map_event: campaign_id, event. Saying the
    same again changes nothing and returns the same id. Raises ValueError where something needed is missing or
    empty, UnknownDecisionError where the incident or campaign does not exist.
    """
    given = {
        "incident_id": incident_id,
        "campaign_id": campaign_id,
        "event": event,
        "new_event": new_event,
        "reason": reason,
        "until": until,
    }
    missing = [name for name in _NEEDED[kind] if given[name] in (None, "")]
    if missing or not decided_by:
        raise ValueError(f"A decision of kind {kind} needs {', '.join(missing or ['decided_by'])}.")
    if incident_id is not None:
        campaign_id = _campaign_of(connection, workspace, incident_id)
    elif campaign_id is not None:
        _known_campaign(connection, workspace, campaign_id)
    said = [
        kind,
        incident_id,
        campaign_id,
        _text(event),
        _text(new_event),
        _text(reason),
        until,
        stored_text(decided_by),
    ]
    for decision in decisions_in_force(connection, workspace):
        if said == [
            decision.kind,
            decision.incident_id,
            decision.campaign_id,
            decision.event,
            decision.new_event,
            decision.reason,
            decision.until,
            decision.decided_by,
        ]:
            return decision.decision_id
    decision_id = uuid4().hex
    connection.execute(
        "INSERT INTO decision (workspace, decision_id, kind, incident_id, campaign_id, event, new_event, reason, "
        "until, decided_by, decided_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [workspace, decision_id, *said, stored_instant(now)],
    )
    apply_decisions(connection, workspace)
    if kind == "map_event" and campaign_id is not None:
        _apply_mapping(connection, workspace, campaign_id)
    if incident_id is not None and campaign_id is not None:
        detail = {"by": decided_by, "reason": reason, "until": until.isoformat() if until else None}
        _record_change(connection, workspace, decision_id, incident_id, campaign_id, _CHANGE[kind][0], now, detail)
    return decision_id


def undo_decision(
    connection: duckdb.DuckDBPyConnection, workspace: str, decision_id: str, undone_by: str, now: datetime
) -> None:
    """Undo a decision: it stays on record, its effect goes, and an earlier one on the same thing holds again.

    Raises UnknownDecisionError where there is no such decision or it was undone already.
    """
    found = [d for d in all_decisions(connection, workspace) if d.decision_id == decision_id]
    if not found or found[0].undone_at is not None:
        raise UnknownDecisionError(
            "That decision is not there, or somebody undid it already.", "Load the page again to see what holds."
        )
    decision = found[0]
    connection.execute(
        "UPDATE decision SET undone_by = ?, undone_at = ? WHERE workspace = ? AND decision_id = ?",
        [stored_text(undone_by), stored_instant(now), workspace, decision_id],
    )
    apply_decisions(connection, workspace)
    if decision.kind == "map_event" and decision.campaign_id is not None:
        _apply_mapping(connection, workspace, decision.campaign_id)
    if decision.incident_id is not None and decision.campaign_id is not None:
        kind = _CHANGE[decision.kind][1]
        _record_change(
            connection,
            workspace,
            decision_id,
            decision.incident_id,
            decision.campaign_id,
            kind,
            now,
            {"by": undone_by},
        )


def decisions_in_force(
    connection: duckdb.DuckDBPyConnection, workspace: str, on_day: date | None = None
) -> list[Decision]:
    """The decisions that hold, oldest first: not undone, not replaced by a newer one on the same thing.

    With `on_day` (a day in the workspace's zone), also without those whose last day is before it.
    """
    rows = connection.execute(f"SELECT {_FIELDS} FROM ({_IN_FORCE})", {"workspace": workspace}).fetchall()  # noqa: S608
    decisions = [_decision(row) for row in rows]
    return [d for d in decisions if on_day is None or d.until is None or d.until >= on_day]


def all_decisions(connection: duckdb.DuckDBPyConnection, workspace: str) -> list[Decision]:
    """Every decision ever, undone ones included, oldest first."""
    rows = connection.execute(
        f"SELECT {_FIELDS} FROM decision WHERE workspace = ? ORDER BY decided_at, decision_id",  # noqa: S608
        [workspace],
    ).fetchall()
    return [_decision(row) for row in rows]


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
            FROM incident i LEFT JOIN ({_IN_FORCE}) d ON d.incident_id = i.incident_id
            WHERE i.workspace = $workspace GROUP BY i.incident_id
        ) a
        WHERE incident.workspace = $workspace AND incident.incident_id = a.incident_id
            AND (incident.acknowledged_by, incident.acknowledged_at, incident.muted_by, incident.muted_reason,
                incident.muted_until, incident.expected_by, incident.expected_reason)
            IS DISTINCT FROM (a.by, a.at, a.muted_by, a.muted_reason, a.muted_until, a.expected_by, a.expected_reason)
        """,  # noqa: S608
        {"workspace": workspace},
    )


def _apply_mapping(connection: duckdb.DuckDBPyConnection, workspace: str, campaign_id: int) -> None:
    """Show the mapping at once; the next judging writes the whole plan anew, the manifest included."""
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


def _record_change(
    connection: duckdb.DuckDBPyConnection,
    workspace: str,
    decision_id: str,
    incident_id: str,
    campaign_id: int,
    kind: str,
    now: datetime,
    detail: dict[str, str | None],
) -> None:
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


def _campaign_of(connection: duckdb.DuckDBPyConnection, workspace: str, incident_id: str) -> int:
    row = connection.execute(
        "SELECT campaign_id FROM incident WHERE workspace = ? AND incident_id = ?", [workspace, incident_id]
    ).fetchone()
    if row is None:
        raise UnknownDecisionError(
            f"There is no incident {incident_id} in the workspace {workspace}.",
            "It may have been withdrawn since the page was loaded: load it again.",
        )
    return int(row[0])


def _known_campaign(connection: duckdb.DuckDBPyConnection, workspace: str, campaign_id: int) -> None:
    row = connection.execute(
        "SELECT 1 FROM campaign WHERE workspace = ? AND campaign_id = ?", [workspace, campaign_id]
    ).fetchone()
    if row is None:
        raise UnknownDecisionError(
            f"There is no campaign {campaign_id} in the workspace {workspace}.", "Load the page again."
        )


def _text(value: str | None) -> str | None:
    return None if value is None else stored_text(value)


def _decision(row: tuple[object, ...]) -> Decision:
    *plain, decided_at, undone_by, undone_at = row
    return Decision(*plain, read_instant(decided_at), undone_by, read_instant(undone_at))  # type: ignore[arg-type]
