"""What the judge knows before it looks at any number: campaigns, what they hang on, what people said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from campaign_health.decisions.said import announced_renames, decisions_known, hand_overs_of
from campaign_health.detection.incident.attention import HandOver
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.rename.rename import DeclaredRename, RenameDecisions
from campaign_health.judge.mapping import CampaignSpan, campaign_spans
from campaign_health.judge.planned_campaigns import ManifestFacts, Plan, make_plans
from campaign_health.judge.triggered_plans import TriggeredPlan, triggered_plans
from campaign_health.manifest.manifest_reading import read_manifest
from campaign_health.manifest.problems import ManifestError
from campaign_health.manifest.schema import Manifest
from campaign_health.process.clock import local_day, local_days
from campaign_health.settings import WorkspaceSettings
from storage.connection import Connection
from storage.file.zones import stored_zone
from storage.read import judge_input, judged
from storage.read.decisions_made import Decision
from storage.read.triggered_sends import triggered_verdicts


@dataclass(frozen=True)
class Known:
    """Everything about a workspace but its daily numbers. `today` is the day on which it is looked at.

    `messages_send` tells of each campaign with messages whether any of them is set to send, `declared_types` of
    each event which types the manifest says its properties have. `triggered` are the broadcasts and transactional
    messages whose event the manifest names.
    `problem` is why the manifest could not be read, where what it said when last read holds instead.
    """

    workspace: str
    detector: DetectorSettings
    zone: ZoneInfo
    first_day: date
    last_day: date
    today: date
    campaigns: Sequence[Mapping[str, Any]]
    plans: Sequence[Plan]
    spans: Mapping[int, CampaignSpan]
    first_seen: Mapping[str, date]
    decisions: Sequence[Decision]
    hand_overs: Sequence[HandOver]
    rename_decisions: RenameDecisions
    declared_renames: Sequence[DeclaredRename]
    messages_send: Mapping[int, bool]
    declared_types: Mapping[str, Mapping[str, str]]
    triggered: Sequence[TriggeredPlan] = ()
    problem: str | None = None

    @property
    def relearned(self) -> dict[int, list[date]]:
        """Days from which a person said that a campaign's break is the new normal."""
        found: dict[int, list[date]] = {}
        for decision in self.decisions:
            is_normal = decision.kind in ("expected", "false_alarm") and decision.until is None
            if is_normal and decision.campaign_id is not None:
                found.setdefault(decision.campaign_id, []).append(local_day(decision.decided_at, self.zone))
        return found


def read_known(connection: Connection, workspace: WorkspaceSettings, now: datetime, as_of: date | None) -> Known | None:
    """Read it; None where nothing was collected yet (up to `as_of`). Decisions made after `as_of` are left out."""
    name = workspace.name
    days, zone = judge_input.collected_range(connection, name), stored_zone(connection, name)
    if days is None or zone is None:
        return None
    today = local_day(now, zone)
    if as_of is not None:
        today = min(today, as_of + timedelta(days=1))
    last_day = min(days[1], today if as_of is None else as_of)
    if last_day < days[0]:
        return None
    told, announced = ManifestFacts.stored(judged.campaign_plans(connection, name)), announced_renames(connection, name)
    said_something = bool(announced) or told.are_any or bool(triggered_verdicts(connection, name))
    manifest, problem = _manifest(workspace, said_something)
    facts = ManifestFacts.of(manifest, workspace.currency) if problem is None else told
    renames = announced if problem is not None else manifest.renames if manifest is not None else ()
    decisions = decisions_known(connection, name, zone, today)
    campaigns = judge_input.campaigns(connection, name)
    plans = make_plans(
        campaigns,
        judge_input.trigger_changes(connection, name),
        judge_input.message_variables(connection, name),
        facts,
        decisions,
        zone,
    )
    said = {kind: {(d.event or "", d.new_event or "") for d in decisions if d.kind == kind} for kind in _RENAMES}
    return Known(
        name,
        DetectorSettings(false_alarm_years=workspace.false_alarm_years),
        zone,
        days[0],
        last_day,
        today,
        campaigns,
        plans,
        campaign_spans(campaigns, judge_input.campaign_spans(connection, name), days[0], local_days(zone)),
        judge_input.first_seen_days(connection, name),
        decisions,
        hand_overs_of(decisions, renames, zone),
        RenameDecisions(said["confirm_rename"], said["refuse_rename"]),
        [DeclaredRename(rename.old, rename.new, rename.since, rename.owner) for rename in renames],
        judge_input.messages_set_to_send(connection, name),
        _declared_types(manifest),
        triggered_plans(connection, name, manifest, holds=problem is not None),
        problem,
    )


def _manifest(workspace: WorkspaceSettings, said_something: bool) -> tuple[Manifest | None, str | None]:
    """The manifest, and why what it said when last read holds instead.

    A slip in it must not keep a broken campaign from being seen, nor a run from another folder take its owner away.
    """
    if workspace.manifest_path is None:
        return None, _NO_MANIFEST if said_something else None
    try:
        return read_manifest(workspace.manifest_path), None
    except ManifestError as failure:
        return None, f"{failure.message} {failure.cure} Until then, what it said when last read still holds."


def _declared_types(manifest: Manifest | None) -> dict[str, dict[str, str]]:
    return {
        event: {name: entry.type for name, entry in about.properties.items() if entry.type is not None}
        for event, about in (manifest.events if manifest is not None else {}).items()
    }


_RENAMES = ("confirm_rename", "refuse_rename")
_NO_MANIFEST = (
    "There is no manifest here, and one was read before. What it said then still holds. Run this in its folder or name"
    " it with CAMPAIGN_HEALTH_MANIFEST; to forget what it said, name one without campaigns."
)
