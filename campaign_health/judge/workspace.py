"""Judges a workspace: reads what is stored, decides, writes what is new."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, timedelta

import numpy as np

from campaign_health.detection.chain.chain_verdicts import padded
from campaign_health.detection.chain.part_hand_overs import LONGEST_DAYS
from campaign_health.detection.event.event_history import EventState
from campaign_health.detection.incident.incidents import BadDay
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.pair.memory import StateError
from campaign_health.detection.pair.panel import State
from campaign_health.judge.arrays import Panels, build_panels, last_settled_column
from campaign_health.judge.checkpoint import VERSION, Checkpoint
from campaign_health.judge.diagnosis import DIAGNOSIS_DAYS, Diagnosis, property_change_row, rename_row
from campaign_health.judge.outcome import Outcome, judge_from, still_broken
from campaign_health.judge.reading import Known, fingerprint, read_known
from campaign_health.judge.rows import born_columns, manifest_rename_row, plan_row, verdict_columns
from campaign_health.judge.saving import save_incidents
from campaign_health.judge.summary import JudgeSummary, Progress
from campaign_health.settings import Settings, WorkspaceSettings
from storage.connection import Connection
from storage.file.database import Warehouse, transaction
from storage.read import judge_input
from storage.save import judgements
from storage.save.judgements import StoredCheckpoint

RECHECK_DAYS = 8
"""The memory that is kept is this many days old: every run re-reads, and so may restate, the seven days before."""


def judge_all(
    warehouse: Warehouse,
    settings: Settings,
    now: datetime,
    as_of: date | None = None,
    only: str | None = None,
    progress: Progress | None = None,
) -> list[JudgeSummary]:
    """Judge every workspace (or `only` the one of that name), and publish."""
    chosen = [item for item in settings.workspaces if only is None or item.name == only]
    summaries = [judge_workspace(warehouse, item, now, as_of, progress) for item in chosen]
    if progress is not None:
        progress("Publishing", 0, None)
    warehouse.publish()
    return summaries


def judge_workspace(
    warehouse: Warehouse,
    workspace: WorkspaceSettings,
    now: datetime,
    as_of: date | None = None,
    progress: Progress | None = None,
) -> JudgeSummary:
    """Judge one workspace from what is stored up to `as_of` (a day in its zone; by default all), and save it.

    All is saved in one transaction, or nothing. It does not publish. What was not collected is judged as such and
    is no error. Judging again changes nothing, and judging from the kept memory gives what judging all would give.
    With a manifest that cannot be read, what it said when last read still holds; the summary names the problem.

    Raises:
        StorageError: the warehouse is busy, damaged or newer than this program.
    """
    with warehouse.open() as connection, transaction(connection):
        known = read_known(connection, workspace, now, as_of)
        if known is None:
            return JudgeSummary(workspace.name)
        return _judge(connection, workspace, known, now, progress)


def _judge(
    connection: Connection,
    workspace: WorkspaceSettings,
    known: Known,
    now: datetime,
    progress: Progress | None,
) -> JudgeSummary:
    name, settings = workspace.name, DetectorSettings(false_alarm_years=workspace.false_alarm_years)
    source_days = judge_input.source_days(connection, name, known.first_day, known.last_day)
    settled_columns = last_settled_column(source_days, (known.last_day - known.first_day).days + 1) + 1
    if not settled_columns:
        _save_what_was_said(connection, name, known)
        return JudgeSummary(name, campaigns=len(known.plans), problem=known.problem)
    last_settled = known.first_day + timedelta(days=settled_columns - 1)
    before = remembered(connection, name, known, settings, last_settled)
    begin = known.first_day if before is None else before.day + timedelta(days=1)
    window = max(known.first_day, begin - timedelta(days=DIAGNOSIS_DAYS + LONGEST_DAYS))
    _tell(progress, f"Judging {len(known.plans)} campaigns over {(known.last_day - begin).days + 1} days")
    panels = read_panels(connection, name, known, window)
    settled = panels.settled.span(0, (last_settled - window).days + 1)
    diagnosis = Diagnosis(
        connection, name, str(known.zone), known.campaigns, known.plans, settled, settled.events(),
        known.first_seen, known.rename_decisions, known.declared_renames,
    )  # fmt: skip
    checkpoint_day = max(last_settled - timedelta(days=RECHECK_DAYS), before.day if before else date.min)
    outcome = judge_from(
        settled, before, (checkpoint_day - window).days, settings, diagnosis.look, diagnosis.mark_part_hand_overs
    )
    _add_provisional(outcome, panels, settings)
    _tell(progress, "Saving")
    incidents = save_incidents(connection, name, known, outcome.incidents, outcome.changes, begin, last_settled, now)
    verdicts = verdict_columns(
        outcome,
        panels,
        born_columns(window, [known.spans[plan.campaign_id].born for plan in known.plans]),
        np.array([known.spans[plan.campaign_id].ever_ran for plan in known.plans], dtype=bool),
        settled.days,
    )
    written = judgements.save_verdicts(connection, name, verdicts, begin)
    _save_what_was_said(connection, name, known)
    judgements.save_renames(connection, name, [rename_row(item) for item in diagnosis.renames_on(last_settled)])
    found = diagnosis.property_changes_on(last_settled)
    judgements.save_property_changes(connection, name, [property_change_row(item) for item in found])
    if outcome.next_checkpoint is not None:
        day = outcome.next_checkpoint.day
        mark = fingerprint(connection, name, known, day, _about(settings))
        judgements.save_checkpoint(connection, name, StoredCheckpoint(day, mark, outcome.next_checkpoint.to_bytes()))
    judgements.save_judge_run(connection, name, now, last_settled)
    return JudgeSummary(
        name,
        last_settled,
        None if before is None else before.day,
        len(known.plans),
        written,
        incidents.open,
        incidents.opened,
        incidents.recovered,
        judgements.newest_statuses(connection, name),
        known.problem,
    )


def remembered(
    connection: Connection, workspace: str, known: Known, settings: DetectorSettings, last_settled: date
) -> Checkpoint | None:
    """The stored memory, where it is of this very input and not of later days."""
    stored = judgements.read_checkpoint(connection, workspace)
    if stored is None or stored.day >= last_settled or stored.day < known.first_day:
        return None
    if stored.fingerprint != fingerprint(connection, workspace, known, stored.day, _about(settings)):
        return None
    try:
        return Checkpoint.from_bytes(stored.state)
    except (StateError, ValueError, KeyError, zipfile.BadZipFile):
        # Written by another version: it can always be made again.
        return None


def _about(settings: DetectorSettings) -> tuple[object, ...]:
    return (VERSION, State.VERSION, EventState.VERSION, repr(settings))


def read_panels(connection: Connection, workspace: str, known: Known, window: date) -> Panels:
    """The panels from the day `window` to the last known day."""
    return build_panels(
        window,
        known.last_day,
        known.plans,
        known.spans,
        known.first_seen,
        judge_input.event_days(connection, workspace, window, known.last_day),
        judge_input.campaign_days(connection, workspace, window, known.last_day),
        judge_input.journey_days(connection, workspace, window, known.last_day),
        known.relearned,
    )


def _save_what_was_said(connection: Connection, workspace: str, known: Known) -> None:
    judgements.save_plans(connection, workspace, [plan_row(plan) for plan in known.plans])
    renames = [manifest_rename_row(rename) for rename in known.declared_renames]
    judgements.save_manifest_renames(connection, workspace, renames)


def _add_provisional(outcome: Outcome, panels: Panels, settings: DetectorSettings) -> None:
    """Carry open incidents over days that are not settled, where the day so far says nothing against them."""
    settled_columns = outcome.verdicts.status.shape[1]
    shown = panels.shown
    if shown.days == settled_columns:
        return
    outcome.verdicts = padded(outcome.verdicts, shown.days)
    if not outcome.still_open:
        return
    rows = {int(number): row for row, number in enumerate(shown.campaign_ids)}
    for column in range(settled_columns, shown.days):
        still = still_broken(shown.span(column, column + 1), outcome.state, settings)
        for campaign_id, incident in outcome.still_open.items():
            if still[rows[campaign_id]]:
                bad = BadDay(incident.kind, incident.stage, incident.cause)
                outcome.bad_days[campaign_id, shown.day(column)] = bad


def _tell(progress: Progress | None, what: str) -> None:
    if progress is not None:
        progress(what, 0, None)
