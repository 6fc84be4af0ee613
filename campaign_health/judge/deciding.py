"""Decides what a workspace's days come to: incidents, their causes and cost, and everything that is then stored."""

from __future__ import annotations

from collections.abc import Sequence

from campaign_health.judge.background import Known
from campaign_health.judge.diagnosis import Diagnosis
from campaign_health.judge.material import BrokenMaterial, Material
from campaign_health.judge.outcome import JudgedDays, follow_incidents
from campaign_health.judge.outcome_rows import (
    manifest_rename_row,
    plan_row,
    property_change_row,
    rename_row,
    verdict_columns,
)
from campaign_health.judge.project_changes import ProjectChanges
from campaign_health.judge.told_incidents import IncidentsToTell, incidents_to_tell
from storage.read.judged import StoredMemory
from storage.read.rows import Row
from storage.save.judgement import Judgement, Mappings


def decide(
    material: Material,
    project: ProjectChanges,
    days: JudgedDays,
    broken: BrokenMaterial,
    triggered: Sequence[Row] = (),
) -> tuple[Judgement, IncidentsToTell]:
    """Follow the incidents of the judged days to their causes, and say what is to be stored and what is told of it.

    `triggered` are the verdicts on broadcasts and transactional messages, as rows.
    """
    diagnosis = Diagnosis(material.known, days, project, broken.tables)
    outcome = follow_incidents(days, diagnosis.look, diagnosis.why_closed)
    told = incidents_to_tell(material, days, outcome, broken)
    day, memory = material.last_settled, None
    if outcome.next_checkpoint is not None and material.fingerprint is not None:
        memory = StoredMemory(material.checkpoint_day, material.fingerprint, outcome.next_checkpoint.to_bytes())
    judgement = Judgement(
        first_day=material.stretch.begin,
        as_of=day,
        mappings=mappings(material.known),
        verdicts=verdict_columns(material, days, outcome),
        not_yet_known=told.not_yet_known,
        incidents=told.rows,
        changes=told.changes,
        renames=[rename_row(item) for item in project.renames_on(day)],
        property_changes=[property_change_row(item) for item in project.property_changes_on(day)],
        memory=memory,
        triggered=triggered,
    )
    return judgement, told


def mappings(known: Known) -> Mappings:
    """What the campaigns hang on, as it is stored."""
    return Mappings(
        [plan_row(plan) for plan in known.plans], [manifest_rename_row(rename) for rename in known.declared_renames]
    )
