"""Which campaign is meant, on which days, and whom to ask about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.errors import CouldNotStart, Refused
from campaign_health.manifest.durations import promised_seconds
from campaign_health.manifest.manifest_reading import read_manifest
from campaign_health.manifest.schema import CampaignEntry, EventEntry
from campaign_health.process.clock import local_day
from campaign_health.route.mapping.route_plan import route_plan
from campaign_health.route.recovery.looking import Sources
from campaign_health.route.recovery.recovery_plan import RecoveryPlan, plan_for
from campaign_health.settings import Settings, WorkspaceSettings
from campaign_health.settings.clients import customerio_client, mixpanel_client
from campaign_health.state.campaign_view import renamed
from campaign_health.state.find_campaign import find_campaign
from campaign_health.state.incident import Incident, incidents_of
from storage.connection import Connection
from storage.file.zones import stored_zone
from storage.read.decisions_made import decisions_in_force
from storage.read.judged import campaign_plans, manifest_renames

Asked = tuple[datetime | None, datetime | None]
"""The first and last day that were asked for."""


def asked_campaign(
    connection: Connection, settings: Settings, workspace: str | None, campaign: str
) -> tuple[WorkspaceSettings, int, str]:
    """The workspace, the id and the name of the campaign that is meant.

    Raises:
        CouldNotStart: there is none, or there are several.
        SettingsError: its workspace is not set up here.
    """
    name, campaign_id, title = find_campaign(connection, workspace, campaign, settings.configured)
    check_workspace(settings, name)
    return next(one for one in settings.workspaces if one.name == name), campaign_id, title


def plan_of_incident(
    connection: Connection, of: WorkspaceSettings, campaign_id: int, title: str, asked: Asked, now: datetime
) -> RecoveryPlan:
    """The plan for the days of a campaign's newest incident, or for those that were asked for.

    Raises:
        CouldNotStart: there is no incident and no day was asked for, or its event is not known.
        Refused: its event was probably renamed, and nobody confirmed it.
    """
    incidents = [one for one in incidents_of(connection, of.name, campaign_id) if one.status != "withdrawn"]
    since, until = (None if one is None else one.date() for one in asked)
    if since is None and not incidents:
        raise CouldNotStart(f"{title!r} has had no incident.", "Name the days: --since 2026-11-12 --until 2026-11-19.")
    renames = _sure_renames(connection, of.name)
    _refuse_unsure_rename(incidents[:1], renames)
    zone = _zone(connection, of.name)
    first = since or incidents[0].opened_on
    last = until or (incidents[0].last_day if since is None else local_day(now, zone))
    return _plan(connection, of, campaign_id, title, (first, last), renames, zone)


def plan_of_days(
    connection: Connection,
    of: WorkspaceSettings,
    campaign_id: int,
    title: str,
    asked: Asked,
    back: timedelta,
    now: datetime,
) -> RecoveryPlan:
    """The plan for the days that were asked for; without, from so long ago to today.

    Raises:
        CouldNotStart: the campaign's event is not known, or the days are in the wrong order.
    """
    zone = _zone(connection, of.name)
    today = local_day(now, zone)
    since, until = (None if one is None else one.date() for one in asked)
    last = until or today
    return _plan(
        connection, of, campaign_id, title, (since or last - back, last), _sure_renames(connection, of.name), zone
    )


def campaign_timing(connection: Connection, workspace: str, campaign_id: int) -> str | None:
    """The campaign's timing as its page shows it: the manifest's, or what somebody said since; None: there is none."""
    return {row["campaign_id"]: row["timing"] for row in campaign_plans(connection, workspace)}.get(campaign_id)


def campaign_entry(of: WorkspaceSettings, campaign_id: int, title: str) -> CampaignEntry | None:
    """What the workspace's manifest says of the campaign; None where it says nothing, or there is none."""
    manifest = None if of.manifest_path is None else read_manifest(of.manifest_path)
    return None if manifest is None else manifest.campaign(campaign_id, title)


def manifest_event(of: WorkspaceSettings, names: Sequence[str]) -> EventEntry | None:
    """What the workspace's manifest says of an event that has or had these names; None where it says nothing."""
    manifest = None if of.manifest_path is None else read_manifest(of.manifest_path)
    if manifest is None:
        return None
    return next((entry for name in names if (entry := manifest.event(name)) is not None), None)


def _plan(
    connection: Connection,
    of: WorkspaceSettings,
    campaign_id: int,
    title: str,
    days: tuple[date, date],
    renames: Sequence[tuple[str, str]],
    zone: ZoneInfo,
) -> RecoveryPlan:
    event = {row["campaign_id"]: row["event"] for row in campaign_plans(connection, of.name)}.get(campaign_id)
    if event is None:
        raise CouldNotStart(
            f"{title!r} hangs on no event that is known, so nobody can say who should have got it.",
            "Name its event in the manifest, or have it watched against one on its page.",
        )
    if days[1] < days[0]:
        raise CouldNotStart("The last day is before the first.", "Give --until a later day.")
    entry = campaign_entry(of, campaign_id, title)
    plan = plan_for(entry, of.name, campaign_id, title, event, renames, days, zone)
    promised = promised_seconds(campaign_timing(connection, of.name, campaign_id))
    routes = None if of.manifest_path is None else route_plan(read_manifest(of.manifest_path), of.route.person)
    return replace(plan, patience_seconds=max(plan.patience_seconds, promised or 0.0), routes=routes)


def _zone(connection: Connection, workspace: str) -> ZoneInfo:
    zone = stored_zone(connection, workspace)
    if zone is None:
        raise CouldNotStart("Nothing was collected yet.", "`campaign-health collect`, then `campaign-health judge`.")
    return zone


def _sure_renames(connection: Connection, workspace: str) -> list[tuple[str, str]]:
    """Old and new name of each rename that somebody confirmed, or that the manifest announces."""
    decided = [
        (one.event, one.new_event)
        for one in decisions_in_force(connection, workspace)
        if one.kind == "confirm_rename" and one.event and one.new_event
    ]
    return decided + [(row["old_event"], row["new_event"]) for row in manifest_renames(connection, workspace)]


def _refuse_unsure_rename(incidents: Sequence[Incident], renames: Sequence[tuple[str, str]]) -> None:
    pair = renamed(incidents[0].headline_cause) if incidents else None
    if pair is not None and pair not in renames:
        raise Refused(
            f"Its event was probably renamed from {pair[0]} to {pair[1]}, and nobody has confirmed that.",
            "Confirm it on the campaign's page, or with `campaign-health decide … renamed --by YOU`: events of both "
            "names are read then.",
        )


@contextmanager
def services(settings: Settings, of: WorkspaceSettings, now: datetime) -> Iterator[Sources]:
    """Whom to ask; closed at the end. Raises CouldNotStart where a service has no keys."""
    if of.mixpanel is None and of.events is not None:
        raise CouldNotStart(
            f"Whose events happened is read from Mixpanel's raw export, and those of {of.name} come from "
            f"{of.event_service}.",
            f"For a workspace on {of.event_service} this is not there yet; what is kept back or dead is replayed all "
            "the same.",
        )
    if of.mixpanel is None or of.customerio is None:
        lacking = "Mixpanel" if of.mixpanel is None else "Customer.io"
        raise CouldNotStart(f"There are no keys for {lacking}.", "`campaign-health doctor` says which are needed.")
    mixpanel = mixpanel_client(of.mixpanel, settings.http)
    customerio = customerio_client(of.customerio, settings.http)
    try:
        yield Sources(mixpanel, customerio, of.route.person, now)
    finally:
        mixpanel.close()
        customerio.close()
