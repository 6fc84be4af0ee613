"""One campaign's verdict on one day, as a calculation that a person can follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from campaign_health.detection.chain.chain_input import ChainInput
from campaign_health.detection.chain.chain_links import LINKS, SENT_DELIVERED, ChainState, LinkVerdicts, judge_links
from campaign_health.detection.event.event_history import EventVerdicts
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.pair.monitor import PanelVerdicts
from campaign_health.errors import CouldNotStart
from campaign_health.judge.background import Known, read_known
from campaign_health.judge.explain.explained import Explanation
from campaign_health.judge.explain.explaining_event import event_link, event_step, known_number
from campaign_health.judge.explain.explaining_links import explain_links
from campaign_health.judge.explain.explaining_never import without_a_past
from campaign_health.judge.material import DIAGNOSIS_DAYS, Stretch, read_stretch
from campaign_health.judge.planned_campaigns import Plan
from campaign_health.settings import WorkspaceSettings
from campaign_health.state.find_campaign import no_verdict
from campaign_health.state.incident import Incident, incident_on, incidents_of
from campaign_health.state.status_line import status_line
from campaign_health.words.event_service import speaking_of
from campaign_health.words.missing import counted_at, missing_sentence
from campaign_health.words.sentences import seen_sentence
from storage.connection import Connection
from storage.read import judged
from storage.read.service_numbers import service_numbers
from storage.read.status_runs import status_run

_SMALL = 20_000  # campaigns x days

_Row = Mapping[str, Any]


@dataclass(frozen=True)
class _Asked:
    """A verdict, the incident that was on that day, and what the verdict rests on."""

    verdict: _Row
    incident: Incident | None
    known: Known
    stretch: Stretch
    line: str


def explain(
    connection: Connection,
    workspace: WorkspaceSettings,
    campaign_id: int,
    day: date | None,
    now: datetime,
) -> Explanation:
    """Follow the verdict of the campaign on `day` (by default its newest one), judging anew what is stored.

    Raises:
        CouldNotStart: the campaign has no verdict on that day.
    """
    with speaking_of(service_numbers(connection, workspace.name).event_service):
        return _explained(_read(connection, workspace, campaign_id, day, now))


def _read(
    connection: Connection, workspace: WorkspaceSettings, campaign_id: int, day: date | None, now: datetime
) -> _Asked:
    verdict = judged.verdict(connection, workspace.name, campaign_id, day)
    if verdict is None:
        raise no_verdict(connection, workspace.name, campaign_id, day)
    known = read_known(connection, workspace, now, verdict["day"])
    if known is None:
        raise CouldNotStart("Nothing was collected yet.", "Run `campaign-health collect` first.")
    # Judged from the beginning, more days can be shown; in a large workspace that would take too long.
    small = len(known.plans) * (known.last_day - known.first_day).days <= _SMALL
    stretch = read_stretch(connection, known, known.last_day, DIAGNOSIS_DAYS, whole=small)
    incident = incident_on(incidents_of(connection, workspace.name, campaign_id), verdict["day"])
    run = status_run(connection, workspace.name, campaign_id, verdict["day"])
    line = "" if run is None else status_line(run, known.today, workspace.false_alarm_years)
    return _Asked(verdict, incident, known, stretch, line)


def _explained(asked: _Asked) -> Explanation:
    verdict, incident, known = asked.verdict, asked.incident, asked.known
    data, found, before = _judged(asked.stretch, known.detector)
    row = next(number for number, plan in enumerate(known.plans) if plan.campaign_id == verdict["campaign_id"])
    rarest = None if incident is None else verdict["probability"]
    links = explain_links(row, data, found, before, known.detector, rarest)
    plan = known.plans[row]
    of_event = None
    never = incident is not None and incident.never_otherwise and verdict["stage"] is not None
    if never:
        links = without_a_past(links, verdict["stage"])
    elif verdict["stage"] == "event":
        of_event = event_link(row, data, found.events, incident, known.detector.false_alarm_years)
    first = of_event.sentence if of_event is not None else event_step(row, data, found)
    return Explanation(
        known.workspace,
        plan.campaign_id,
        str(known.campaigns[row]["name"]),
        _event_of_the_day(plan, row, data),
        plan.event_from,
        verdict["day"],
        verdict["status"],
        verdict["stage"],
        verdict["cause"],
        None if incident is None else incident.incident_id,
        [first, *(link.sentence for link in links)],
        _said(verdict, never, row, data, found, asked.line),
        links if of_event is None else [of_event, *links],
        why=None if incident is None else incident.why or None,
        next_step=None if incident is None else incident.next_step or None,
    )


def _judged(stretch: Stretch, detector: DetectorSettings) -> tuple[ChainInput, LinkVerdicts, ChainState]:
    """The days that are judged anew, the verdicts on their links, and the memory before the last of them."""
    settled, before = stretch.panels.settled, stretch.before
    data = settled.span(settled.column(stretch.begin), settled.days)
    state = ChainState.fresh() if before is None else before.state
    found, _ = judge_links(data, state, detector)
    day_before = data.span(0, data.days - 1)
    return data, found, judge_links(day_before, state, detector)[1] if day_before.days else state.aligned_to(data)


def _said(verdict: _Row, never: bool, row: int, data: ChainInput, found: LinkVerdicts, line: str) -> str:
    """What sums it up: of what was never otherwise nobody knows how rare it is."""
    if verdict["status"] == "not_running":
        return line
    return _conclusion({**verdict, "probability": None} if never else verdict, row, data, found, line)


def _conclusion(verdict: _Row, row: int, data: ChainInput, found: LinkVerdicts, line: str) -> str:
    """The verdict in one sentence: of a lost event with its own range, of lost deliveries with theirs. Where too
    little is known, `line` says how much would do.
    """
    last, stage = data.days - 1, verdict["stage"]
    for link, of in zip(LINKS, found.links, strict=True):
        if of.alert[row, last] and link.stage == stage and np.isfinite(of.total_sends[row, last]):
            first = data.day(last - int(of.began[row, last]))
            totals = float(of.total_sends[row, last]), float(of.total_expected[row, last])
            return missing_sentence(counted_at(stage), *totals, first, data.day(last), verdict["probability"])
    names = ("events", "started", "sent", "expected_low", "expected_high", "probability", "stage")
    numbers = {name: verdict[name] for name in names}
    event_row = int(data.event_row[row, last])
    if stage == "event" and event_row >= 0:
        numbers |= _expected(found.events, event_row, last) | {"event": data.panel.events[event_row]}
    elif stage == "started" and event_row < 0:
        numbers |= _expected(found.starts, row, last)
    elif stage == "delivered" and (delivered := known_number(data.delivered[row, last])) is not None:
        numbers |= _expected(found.links[SENT_DELIVERED], row, last) | {"delivered": delivered}
    if line and verdict["status"] in ("learning", "too_quiet", "not_collected"):
        seen = {name: numbers[name] for name in ("events", "started", "sent")}
        return line if verdict["status"] == "not_collected" else f"{seen_sentence('healthy', **seen)} {line}"
    return seen_sentence(verdict["status"], **numbers)


def _expected(verdicts: EventVerdicts | PanelVerdicts, row: int, column: int) -> dict[str, float | None]:
    return {name: known_number(getattr(verdicts, name)[row, column]) for name in ("expected_low", "expected_high")}


def _event_of_the_day(plan: Plan, row: int, data: ChainInput) -> str | None:
    """The event that the campaign hung on that day; later the trigger may have been moved to another."""
    event_row = int(data.event_row[row, data.days - 1])
    if event_row >= 0:
        return data.panel.events[event_row]
    day, event = data.day(data.days - 1), plan.event
    for period in plan.periods:
        if period.since is None or period.since <= day:
            event = period.event
    return event
