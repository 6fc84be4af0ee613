"""Writes what was judged, as far as it differs from what is stored."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from campaign_health.detection.incident.incidents import Change, Incident
from campaign_health.detection.incident.standing import Standing, quiet_when_detected, standing_of
from campaign_health.judge.plans import Plan
from campaign_health.judge.reading import Known
from campaign_health.judge.reconcile import Reconciled, StoredChange, is_news, reconcile
from campaign_health.judge.rows import incident_row
from campaign_health.process.clock import local_days
from storage.connection import Connection
from storage.read import judge_input
from storage.save import judgements

_FROM_DATA = ("opened", "worsened", "cause_changed", "recovered", "reopened", "withdrawn")


@dataclass(frozen=True)
class SavedIncidents:
    """How many incidents are open, and which were first stored open or over by this run."""

    open: int
    opened: tuple[str, ...]
    recovered: tuple[str, ...]


def save_incidents(
    connection: Connection,
    workspace: str,
    known: Known,
    incidents: Sequence[Incident],
    changes: Sequence[Change],
    judged_from: date,
    last_day: date,
    now: datetime,
) -> SavedIncidents:
    """Save the incidents that were judged anew and their changes. Call it before the new verdicts are saved.

    `judged_from` and `last_day` are the first and the last settled day that was judged.
    """
    stored = judgements.read_incidents(connection, workspace)
    stored_changes = judgements.read_changes(connection, workspace)
    found = reconcile(
        incidents, changes, stored, _told(stored_changes, last_day), judged_from, last_day,
        _ended_later(stored_changes, last_day),
    )  # fmt: skip
    if found.not_yet or _any_later(stored_changes, last_day):
        judgements.delete_incidents(connection, workspace, found.not_yet, last_day)
        stored = {incident_id: row for incident_id, row in stored.items() if incident_id not in found.not_yet}
    rows, own_changes = _rows(known, incidents, found, stored)
    rows += [stored[incident_id] | {"status": "withdrawn", "evidence": json.loads(stored[incident_id]["evidence"])}
             for incident_id in found.withdrawn]  # fmt: skip
    changed = [row for row in rows if _differs(row, stored.get(row["incident_id"]))]
    judgements.save_incidents(connection, workspace, changed)
    said = _Said(connection, workspace, known, incidents, found, stored, stored_changes, rows)
    judgements.save_changes(connection, workspace, [said.row(change) for change in (*found.changes, *own_changes)], now)
    opened = [row["incident_id"] for row in rows if row["status"] == "open"]
    return SavedIncidents(
        sum(row["status"] == "open" for row in (stored | {row["incident_id"]: row for row in rows}).values()),
        tuple(incident_id for incident_id in opened if stored.get(incident_id, {}).get("status") != "open"),
        tuple(
            row["incident_id"]
            for row in rows
            if row["status"] == "recovered" and stored.get(row["incident_id"], {}).get("status") == "open"
        ),
    )


def _rows(
    known: Known, incidents: Sequence[Incident], found: Reconciled, stored: Mapping[str, Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], list[Change]]:
    plans = {plan.campaign_id: plan for plan in known.plans}
    rows, changes = [], []
    for incident in incidents:
        incident_id = found.ids[incident.incident_id]
        standing, own = _standing(known, incident, incident_id, plans[incident.campaign_id])
        rows.append(incident_row(incident, incident_id, plans[incident.campaign_id], standing))
        changes += own
    return rows, changes


def _standing(known: Known, incident: Incident, incident_id: str, plan: Plan) -> tuple[Standing, list[Change]]:
    return standing_of(
        incident, incident_id, plan.event, known.decisions, known.hand_overs, known.today, local_days(known.zone)
    )


class _Said:
    """Decides of each change whether it may be announced."""

    def __init__(
        self,
        connection: Connection,
        workspace: str,
        known: Known,
        incidents: Sequence[Incident],
        found: Reconciled,
        stored: Mapping[str, Mapping[str, Any]],
        stored_changes: Sequence[Mapping[str, Any]],
        rows: Sequence[Mapping[str, Any]],
    ) -> None:
        self._known = known
        self._stored = stored
        self._rows = {row["incident_id"]: row for row in rows}
        self._incidents = {found.ids[incident.incident_id]: incident for incident in incidents}
        self._plans = {plan.campaign_id: plan for plan in known.plans}
        wanted = [(change.campaign_id, change.day) for change in found.changes]
        self._judged = judgements.judged_days(connection, workspace, wanted)
        self._restated_until = _restated_until(connection, workspace)
        self._opened_as_news = {row["incident_id"]: row["news"] for row in stored_changes if row["kind"] == "opened"}

    def row(self, change: Change) -> dict[str, Any]:
        incident = self._incidents.get(change.incident_id)
        # Another time zone cuts the days anew: what that changes about days told before is nobody's news.
        news = not (self._restated_until and change.day <= self._restated_until) and is_news(
            change,
            today=self._known.today,
            still_open=incident is not None and incident.is_open,
            known_before=change.incident_id in self._stored,
            judged_before=(change.campaign_id, change.day) in self._judged,
            quiet=incident is not None and change.kind in _FROM_DATA and self._is_quiet(change, incident),
        )
        if change.kind == "opened":
            self._opened_as_news.setdefault(change.incident_id, news)
        if change.kind == "recovered" and (row := self._rows.get(change.incident_id)):
            cost = {name: row[name] for name in ("missed_sends", "revenue_at_risk")}
            change = replace(change, detail={**change.detail, **cost})
        return change.as_row(news)

    def _is_quiet(self, change: Change, incident: Incident) -> bool:
        """Nobody is told of what is expected, nor that something is over of which they were never told."""
        plan = self._plans[incident.campaign_id]
        expected = quiet_when_detected(incident, plan.event, self._known.hand_overs, local_days(self._known.zone))
        if change.kind == "recovered":
            told = self._opened_as_news.get(change.incident_id, False)
            return not told or change.detail.get("how") == "new_level"
        return expected and change.kind in ("opened", "cause_changed", "worsened")


def _restated_until(connection: Connection, workspace: str) -> date | None:
    """The last day that was judged in another time zone, where this is the first judging in the new one."""
    since, before = judge_input.time_zone_since(connection, workspace), judgements.read_judge_run(connection, workspace)
    if since is None or before is None:
        return None
    judged_at, as_of = before
    return as_of if judged_at.replace(tzinfo=None) < since else None


def _told(changes: Sequence[Mapping[str, Any]], last_day: date) -> list[StoredChange]:
    return [
        StoredChange(row["incident_id"], row["kind"], row["detail"].get("to"))
        for row in changes
        if row["day"] <= last_day
    ]


def _ended_later(changes: Sequence[Mapping[str, Any]], last_day: date) -> set[str]:
    return {row["incident_id"] for row in changes if row["kind"] == "recovered" and row["day"] > last_day}


def _any_later(changes: Sequence[Mapping[str, Any]], last_day: date) -> bool:
    return any(row["day"] > last_day for row in changes if row["kind"] in _FROM_DATA)


def _differs(row: Mapping[str, Any], stored: Mapping[str, Any] | None) -> bool:
    if stored is None:
        return True
    for name, value in row.items():
        before: Any = stored.get(name)
        if name == "evidence":
            before = before if isinstance(before, list) else json.loads(before)
            value = json.loads(json.dumps(value, default=str))
        elif isinstance(value, datetime) and value.tzinfo is not None and before is not None:
            value = value.replace(tzinfo=None)
        if value != before:
            return True
    return False
