"""What people decide from the dashboard: recorded for good, applied at once, and undone by another record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar
from uuid import uuid4

import duckdb

from storage.errors import UnknownDecisionError
from storage.file.conversion import stored_instant, stored_text
from storage.file.database import Warehouse, transaction
from storage.save.decision_effects import apply_decision
from storage.save.decision_records import Decision, DecisionKind, all_decisions, decisions_in_force

__all__ = [
    "Decision",
    "DecisionKind",
    "all_decisions",
    "change_warehouse",
    "decisions_in_force",
    "record_decision",
    "undo_decision",
]

_Result = TypeVar("_Result")
_NEEDED: dict[DecisionKind, tuple[str, ...]] = {
    "acknowledge": ("incident_id",),
    "mute": ("campaign_id", "reason", "until"),
    "expected": ("campaign_id", "reason"),
    "confirm_rename": ("event", "new_event"),
    "refuse_rename": ("event", "new_event"),
    "map_event": ("campaign_id",),
}


def change_warehouse(
    warehouse: Warehouse, function: Callable[[duckdb.DuckDBPyConnection], _Result], wait_seconds: float = 30.0
) -> _Result:
    """Run `function` in one transaction on the warehouse, publish at once, and return its result.

    Waits for a run in progress; raises BusyError, naming who is at it, when that takes too long. On any error
    of `function` nothing is changed and nothing published.
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

    Needed: acknowledge: incident_id; mute: incident_id or campaign_id, reason, until (last day of the mute);
    expected: incident_id or campaign_id, reason; confirm_rename and refuse_rename: event (the old name),
    new_event; map_event: campaign_id, event (None: none at all). Saying the same again changes nothing and
    returns the same id. Raises ValueError where something needed is missing or empty, UnknownDecisionError where
    the incident or campaign does not exist.
    """
    if incident_id is not None:
        campaign_id = _campaign_of(connection, workspace, incident_id)
    elif campaign_id is not None:
        _must_exist(connection, workspace, campaign_id)
    decision = Decision(
        decision_id=uuid4().hex,
        kind=kind,
        incident_id=incident_id,
        campaign_id=campaign_id,
        event=_text(event),
        new_event=_text(new_event),
        reason=_text(reason),
        until=until,
        decided_by=stored_text(decided_by),
        decided_at=now,
        undone_by=None,
        undone_at=None,
    )
    missing = [name for name in (*_NEEDED[kind], "decided_by") if getattr(decision, name) in (None, "")]
    if missing:
        raise ValueError(f"A decision of kind {kind} needs {', '.join(missing)}.")
    for said in decisions_in_force(connection, workspace):
        if replace(said, decision_id=decision.decision_id, decided_at=now) == decision:
            return said.decision_id
    connection.execute(
        "INSERT INTO decision (workspace, decision_id, kind, incident_id, campaign_id, event, new_event, reason, "
        "until, decided_by, decided_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            workspace,
            decision.decision_id,
            kind,
            incident_id,
            campaign_id,
            decision.event,
            decision.new_event,
            decision.reason,
            until,
            decision.decided_by,
            stored_instant(now),
        ],
    )
    apply_decision(connection, workspace, decision, decision.decided_by, now)
    return decision.decision_id


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
    undone = replace(found[0], undone_by=stored_text(undone_by), undone_at=now)
    connection.execute(
        "UPDATE decision SET undone_by = ?, undone_at = ? WHERE workspace = ? AND decision_id = ?",
        [undone.undone_by, stored_instant(now), workspace, decision_id],
    )
    apply_decision(connection, workspace, undone, stored_text(undone_by), now)


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


def _must_exist(connection: duckdb.DuckDBPyConnection, workspace: str, campaign_id: int) -> None:
    row = connection.execute(
        "SELECT 1 FROM campaign WHERE workspace = ? AND campaign_id = ?", [workspace, campaign_id]
    ).fetchone()
    if row is None:
        raise UnknownDecisionError(
            f"There is no campaign {campaign_id} in the workspace {workspace}.", "Load the page again."
        )


def _text(value: str | None) -> str | None:
    return None if value is None else stored_text(value)
