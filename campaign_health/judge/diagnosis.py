"""Looks for the causes of an incident in what was known on a day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from campaign_health.detection.causes import BrokenCampaign, find_causes
from campaign_health.detection.causes.property_drift import PropertyChange, find_property_changes
from campaign_health.detection.chain.chain_input import ChainInput, Numbers
from campaign_health.detection.chain.chain_verdicts import STAGES, ChainVerdicts
from campaign_health.detection.chain.part_hand_overs import mark_part_hand_overs
from campaign_health.detection.event.event_panel import EventPanel
from campaign_health.detection.event.project_level import project_kept
from campaign_health.detection.incident.incidents import Evidence, Incident
from campaign_health.detection.rename.renames import DeclaredRename, Rename, RenameDecisions, find_renames
from campaign_health.judge.plans import Plan
from storage.connection import Connection
from storage.read import judge_input

DIAGNOSIS_DAYS = 120
"""How much history causes are looked for in."""

_EVENT_STAGES = ("event", "started")


@dataclass
class Diagnosis:
    """Everything that bears on causes, read when first needed.

    `data` covers at least `DIAGNOSIS_DAYS` before any day that is looked at. Undated facts (messages, failure
    texts, the Lexicon) are taken as they stand.
    """

    connection: Connection
    workspace: str
    time_zone: str
    campaigns: Sequence[Mapping[str, Any]]
    plans: Sequence[Plan]
    data: ChainInput
    events: Numbers
    first_seen: Mapping[str, date]
    decisions: RenameDecisions
    declared: Sequence[DeclaredRename]
    _tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    _numbers: dict[int, pd.DataFrame] = field(default_factory=dict)
    _renames: dict[date, list[Rename]] = field(default_factory=dict)
    _property_changes: dict[date, list[PropertyChange]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._row = {plan.campaign_id: row for row, plan in enumerate(self.plans)}

    def look(self, incident: Incident, day: date, verdicts: ChainVerdicts) -> Evidence:
        """Causes of the incident as could be known at the end of `day`, best first."""
        row = self._row[incident.campaign_id]
        campaign, plan = self.campaigns[row], self.plans[row]
        event_row = int(self.data.event_row[row, self.data.column(incident.detected_on)])
        event = self.data.panel.events[event_row] if event_row >= 0 else _event_on(plan, incident.detected_on)
        case = BrokenCampaign(
            campaign_id=incident.campaign_id,
            name=str(campaign["name"]),
            state=self._state_on(row, day),
            trigger_kind=str(campaign["trigger_kind"]),
            event=event,
            kind=incident.kind,  # type: ignore[arg-type]
            stage=incident.stage,  # type: ignore[arg-type]
            since=incident.opened_on,
            as_of=day,
            numbers=self._numbers_until(row, day),
            messages=self._about(incident.campaign_id, "campaign_message"),
            versions=self._about(incident.campaign_id, "campaign_version"),
            failures=self._about(incident.campaign_id, "campaign_failure"),
            definitions=self._events_table("event_definition"),
            renames=self.renames_on(day) if incident.stage in _EVENT_STAGES else (),
            property_changes=self.property_changes_on(day),
            known_events=self._known_by(day),
            uses=plan.uses,
            time_zone=self.time_zone,
            others_broken=self._others_broken(row, incident, day, verdicts),
            owner=plan.owner,
            project_kept=project_kept(self._panel_on(day), incident.opened_on, apart_from=event),
        )
        return tuple(cause.as_json() for cause in find_causes(case))

    def _state_on(self, row: int, day: date) -> str:
        """The campaign's state as of `day`: today's own would tell of a stop before it happened."""
        running = not self.data.not_running[row, self.data.column(day)]
        return "running" if running else str(self.campaigns[row]["state"])

    def mark_part_hand_overs(self, verdicts: ChainVerdicts, begin: int) -> None:
        """Mark in `verdicts` the days from the column `begin` on on which part of an event went to a new name."""
        mark_part_hand_overs(self.data, self.events, verdicts, begin, self.first_seen, self.renames_on)

    def renames_on(self, day: date) -> list[Rename]:
        """All renames of the project that show in the weeks up to `day`."""
        if day not in self._renames:
            self._renames[day] = find_renames(
                self._panel_on(day),
                properties=self._profiles_until(day),
                definitions=self._events_table("event_definition"),
                decisions=self.decisions,
                declared=self.declared,
            )
        return self._renames[day]

    def property_changes_on(self, day: date) -> list[PropertyChange]:
        """All property changes that show in the profiles up to `day`."""
        if day not in self._property_changes:
            self._property_changes[day] = find_property_changes(self._profiles_until(day), as_of=day)
        return self._property_changes[day]

    def _panel_on(self, day: date) -> EventPanel:
        return self.data.panel.until(day).newest(DIAGNOSIS_DAYS)

    def _known_by(self, day: date) -> Collection[str]:
        return [name for name, first in self.first_seen.items() if first <= day]

    def _profiles_until(self, day: date) -> pd.DataFrame:
        profiles = self._events_table("event_property")
        return profiles[pd.to_datetime(profiles["day"]) <= pd.Timestamp(day)]

    def _events_table(self, table: str) -> pd.DataFrame:
        if table not in self._tables:
            self._tables[table] = judge_input.about_events(self.connection, self.workspace, table)
        return self._tables[table]

    def _about(self, campaign_id: int, table: str) -> pd.DataFrame:
        key = f"{table} {campaign_id}"
        if key not in self._tables:
            self._tables[key] = judge_input.about_campaigns(self.connection, self.workspace, table, [campaign_id])
        return self._tables[key]

    def _numbers_until(self, row: int, day: date) -> pd.DataFrame:
        campaign_id = self.plans[row].campaign_id
        if campaign_id not in self._numbers:
            first, last = self.data.first_day, self.data.day(self.data.days - 1)
            stored = judge_input.numbers_of_campaigns(self.connection, self.workspace, [campaign_id], first, last)
            days = pd.DataFrame({"day": pd.date_range(first, last), "events": self.events[row]})
            stored["day"] = pd.to_datetime(stored["day"])
            self._numbers[campaign_id] = days.merge(stored, on="day", how="left")
        numbers = self._numbers[campaign_id]
        last_column = self.data.column(day) + 1
        return numbers.iloc[max(0, last_column - DIAGNOSIS_DAYS) : last_column]

    def _others_broken(self, row: int, incident: Incident, day: date, verdicts: ChainVerdicts) -> list[str]:
        column, since = self.data.column(day), self.data.column(incident.opened_on)
        here = verdicts.broken[:, column] & (verdicts.stage[:, column] == STAGES.index(incident.stage))
        near = np.abs(column - verdicts.began[:, column] - since) <= 1
        others = [int(other) for other in np.flatnonzero(here & near) if other != row]
        return [str(self.campaigns[other]["name"]) for other in others]


def _event_on(plan: Plan, day: date) -> str | None:
    event = None
    for period in plan.periods:
        if period.since is None or period.since <= day:
            event = period.event
    return event


def rename_row(rename: Rename) -> dict[str, Any]:
    """A row of `rename_suspect`."""
    names = (
        "first_day",
        "last_day",
        "gradual",
        "name_likeness",
        "volume_handed_over",
        "shared_properties",
        "confidence",
    )
    return {"old_event": rename.old, "new_event": rename.new} | {name: getattr(rename, name) for name in names}


def property_change_row(change: PropertyChange) -> dict[str, Any]:
    """A row of `property_change`."""
    names = ("event", "property", "kind", "day", "before", "after", "share_before", "share_after", "new_property")
    return {name: getattr(change, name) for name in names}
