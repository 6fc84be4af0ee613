"""Brings what was just judged in line with what is stored: the same incident keeps its id, a change is told once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from campaign_health.detection.incident.incident_course import Change, Incident

_ENDS = ("recovered", "closed")
_ONCE = ("opened", *_ENDS, "worsened", "cause_changed")

_Said = tuple[str, str, str | None]
"""An incident, what was said of it, and what it changed to."""


@dataclass
class Reconciled:
    """Incidents under the ids they are known by, ids that are no longer true, and changes to be added."""

    ids: dict[str, str] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)
    not_yet: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


@dataclass(frozen=True)
class StoredChange:
    """What must be known of a stored change: its id, the incident, its kind and day, and what it changed to."""

    change_id: str
    incident_id: str
    kind: str
    day: date
    to: str | None


def reconcile(
    incidents: Sequence[Incident],
    changes: Sequence[Change],
    stored: Mapping[str, Mapping[str, Any]],
    stored_changes: Sequence[StoredChange],
    judged_from: date,
    last_day: date,
    ended_later: Collection[str] = (),
) -> Reconciled:
    """Match incidents by id, else by overlap in time, and find what changed between the two judgings.

    `judged_from` is the first day judged anew, `last_day` the last. A stored incident detected in between that is
    no longer found was withdrawn; one detected after `last_day` is not known yet as of that day. `ended_later`:
    stored incidents whose end came to light after `last_day`, so that they are open as of that day.
    """
    found = Reconciled()
    by_id = {incident.incident_id: incident for incident in incidents}
    free = [
        row for row in stored.values()
        if row["incident_id"] not in by_id and row["status"] != "withdrawn" and row["detected_on"] <= last_day
    ]  # fmt: skip
    for incident_id, incident in by_id.items():
        known = incident_id if incident_id in stored else same_incident(incident, free)
        if known is not None and known != incident_id:
            free = [row for row in free if row["incident_id"] != known]
        found.ids[incident_id] = known or incident_id
    for row in stored.values():
        incident_id = str(row["incident_id"])
        if row["detected_on"] > last_day:
            found.not_yet.append(incident_id)
        elif row in free and (row["detected_on"] >= judged_from or row["status"] == "open"):
            found.withdrawn.append(incident_id)
            found.changes.append(
                Change(incident_id, row["campaign_id"], "withdrawn", last_day, {"because": "restated"})
            )
    changes = [replace(change, incident_id=found.ids.get(change.incident_id, change.incident_id)) for change in changes]
    stored_ids = {change.change_id for change in stored_changes}
    reopens = {c.incident_id for c in changes if c.kind == "reopened" and c.change_id not in stored_ids}
    for incident in incidents:
        known_as = found.ids[incident.incident_id]
        before = stored.get(known_as) if known_as not in ended_later and known_as not in reopens else None
        if before is not None and before["status"] != "open" and incident.is_open and before["detected_on"] <= last_day:
            detail = {"because": "restated"}
            found.changes.append(Change(known_as, incident.campaign_id, "reopened", last_day, detail))
    told = _told(stored_changes, {change.incident_id for change in found.changes if change.kind == "reopened"})
    for place, change in enumerate(changes):
        stored_already = change.change_id in stored_ids
        if change.kind == "reopened" and not stored_already:
            found.changes.append(change)
            told = _without_ends(told, {change.incident_id})
        if change.kind == "reopened" or (change.incident_id, change.kind, _to(change)) in told:
            continue
        opens_again = any(c.kind == "reopened" and c.incident_id == change.incident_id for c in changes[place + 1 :])
        if not (stored_already and opens_again):
            # An end that restated numbers undid and brought back is told by a name of its own.
            retold = change.kind in _ENDS and stored_already
            found.changes.append(replace(change, suffix=last_day.isoformat()) if retold else change)
    return found


def same_incident(incident: Incident, rows: Collection[Mapping[str, Any]]) -> str | None:
    """The stored incident of the same campaign that overlaps in time, if there is one."""
    for row in rows:
        if row["campaign_id"] != incident.campaign_id:
            continue
        begins_before_end = incident.recovered_on is None or row["opened_on"] < incident.recovered_on
        ends_after_begin = row["recovered_on"] is None or row["recovered_on"] > incident.opened_on
        if begins_before_end and ends_after_begin:
            return str(row["incident_id"])
    return None


def _told(stored: Sequence[StoredChange], reopened: Collection[str]) -> set[_Said]:
    """What was said already of each incident since it was last opened or reopened."""
    told: set[_Said] = set()
    for change in stored:
        if change.kind == "reopened":
            told = _without_ends(told, {change.incident_id})
        elif change.kind in _ONCE:
            told.add((change.incident_id, change.kind, change.to))
    return _without_ends(told, reopened)


def _without_ends(told: set[_Said], incident_ids: Collection[str]) -> set[_Said]:
    return {item for item in told if item[0] not in incident_ids or item[1] not in _ENDS}


def _to(change: Change) -> str | None:
    value = change.detail.get("to")
    return None if value is None else str(value)
