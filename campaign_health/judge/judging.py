"""Judges a workspace: reads what is stored, decides, writes what is new."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from campaign_health.decisions.applying import apply_decisions
from campaign_health.judge.background import read_known
from campaign_health.judge.deciding import decide, mappings
from campaign_health.judge.judging_triggered import judge_triggered
from campaign_health.judge.material import read_broken, read_material
from campaign_health.judge.nothing_new import judged_input
from campaign_health.judge.outcome import judge_days
from campaign_health.judge.project_changes import ProjectChanges
from campaign_health.judge.summary import JudgeSummary, Progress
from campaign_health.settings import Settings, WorkspaceSettings
from campaign_health.words.event_service import speaking_of
from storage.connection import Connection
from storage.file.database import Warehouse, transaction
from storage.read import judged
from storage.read.service_numbers import service_numbers
from storage.save.judgement import judged_again, save_judgement, save_mappings


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
    with warehouse.open() as connection:
        return judge_on(connection, workspace, now, as_of, progress)


def judge_on(
    connection: Connection,
    workspace: WorkspaceSettings,
    now: datetime,
    as_of: date | None = None,
    progress: Progress | None = None,
) -> JudgeSummary:
    """`judge_workspace` on a warehouse that is open already."""
    with speaking_of(service_numbers(connection, workspace.name).event_service):
        return _judge_on(connection, workspace, now, as_of, progress)


def _judge_on(
    connection: Connection,
    workspace: WorkspaceSettings,
    now: datetime,
    as_of: date | None,
    progress: Progress | None,
) -> JudgeSummary:
    name = workspace.name
    rests_on = None if as_of is not None else judged_input(connection, workspace, now)
    if rests_on is not None and rests_on == judged.input_judged(connection, name):
        return _as_before(connection, name, now)
    known = read_known(connection, workspace, now, as_of)
    if known is None:
        return JudgeSummary(name)
    summary = JudgeSummary(name, campaigns=len(known.plans), problem=known.problem)
    material = read_material(connection, known)
    if material is None:
        with transaction(connection):
            save_mappings(connection, name, mappings(known))
        return summary
    anew = (known.last_day - material.stretch.begin).days + 1
    _tell(progress, f"Judging {len(known.plans)} campaigns over {anew} days")
    project = ProjectChanges(material)
    days = judge_days(material, project)
    triggered = judge_triggered(connection, known, as_of)
    judgement, told = decide(material, project, days, read_broken(connection, material, days.to_follow), triggered)
    _tell(progress, "Saving")
    with transaction(connection):
        written = save_judgement(connection, name, judgement, now, None if known.problem else rests_on)
        apply_decisions(
            connection, name, now, lambda stored: stored.incident_id in told.judged, today=known.today,
            restated_until=material.told.restated_until,
        )  # fmt: skip
    return replace(
        summary,
        as_of=material.last_settled,
        resumed_from=None if material.stretch.before is None else material.stretch.before.day,
        verdicts_written=written,
        open_incidents=told.open,
        opened=told.opened,
        recovered=told.recovered,
        closed=told.closed,
        status_counts=judged.newest_statuses(connection, name),
    )


def _as_before(connection: Connection, name: str, now: datetime) -> JudgeSummary:
    """Nothing is new: what was judged stands as of now."""
    with transaction(connection):
        as_of, campaigns, incidents = judged_again(connection, name, now)
    return JudgeSummary(
        name,
        as_of=as_of,
        resumed_from=as_of,
        campaigns=campaigns,
        open_incidents=incidents,
        status_counts=judged.newest_statuses(connection, name),
    )


def _tell(progress: Progress | None, what: str) -> None:
    if progress is not None:
        progress(what, 0, None)
