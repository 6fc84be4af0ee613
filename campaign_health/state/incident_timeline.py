"""The life of one incident as a list of what happened: found by itself, told to somebody, or said by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from campaign_health.process.clock import local_day
from campaign_health.state.incident import Incident, incidents_of
from campaign_health.words.story import announced_line, data_line, said_line
from storage.connection import Connection
from storage.file.zones import stored_zone
from storage.read.decisions_made import Decision, all_decisions
from storage.read.incident_story import StoredStep, ToldOn, changes_of, told_of

_FROM_DATA = frozenset(
    ("opened", "worsened", "cause_changed", "recovered", "closed", "reopened", "withdrawn", "still_broken",
     "fix_confirmed")
)  # fmt: skip
# What people say is told from what they said; of these, what came about by itself is told too.
_BY_ITSELF = frozenset(("unmuted", "unexpected", "expected"))
_ORDER = {"began": 0, "detected": 1, "cause": 2, "data": 3, "announced": 4, "said": 5, "undone": 6}


@dataclass(frozen=True)
class TimelineRow:
    """One thing that happened. `at` is when, in UTC, or None where only the day is known (in the workspace's zone).

    `kind` is began, detected, cause, data, announced, said or undone. `by` is the person, None where nobody did it;
    `decision_id` what can be undone, None where nothing can, or was already.
    """

    day: date
    at: datetime | None
    kind: str
    text: str
    by: str | None = None
    decision_id: str | None = None


def incident_timeline(connection: Connection, workspace: str, incident: Incident) -> tuple[TimelineRow, ...]:
    """Everything that happened to an incident, oldest first. Raises UnknownZoneError."""
    zone = stored_zone(connection, workspace) or ZoneInfo("UTC")
    changes = changes_of(connection, workspace, incident.incident_id)
    told = told_of(connection, workspace, [one.change_id for one in changes])
    decisions = [one for one in all_decisions(connection, workspace) if is_about(one, incident, zone)]
    return timeline_of(incident, changes, told, decisions, zone)


def timeline_by_id(
    connection: Connection, workspace: str, campaign_id: int, incident_id: str
) -> tuple[TimelineRow, ...]:
    """The timeline of one of a campaign's incidents; empty where it has no such."""
    found = [one for one in incidents_of(connection, workspace, campaign_id) if one.incident_id == incident_id]
    return incident_timeline(connection, workspace, found[0]) if found else ()


def timeline_of(
    incident: Incident,
    changes: Sequence[StoredStep],
    told: Sequence[ToldOn],
    decisions: Sequence[Decision],
    zone: ZoneInfo,
) -> tuple[TimelineRow, ...]:
    """The rows of what is stored of one incident; `decisions` are all about it, undone ones included."""
    rows = [TimelineRow(incident.opened_on, None, "began", data_line("began", {}, incident))]
    for one in changes:
        kind = {"opened": "detected", "cause_changed": "cause"}.get(one.kind, "data")
        if one.kind in _FROM_DATA or (one.kind in _BY_ITSELF and "decision_id" not in one.detail):
            if one.kind == "expected" and one.detail.get("how") != "manifest":
                continue
            if one.detail.get("how") == "undone":
                continue
            text = data_line(one.kind, one.detail, incident)
            rows.append(TimelineRow(local_day(one.recorded_at, zone), one.recorded_at, kind, text))
    for message in told:
        kinds = {change.kind for change in changes if change.change_id in message.change_ids}
        if text := announced_line(message.channel, message.kind, kinds):
            rows.append(TimelineRow(local_day(message.sent_at, zone), message.sent_at, "announced", text))
    for said in decisions:
        day = said.about_day or local_day(said.decided_at, zone)
        undoable = said.decision_id if said.undone_at is None else None
        text = said_line(said, day)
        at = said.decided_at if said.about_day is None else None
        rows.append(TimelineRow(day, at, "said", text, said.decided_by, undoable))
        if said.undone_at is not None:
            undone = f"Taken back: {text[0].lower()}{text[1:]}"
            rows.append(TimelineRow(local_day(said.undone_at, zone), said.undone_at, "undone", undone, said.undone_by))
    return tuple(sorted(rows, key=_when))


def is_about(decision: Decision, incident: Incident, zone: ZoneInfo) -> bool:
    """Whether a decision, also one that was undone, was said of the incident, of its campaign while it was on, or of
    the rename that is a cause of it.
    """
    if decision.kind == "map_event":
        return False
    if decision.incident_id is not None:
        return decision.incident_id == incident.incident_id
    day = decision.about_day or local_day(decision.decided_at, zone)
    was_on = incident.opened_on <= day and (incident.recovered_on is None or day <= incident.recovered_on)
    if decision.campaign_id is not None:
        return decision.campaign_id == incident.campaign_id and was_on
    facts = [cause.get("facts") or {} for cause in incident.causes]
    pairs = [(one.get("old_event"), one.get("new_event")) for one in facts]
    return was_on and (decision.event, decision.new_event) in [*pairs, (incident.renamed_from, incident.renamed_to)]


def _when(row: TimelineRow) -> tuple[date, datetime, int]:
    # What has only a day stands before what has an hour of it.
    return row.day, row.at or datetime.min.replace(tzinfo=UTC), _ORDER[row.kind]
