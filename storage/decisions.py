"""What people decide from the dashboard: recorded for good, applied at once, and undone by another record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Literal, TypeVar
from uuid import uuid4

import duckdb

from storage.conversion import read_instant, stored_instant, stored_text
from storage.database import Warehouse, transaction
from storage.decision_effects import IN_FORCE, apply_decisions, apply_mapping, record_change
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

__all__ = [
    "Decision",
    "DecisionKind",
    "all_decisions",
    "apply_decisions",
    "change_warehouse",
    "decisions_in_force",
    "record_decision",
    "undo_decision",
]

_Result = TypeVar("_Result")

__all__ = [
    "Decision",
    "DecisionKind",
    "all_decisions",
    "apply_decisions",
    "change_warehouse",
    "decisions_in_force",
    "record_decision",
    "undo_decision",
]

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


_FIELDS = ", ".join(field.name for field in fields(Decision))


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
        apply_mapping(connection, workspace, campaign_id)
    if incident_id is not None and campaign_id is not None:
        detail = {"by": decided_by, "reason": reason, "until": until.isoformat() if until else None}
        record_change(connection, workspace, decision_id, incident_id, campaign_id, _CHANGE[kind][0], now, detail)
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
        apply_mapping(connection, workspace, decision.campaign_id)
    if decision.incident_id is not None and decision.campaign_id is not None:
        kind = _CHANGE[decision.kind][1]
        record_change(
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
    rows = connection.execute(f"SELECT {_FIELDS} FROM ({IN_FORCE})", {"workspace": workspace}).fetchall()  # noqa: S608
    decisions = [_decision(row) for row in rows]
    return [d for d in decisions if on_day is None or d.until is None or d.until >= on_day]


def all_decisions(connection: duckdb.DuckDBPyConnection, workspace: str) -> list[Decision]:
    """Every decision ever, undone ones included, oldest first."""
    rows = connection.execute(
        f"SELECT {_FIELDS} FROM decision WHERE workspace = ? ORDER BY decided_at, decision_id",  # noqa: S608
        [workspace],
    ).fetchall()
    return [_decision(row) for row in rows]


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


def _decision(row: tuple[Any, ...]) -> Decision:
    values = dict(zip((field.name for field in fields(Decision)), row, strict=True))
    for name in ("decided_at", "undone_at"):
        values[name] = read_instant(values[name])
    return Decision(**values)
