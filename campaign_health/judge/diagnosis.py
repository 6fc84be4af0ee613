"""Looks for the causes of an incident in what was known on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from campaign_health.detection.causes import BrokenCampaign, find_causes
from campaign_health.detection.causes.established import as_of_then, with_established
from campaign_health.detection.causes.shared_causes import TOGETHER_DAYS, broke_together
from campaign_health.detection.chain.chain_verdicts import STAGES
from campaign_health.detection.event.project_level import project_kept
from campaign_health.detection.incident.incident_course import Evidence, Incident
from campaign_health.detection.parts.message_stops import of_campaign_by
from campaign_health.detection.parts.never_sent import of_campaign_by as never_sent_by
from campaign_health.detection.rename.around_a_stop import Around
from campaign_health.judge.background import Known
from campaign_health.judge.material import DIAGNOSIS_DAYS
from campaign_health.judge.outcome import JudgedDays
from campaign_health.judge.planned_campaigns import Plan
from campaign_health.judge.project_changes import ProjectChanges
from storage.read.about_campaigns import AboutCampaigns

_EVENT_STAGES = ("event", "started")
BORN_NEAR_DAYS, FAIR_SHARE = 28, 0.2
"""Days before a break in which an event may have begun that took over, and how much of its volume it brings then."""

LEAST_DUE = 3.0
"""Sends expected of a day: a campaign with fewer is missed by nobody on one day."""


@dataclass
class Diagnosis:
    """Everything that bears on causes. `tables` are of all campaigns that have an incident.

    `days` cover at least `DIAGNOSIS_DAYS` before any day that is looked at. Undated facts (messages, failure texts, the
    Lexicon) are taken as they stand.
    """

    known: Known
    days: JudgedDays
    project: ProjectChanges
    tables: AboutCampaigns
    _numbers: dict[int, pd.DataFrame] = field(default_factory=dict)
    _troubled: dict[date, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._row = {plan.campaign_id: row for row, plan in enumerate(self.known.plans)}
        tables = self.tables
        self._messages, self._versions, self._failures, self._stored_numbers, self._segments = (
            _ByCampaign.of(table)
            for table in (tables.messages, tables.versions, tables.failures, tables.numbers, tables.segments)
        )

    def look(self, incident: Incident, day: date) -> Evidence:
        """Causes of the incident as could be known at the end of `day`, best first.

        A day on which a source's trouble broke most campaigns says nothing of one that was broken before.
        """
        before = incident.evidence and incident.since < day - timedelta(days=TOGETHER_DAYS)
        if before and self._trouble_on(day):
            return as_of_then(incident.evidence, day)
        row, data = self._row[incident.campaign_id], self.days.data
        campaign, plan = self.known.campaigns[row], self.known.plans[row]
        event_row = int(data.event_row[row, data.column(incident.detected_on)])
        event = data.panel.events[event_row] if event_row >= 0 else _event_on(plan, incident.detected_on)
        never = self._never_otherwise(row, incident)
        # What was so on the first day that is known did not begin together with anything.
        others = [] if never else self._others_broken(row, incident, day)
        carried, events_read = self.project.carried_by(event) if never else ({}, 0)
        case = BrokenCampaign(
            campaign_id=incident.campaign_id,
            name=str(campaign["name"]),
            state=self._state_on(row, day),
            trigger_kind=str(campaign["trigger_kind"]),
            event=event,
            kind=incident.kind,  # type: ignore[arg-type]
            stage=incident.stage,  # type: ignore[arg-type]
            since=incident.since,
            as_of=day,
            numbers=self._numbers_until(row, day),
            messages=self._messages[incident.campaign_id],
            versions=self._versions[incident.campaign_id],
            failures=self._failures[incident.campaign_id],
            definitions=self.project.material.definitions,
            segments=self._segments[incident.campaign_id],
            renames=self.project.renames_on(day) if incident.stage in _EVENT_STAGES else (),
            property_changes=self.project.property_changes_on(day),
            message_stops=of_campaign_by(self.project.message_stops, incident.campaign_id, day),
            part_stops=self.project.part_stops_on(day),
            known_events=self.project.known_by(day),
            uses=plan.uses,
            time_zone=str(self.known.zone),
            others_broken=[str(self.known.campaigns[other]["name"]) for other in others],
            born_near=self._born_near(event_row, incident.since, day),
            due_together=self._due(incident.since),
            triggers_broken=len({self._trigger(other, day) for other in (row, *others)}),
            owner=plan.owner,
            project_kept=project_kept(self.project.panel_on(day), incident.since, apart_from=event),
            around=self._around(incident, event, day),
            never_otherwise=never,
            first_day_known=self.known.first_day,
            never_sent=never_sent_by(self.project.never_sent, incident.campaign_id, day),
            carried=carried,
            events_read=events_read,
            declared_types=self.known.declared_types.get(event or "", {}),
        )
        seen_on = self._newest_known(row, incident.stage, day)
        more: dict[str, Any] = {"stage": incident.stage, "seen_on": seen_on.isoformat()}
        more |= {"never_otherwise": True} if never else {}
        found: Evidence = tuple(cause.as_json() | more for cause in find_causes(case))
        if seen_on < day:
            found = as_of_then(found, day)
        return with_established(incident.evidence, found, day, refused=self.known.rename_decisions.refused)

    def why_closed(self, campaign_id: int, day: date) -> str:
        """What took a campaign out of service that does not run on `day`: as it stands now, for its states are undated.

        One of stopped, archived, deleted and draft.
        """
        gone = self.known.spans[campaign_id].gone
        if gone is not None and gone <= day:
            return "deleted"
        state = str(self.known.campaigns[self._row[campaign_id]]["state"])
        return state if state in ("archived", "draft") else "stopped"

    def _never_otherwise(self, row: int, incident: Incident) -> bool:
        """Whether the campaign, or the one message that broke, was so on every day that is known."""
        if incident.evidence:
            return bool(incident.evidence[0].get("never_otherwise"))
        if not self.days.verdicts.standing[row, self.days.data.column(incident.detected_on)]:
            return False
        first_sent = self.known.spans[incident.campaign_id].first_sent
        of_message = never_sent_by(self.project.never_sent, incident.campaign_id, incident.detected_on)
        return bool(of_message) or first_sent is None or first_sent >= incident.opened_on

    def _around(self, incident: Incident, event: str | None, day: date) -> Around:
        if incident.stage != "event" or event is None:
            return Around()
        return self.project.around(event, incident.since, day)

    def _state_on(self, row: int, day: date) -> str:
        """The campaign's state as of `day`: today's own would tell of a stop before it happened."""
        data = self.days.data
        running = not data.not_running[row, data.column(day)]
        return "running" if running else str(self.known.campaigns[row]["state"])

    def _newest_known(self, row: int, stage: str, day: date) -> date:
        """The newest day up to `day` of which the numbers that show such a break are known; `day` where none is."""
        data = self.days.data
        end = data.column(day) + 1
        shown_by = {"event": self.days.events, "started": data.started, "activated": data.activated}
        known = np.flatnonzero(np.isfinite(shown_by.get(stage, data.sent)[row, :end]))
        return data.day(int(known[-1])) if known.size else day

    def _numbers_until(self, row: int, day: date) -> pd.DataFrame:
        campaign_id, data = self.known.plans[row].campaign_id, self.days.data
        if campaign_id not in self._numbers:
            shown = pd.date_range(data.first_day, data.day(data.days - 1))
            days = pd.DataFrame({"day": shown, "events": self.days.events[row]})
            stored = self._stored_numbers[campaign_id]
            stored = stored.assign(day=pd.to_datetime(stored["day"]))
            self._numbers[campaign_id] = days.merge(stored, on="day", how="left")
        numbers = self._numbers[campaign_id]
        last_column = data.column(day) + 1
        return numbers.iloc[max(0, last_column - DIAGNOSIS_DAYS) : last_column]

    def _others_broken(self, row: int, incident: Incident, day: date) -> list[int]:
        """Rows of the campaigns that broke at the same stage at the same time."""
        data, verdicts = self.days.data, self.days.verdicts
        column, since = data.column(day), data.column(incident.since)
        here = verdicts.broken[:, column] & (verdicts.stage[:, column] == STAGES.index(incident.stage))
        near = np.abs(column - verdicts.began[:, column] - since) <= 1
        return [int(other) for other in np.flatnonzero(here & near) if other != row]

    def _trouble_on(self, day: date) -> bool:
        """Whether most campaigns that were due to send broke on this day or the one before, at one stage."""
        if day not in self._troubled:
            data, verdicts = self.days.data, self.days.verdicts
            column = data.column(day)
            began = verdicts.broken[:, column] & (verdicts.began[:, column] <= TOGETHER_DAYS)
            due = self._due(day) or 0
            stages = [np.flatnonzero(began & (verdicts.stage[:, column] == stage)) for stage in range(1, len(STAGES))]
            self._troubled[day] = any(
                broke_together(len(rows), due, len({self._trigger(int(row), day) for row in rows})) for rows in stages
            )
        return self._troubled[day]

    def _born_near(self, event_row: int, since: date, day: date) -> list[str]:
        """Events that began in the weeks before the break or since it, with a fair share of what its event brought."""
        if event_row < 0:
            return []
        panel, first_seen = self.days.data.panel, self.known.first_seen
        end, begin = self.days.data.column(day) + 1, self.days.data.column(since)
        before = panel.counts[event_row, max(0, begin - BORN_NEAR_DAYS) : max(0, begin)]
        usual = float(np.nanmean(before)) if np.isfinite(before).any() else 0.0
        born = [
            (name, row)
            for row, name in enumerate(panel.events)
            if name in first_seen and since - timedelta(days=BORN_NEAR_DAYS) <= first_seen[name] <= day
        ]
        newest = [(name, panel.counts[row, max(0, end - 7) : end]) for name, row in born]
        return [
            name for name, counts in newest if np.isfinite(counts).any() and np.nanmean(counts) >= FAIR_SHARE * usual
        ]

    def _due(self, since: date) -> int | None:
        """How many campaigns were due to send on the first bad day; None where that day is not known."""
        data, column = self.days.data, self.days.data.column(since)
        if not 0 <= column < data.days:
            return None
        expected = self.days.verdicts.sends.value[:, column]
        return int((np.nan_to_num(expected) >= LEAST_DUE).sum())

    def _trigger(self, row: int, day: date) -> str:
        """What starts a campaign: its event, else itself."""
        data = self.days.data
        event_row = int(data.event_row[row, data.column(day)])
        return data.panel.events[event_row] if event_row >= 0 else f"campaign {self.known.plans[row].campaign_id}"


@dataclass(frozen=True)
class _ByCampaign:
    """The rows of a table by campaign."""

    parts: Mapping[int, pd.DataFrame]
    none: pd.DataFrame

    @classmethod
    def of(cls, table: pd.DataFrame) -> _ByCampaign:
        parts = table.groupby("campaign_id", sort=False)
        return cls({int(part["campaign_id"].iloc[0]): part for _, part in parts}, table.iloc[:0])

    def __getitem__(self, campaign_id: int) -> pd.DataFrame:
        return self.parts.get(campaign_id, self.none)


def _event_on(plan: Plan, day: date) -> str | None:
    event = None
    for period in plan.periods:
        if period.since is None or period.since <= day:
            event = period.event
    return event
