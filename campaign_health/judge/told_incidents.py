"""Decides what becomes of the stored incidents and which changes are news, as far as it differs from what was told."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from campaign_health.detection.incident.attention import quiet_when_detected
from campaign_health.detection.incident.incident_course import Change, Incident
from campaign_health.detection.incident.news import is_news
from campaign_health.judge.material import BrokenMaterial, Material
from campaign_health.judge.outcome import JudgedDays, Outcome
from campaign_health.judge.outcome_rows import incident_row
from campaign_health.judge.planned_campaigns import Plan
from campaign_health.judge.reconcile import Reconciled, StoredChange, reconcile
from campaign_health.judge.source_incidents import Told, told_together
from campaign_health.process.clock import local_days

_ENDS = ("recovered", "closed")
_FROM_DATA = ("opened", "worsened", "cause_changed", *_ENDS, "reopened", "withdrawn")

_NO_NEWS = ("new_level", "accepted")

_Row = dict[str, Any]


@dataclass(frozen=True)
class IncidentsToTell:
    """Rows of `incident` and `incident_change` to be written. `not_yet_known`: as in `Judgement`.

    `judged` are the ids of those that were judged anew, whether or not anything of them is to be written.
    `open` is how many are then open; `opened`, `recovered` and `closed` are those that this judging first found so.
    """

    not_yet_known: Sequence[str] | None
    rows: Sequence[_Row]
    changes: Sequence[_Row]
    judged: Collection[str]
    open: int
    opened: tuple[str, ...]
    recovered: tuple[str, ...]
    closed: tuple[str, ...]


def incidents_to_tell(
    material: Material, days: JudgedDays, outcome: Outcome, broken: BrokenMaterial
) -> IncidentsToTell:
    """Bring the incidents that were judged anew in line with those stored before."""
    told, last_day = material.told, material.last_settled
    stored: Mapping[str, Mapping[str, Any]] = told.incidents
    plans = {plan.campaign_id: plan for plan in material.known.plans}
    all_told = told_together(
        outcome,
        stored,
        lambda one: incident_row(one, one.incident_id, plans[one.campaign_id]),
        days.still_lost,
        last_day,
    )
    found = reconcile(
        all_told.incidents, all_told.changes, stored, _told(told.changes, last_day), material.stretch.begin, last_day,
        _ended_later(told.changes, last_day),
    )  # fmt: skip
    forgets = bool(found.not_yet) or _any_later(told.changes, last_day)
    stored = {incident_id: row for incident_id, row in stored.items() if incident_id not in found.not_yet}
    rows = _rows(plans, all_told, found)
    rows += [{**stored[incident_id], "status": "withdrawn", "evidence": json.loads(stored[incident_id]["evidence"])}
             for incident_id in found.withdrawn]  # fmt: skip
    news = _News(material, all_told.incidents, found, broken, stored, {row["incident_id"]: row for row in rows})
    before = {incident_id: row["status"] for incident_id, row in stored.items()}
    now = {row["incident_id"]: row["status"] for row in rows}
    return IncidentsToTell(
        found.not_yet if forgets else None,
        [row for row in rows if _differs(row, stored.get(row["incident_id"]))],
        [news.row(change) for change in found.changes],
        {found.ids[incident.incident_id] for incident in all_told.incidents},
        sum(status == "open" for status in (before | now).values()),
        tuple(number for number, status in now.items() if status == "open" and before.get(number) != "open"),
        *(
            tuple(number for number, status in now.items() if status == ended and before.get(number) == "open")
            for ended in _ENDS
        ),
    )


def _rows(plans: Mapping[int, Plan], all_told: Told, found: Reconciled) -> list[_Row]:
    rows = []
    for incident in all_told.incidents:
        row = incident_row(incident, found.ids[incident.incident_id], plans.get(incident.campaign_id))
        source = all_told.of_sources.get(incident.incident_id)
        rows.append(row if source is None else source.in_row(row))
    return rows


class _News:
    """Decides of each change whether it may be announced."""

    def __init__(
        self,
        material: Material,
        incidents: Sequence[Incident],
        found: Reconciled,
        broken: BrokenMaterial,
        stored: Mapping[str, Mapping[str, Any]],
        rows: Mapping[str, _Row],
    ) -> None:
        self._known, self._told = material.known, material.told
        self._stored, self._rows, self._judged = stored, rows, broken.judged_days
        self._incidents = {found.ids[incident.incident_id]: incident for incident in incidents}
        self._plans = {plan.campaign_id: plan for plan in material.known.plans}
        self._opened_as_news = {
            row["incident_id"]: row["news"] for row in self._told.changes if row["kind"] == "opened"
        }

    def row(self, change: Change) -> _Row:
        incident = self._incidents.get(change.incident_id)
        # Another time zone cuts the days anew: what that changes about days told before is nobody's news.
        restated_until = self._told.restated_until
        news = not (restated_until and change.day <= restated_until) and is_news(
            change,
            today=self._known.today,
            still_open=incident is not None and incident.is_open,
            known_before=change.incident_id in self._stored,
            judged_before=any((campaign_id, change.day) in self._judged for campaign_id in self._campaigns_of(change)),
            quiet=incident is not None and change.kind in _FROM_DATA and self._is_quiet(change, incident),
        )
        if change.kind == "opened":
            self._opened_as_news.setdefault(change.incident_id, news)
        if change.kind in _ENDS and (row := self._rows.get(change.incident_id)):
            cost = {name: row[name] for name in ("missed_sends", "revenue_at_risk")}
            change = replace(change, detail={**change.detail, **cost})
        return change.as_row(news)

    def _campaigns_of(self, change: Change) -> Collection[int]:
        """The campaigns whose days it tells of: of a source's incident all that it broke."""
        row = self._rows.get(change.incident_id) or self._stored.get(change.incident_id) or {}
        return row.get("campaign_ids") or (change.campaign_id,)

    def _is_quiet(self, change: Change, incident: Incident) -> bool:
        """Nobody is told of what is expected, nor that something is over of which they were never told."""
        plan = self._plans.get(incident.campaign_id)
        event = None if plan is None else plan.event
        expected = quiet_when_detected(incident, event, self._known.hand_overs, local_days(self._known.zone))
        if change.kind in _ENDS:
            told = self._opened_as_news.get(change.incident_id, False)
            return not told or change.detail.get("how") in _NO_NEWS
        return expected and change.kind in ("opened", "reopened", "cause_changed", "worsened")


def _told(changes: Sequence[Mapping[str, Any]], last_day: date) -> list[StoredChange]:
    return [
        StoredChange(row["change_id"], row["incident_id"], row["kind"], row["day"], row["detail"].get("to"))
        for row in changes
        if row["day"] <= last_day
    ]


def _ended_later(changes: Sequence[Mapping[str, Any]], last_day: date) -> set[str]:
    return {row["incident_id"] for row in changes if row["kind"] in _ENDS and row["day"] > last_day}


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
