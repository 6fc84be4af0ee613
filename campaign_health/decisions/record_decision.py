"""What people decide from the dashboard: recorded for good, applied at once, and undone by another record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

from campaign_health.decisions.applying import StoredIncident, apply_decisions
from campaign_health.decisions.facts_applied import apply_facts
from campaign_health.detection.incident.attention import concerns
from campaign_health.detection.incident.incident_course import Change
from campaign_health.process.clock import local_day
from storage.connection import Connection
from storage.errors import UnknownDecisionError
from storage.file.conversion import stored_text
from storage.file.database import Warehouse, transaction
from storage.file.zones import stored_zone
from storage.read import decisions_made
from storage.read.decisions_made import Decision, DecisionKind
from storage.read.judge_input import restated_until
from storage.save.decisions import insert_decision, mark_undone, save_mapped_event
from storage.save.incident_rows import save_changes

_Result = TypeVar("_Result")
_NEEDED: dict[DecisionKind, tuple[str, ...]] = {
    "acknowledge": ("incident_id",),
    "fixed": ("incident_id",),
    "note": ("campaign_id", "reason"),
    "mute": ("campaign_id", "reason", "until"),
    "expected": ("campaign_id", "reason"),
    "false_alarm": ("campaign_id",),
    "confirm_rename": ("event", "new_event"),
    "refuse_rename": ("event", "new_event"),
    "map_event": ("campaign_id",),
    "campaign_facts": ("campaign_id", "about"),
    "checklist": ("about",),
}
_CHANGE: dict[DecisionKind, tuple[str, str]] = {
    "acknowledge": ("acknowledged", "unacknowledged"),
    "fixed": ("fixed", "unfixed"),
    "mute": ("muted", "unmuted"),
    "expected": ("expected", "unexpected"),
    "false_alarm": ("false_alarm", "not_false_alarm"),
}


def change_warehouse(
    warehouse: Warehouse, function: Callable[[Connection], _Result], wait_seconds: float = 30.0
) -> _Result:
    """Run `function` in one transaction on the warehouse, publish at once, and return its result.

    Waits for a run in progress; raises BusyError, naming who is at it, when that takes too long. On any error
    of `function` nothing is changed and nothing published.
    """
    with warehouse.open_and_publish(wait_seconds) as connection, transaction(connection):
        return function(connection)


def record_decision(
    connection: Connection,
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
    about: str | None = None,
) -> str:
    """Record a decision, apply it to what is published, and return its id.

    Needed: acknowledge and fixed: incident_id; note: incident_id or campaign_id, reason (the note); mute: incident_id
    or campaign_id, reason, until (last day of the mute); expected: incident_id or campaign_id, reason; false_alarm:
    incident_id or campaign_id; confirm_rename and refuse_rename: event (the old name), new_event; map_event:
    campaign_id, event (None: none at all); campaign_facts: campaign_id, about; checklist: about. Saying the same again
    changes nothing and returns the same id, but for `fixed` on another day: that is another try. Raises
    ValueError where something needed is missing or empty, UnknownDecisionError where the incident or campaign does not
    exist.
    """
    if incident_id is not None:
        campaign_id = _campaign_of(connection, workspace, incident_id)
    elif campaign_id is not None and not decisions_made.has_campaign(connection, workspace, campaign_id):
        raise UnknownDecisionError(
            f"There is no campaign {campaign_id} in the workspace {workspace}.", "Load the page again."
        )
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
        about=about,
    )
    missing = [name for name in (*_NEEDED[kind], "decided_by") if getattr(decision, name) in (None, "")]
    if missing:
        raise ValueError(f"A decision of kind {kind} needs {', '.join(missing)}.")
    zone = stored_zone(connection, workspace) or ZoneInfo("UTC")
    for said in decisions_made.decisions_in_force(connection, workspace):
        is_the_same = replace(said, decision_id=decision.decision_id, decided_at=now) == decision
        if is_the_same and (kind != "fixed" or local_day(said.decided_at, zone) == local_day(now, zone)):
            return said.decision_id
    insert_decision(connection, workspace, decision)
    detail = {"by": decision.decided_by, "reason": decision.reason, "decision_id": decision.decision_id}
    detail |= {"until": until.isoformat() if until else None, "how": "decision" if kind == "expected" else None}
    _take_effect(connection, workspace, decision, detail, now)
    return decision.decision_id


def undo_decision(connection: Connection, workspace: str, decision_id: str, undone_by: str, now: datetime) -> None:
    """Undo a decision: it stays on record, its effect goes, and an earlier one on the same thing holds again.

    Raises UnknownDecisionError where there is no such decision or it was undone already.
    """
    found = [d for d in decisions_made.all_decisions(connection, workspace) if d.decision_id == decision_id]
    if not found or found[0].undone_at is not None:
        raise UnknownDecisionError(
            "That decision is not there, or somebody undid it already.", "Load the page again to see what holds."
        )
    by = stored_text(undone_by)
    mark_undone(connection, workspace, decision_id, by, now)
    undone = replace(found[0], undone_by=by, undone_at=now)
    _take_effect(connection, workspace, undone, {"by": by, "how": "undone"}, now)


def _take_effect(
    connection: Connection, workspace: str, decision: Decision, detail: dict[str, str | None], now: datetime
) -> None:
    """Bring all that is published in line with what holds now, and note with each incident what somebody did to it."""
    if decision.kind == "map_event" and decision.campaign_id is not None:
        _map_event(connection, workspace, decision.campaign_id)
    if decision.kind == "campaign_facts" and decision.campaign_id is not None:
        apply_facts(connection, workspace, decision.campaign_id)

    def is_concerned(stored: StoredIncident) -> bool:
        if stored.status == "withdrawn" and decision.incident_id is None:
            return False
        return concerns(decision, stored.incident, stored.incident_id, stored.event)

    today = local_day(now, stored_zone(connection, workspace) or ZoneInfo("UTC"))
    untold = restated_until(connection, workspace)
    apply_decisions(connection, workspace, now, is_concerned, today=today, restated_until=untold)
    if decision.kind not in _CHANGE or decision.campaign_id is None:
        return
    kind = _CHANGE[decision.kind][0 if decision.undone_at is None else 1]
    said = {name: value for name, value in detail.items() if value is not None}
    touched = [decision.incident_id] if decision.incident_id else []
    touched = touched or decisions_made.open_incidents(connection, workspace, decision.campaign_id)
    done = [Change(one, decision.campaign_id, kind, today, said, suffix=decision.decision_id) for one in touched]
    # What people did themselves is no news to them.
    save_changes(connection, workspace, [change.as_row(news=False) for change in done], now)


def _map_event(connection: Connection, workspace: str, campaign_id: int) -> None:
    """Write the mapping in force, or the trigger where none is; judging knows the manifest's too."""
    for said in reversed(decisions_made.decisions_in_force(connection, workspace)):
        if said.kind == "map_event" and said.campaign_id == campaign_id:
            save_mapped_event(connection, workspace, campaign_id, said.event, "decision")
            return
    event = decisions_made.trigger_event(connection, workspace, campaign_id)
    save_mapped_event(connection, workspace, campaign_id, event, "none" if event is None else "trigger")


def _campaign_of(connection: Connection, workspace: str, incident_id: str) -> int:
    campaign_id = decisions_made.campaign_of(connection, workspace, incident_id)
    if campaign_id is None:
        raise UnknownDecisionError(
            f"There is no incident {incident_id} in the workspace {workspace}.",
            "It may have been withdrawn since the page was loaded: load it again.",
        )
    return campaign_id


def _text(value: str | None) -> str | None:
    return None if value is None else stored_text(value)
