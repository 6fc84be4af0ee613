"""What people decide from the dashboard: recorded for good, applied at once, and undone by another record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypeVar
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
    "hold": ("event", "reason"),
    "release": ("event",),
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
    about_day: date | None = None,
) -> str:
    """Record a decision, apply it to what is published, and return its id.

    Needed: acknowledge and fixed: incident_id; note: incident_id or campaign_id, reason (the note), and about_day where
    it is about a day of the campaign; mute: incident_id or campaign_id, reason, until (last day of the mute); expected:
    incident_id or campaign_id, reason; false_alarm: incident_id or campaign_id; confirm_rename and refuse_rename: event
    (the old name), new_event; map_event: campaign_id, event (None: none at all); campaign_facts: campaign_id, about;
    checklist: about. Saying the same again changes nothing and returns the same id, but for `fixed` on another day:
    that is another try. Raises ValueError where something needed is missing or empty, UnknownDecisionError where the
    incident or campaign does not exist.
    """
    said = {"incident_id": incident_id, "campaign_id": campaign_id, "reason": _text(reason), "until": until}
    said |= {"event": _text(event), "new_event": _text(new_event), "about": _text(about), "about_day": about_day}
    (decision_id,) = _record(connection, workspace, kind, decided_by, now, [said])
    return decision_id


def record_for_each(
    connection: Connection,
    workspace: str,
    kind: DecisionKind,
    decided_by: str,
    now: datetime,
    incident_ids: Iterable[str],
    *,
    reason: str | None = None,
    until: date | None = None,
) -> list[str]:
    """The same decision on several incidents, as `record_decision` would take them one by one; returns their ids."""
    about = {"campaign_id": None, "event": None, "new_event": None, "reason": _text(reason), "until": until}
    each = [about | {"incident_id": incident_id} for incident_id in incident_ids]
    return _record(connection, workspace, kind, decided_by, now, each)


def _record(
    connection: Connection,
    workspace: str,
    kind: DecisionKind,
    decided_by: str,
    now: datetime,
    each: Iterable[Mapping[str, Any]],
) -> list[str]:
    """Store what was not said before, let it take effect together, and return the ids under which all is stored."""
    zone = stored_zone(connection, workspace) or ZoneInfo("UTC")
    in_force = decisions_made.decisions_in_force(connection, workspace)
    new, ids = [], []
    for about in each:
        decision = _decision(connection, workspace, kind, decided_by, now, about)
        same = replace(decision, decision_id="", decided_at=now)
        found = [said for said in in_force if replace(said, decision_id="", decided_at=now) == same]
        if kind == "fixed":
            found = [said for said in found if local_day(said.decided_at, zone) == local_day(now, zone)]
        ids.append(found[0].decision_id if found else decision.decision_id)
        new += [] if found else [decision]
    for decision in new:
        insert_decision(connection, workspace, decision)
    if new:
        _take_effect(connection, workspace, new, now)
    return ids


def _decision(
    connection: Connection, workspace: str, kind: DecisionKind, by: str, now: datetime, about: Mapping[str, Any]
) -> Decision:
    """A decision to be stored, once it is sure that it is whole and about something that is there."""
    campaign_id = about["campaign_id"]
    if about["incident_id"] is not None:
        campaign_id = _campaign_of(connection, workspace, about["incident_id"])
    elif campaign_id is not None and not decisions_made.has_campaign(connection, workspace, campaign_id):
        raise UnknownDecisionError(
            f"There is no campaign {campaign_id} in the workspace {workspace}.", "Load the page again."
        )
    decision = Decision(
        **dict(about) | {"campaign_id": campaign_id},
        decision_id=uuid4().hex,
        kind=kind,
        decided_by=stored_text(by),
        decided_at=now,
        undone_by=None,
        undone_at=None,
    )
    missing = [name for name in (*_NEEDED[kind], "decided_by") if getattr(decision, name) in (None, "")]
    if missing:
        raise ValueError(f"A decision of kind {kind} needs {', '.join(missing)}.")
    return decision


def undo_decisions(
    connection: Connection, workspace: str, decision_ids: Sequence[str], undone_by: str, now: datetime
) -> None:
    """Undo decisions: they stay on record, their effect goes, and an earlier one on the same thing holds again.

    Raises UnknownDecisionError where one of them is not there or was undone already; then none is undone.
    """
    known = {one.decision_id: one for one in decisions_made.all_decisions(connection, workspace)}
    found = [known[one] for one in decision_ids if one in known and known[one].undone_at is None]
    if len(found) < len(decision_ids):
        raise UnknownDecisionError(
            "That decision is not there, or somebody undid it already.", "Load the page again to see what holds."
        )
    by = stored_text(undone_by)
    for one in found:
        mark_undone(connection, workspace, one.decision_id, by, now)
    _take_effect(connection, workspace, [replace(one, undone_by=by, undone_at=now) for one in found], now)


def _take_effect(connection: Connection, workspace: str, decisions: Sequence[Decision], now: datetime) -> None:
    """Bring all that is published in line with what holds now, and note with each incident what somebody did to it."""
    for one in decisions:
        if one.kind == "map_event" and one.campaign_id is not None:
            _map_event(connection, workspace, one.campaign_id)
        if one.kind == "campaign_facts" and one.campaign_id is not None:
            apply_facts(connection, workspace, one.campaign_id)

    def is_concerned(stored: StoredIncident) -> bool:
        return any(
            (stored.status != "withdrawn" or one.incident_id is not None)
            and concerns(one, stored.incident, stored.incident_id, stored.event)
            for one in decisions
        )

    today = local_day(now, stored_zone(connection, workspace) or ZoneInfo("UTC"))
    untold = restated_until(connection, workspace)
    apply_decisions(connection, workspace, now, is_concerned, today=today, restated_until=untold)
    done = [change for one in decisions for change in _acts(connection, workspace, one, today)]
    # What people did themselves is no news to them.
    save_changes(connection, workspace, [change.as_row(news=False) for change in done], now)


def _acts(connection: Connection, workspace: str, decision: Decision, today: date) -> list[Change]:
    """What is noted with each incident that a decision, or its being undone, is about."""
    if decision.kind not in _CHANGE or decision.campaign_id is None:
        return []
    is_undone = decision.undone_at is not None
    detail = (
        {"by": decision.undone_by, "how": "undone"}
        if is_undone
        else {
            "by": decision.decided_by,
            "reason": decision.reason,
            "decision_id": decision.decision_id,
            "until": decision.until.isoformat() if decision.until else None,
            "how": "decision" if decision.kind == "expected" else None,
        }
    )
    said = {name: value for name, value in detail.items() if value is not None}
    touched = [decision.incident_id] if decision.incident_id else []
    touched = touched or decisions_made.open_incidents(connection, workspace, decision.campaign_id)
    kind = _CHANGE[decision.kind][int(is_undone)]
    return [Change(one, decision.campaign_id, kind, today, said, suffix=decision.decision_id) for one in touched]


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
