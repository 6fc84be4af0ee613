"""The whole examination, in the order in which things must be mended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import requests

from campaign_health.doctor.amplitude_keys import examine_amplitude
from campaign_health.doctor.apprise_addresses import examine_apprise
from campaign_health.doctor.customerio import examine_customerio
from campaign_health.doctor.files import examine_files
from campaign_health.doctor.held_workspaces import examine_held_workspaces
from campaign_health.doctor.mixpanel import examine_mixpanel
from campaign_health.doctor.shared_places import examine_shared_places
from campaign_health.doctor.slack import examine_slack
from campaign_health.doctor.sql_query import examine_sql
from campaign_health.doctor.surroundings import DateHeaders, examine_manifest, examine_settings
from campaign_health.health.finding import Finding, wrong
from campaign_health.settings import Settings, WorkspaceSettings
from campaign_health.settings.settings_reading import CONFIGURATION_FILE
from collectors.http.session import new_session
from storage.errors import StorageError
from storage.file.database import open_published
from storage.file.zones import stored_zone

_KEYS = {
    "Mixpanel key": "MIXPANEL_PROJECT_ID, MIXPANEL_SERVICE_ACCOUNT and MIXPANEL_SERVICE_SECRET (or, with Amplitude, "
    "AMPLITUDE_API_KEY and AMPLITUDE_SECRET_KEY; with a database of your own, EVENTS_SQL_URL and EVENTS_SQL_QUERY)",
    "Customer.io key": "CUSTOMERIO_APP_API_KEY",
}


def examine(settings: Settings, environment: Mapping[str, str], directory: Path, now: datetime) -> Iterator[Finding]:
    """Every finding, as it is made; each thing is looked at whatever is wrong with the others."""
    yield from examine_settings(environment)
    yield from examine_files(settings.data_dir, (directory / CONFIGURATION_FILE, settings.sign_in.secrets_file))
    yield from examine_held_workspaces(settings)
    yield from examine_shared_places(settings)
    with new_session() as session:
        dates = DateHeaders(session)
        for workspace in settings.workspaces:
            yield from _of(workspace.name, _services(settings, workspace, session, now))
        clock = dates.finding()
        # Where another instant stands in for the clock, it is not to be that of the services.
        if clock is not None and not settings.http.is_replay:
            yield clock
    for workspace in settings.workspaces:
        yield from _of(workspace.name, [examine_manifest(workspace.manifest_path)])
        yield from _of(workspace.name, examine_slack(workspace.slack, settings.http))
        yield from _of(workspace.name, examine_apprise(workspace.digest.apprise))


def _services(
    settings: Settings, workspace: WorkspaceSettings, session: requests.Session, now: datetime
) -> Iterator[Finding]:
    if workspace.amplitude is not None:
        yield from examine_amplitude(workspace.amplitude, settings.http, session, now, workspace.time_zone)
    elif workspace.sql is not None:
        yield from examine_sql(workspace.sql, settings.http, now, workspace.time_zone)
    elif workspace.mixpanel is None:
        yield _without_keys("Mixpanel key")
    else:
        yield from examine_mixpanel(workspace.mixpanel, settings.http, session, now, workspace.time_zone)
    if workspace.customerio is None:
        yield _without_keys("Customer.io key")
    else:
        zone = workspace.time_zone or _zone_of_last_run(settings, workspace.name)
        yield from examine_customerio(workspace.customerio, settings.http, session, now, zone)
    if workspace.events is None and workspace.time_zone is None:
        yield wrong("Time zone", "It is not set, and Mixpanel is not there to ask.", "Set CAMPAIGN_HEALTH_TIMEZONE.")


def _without_keys(subject: str) -> Finding:
    return wrong(subject, "It is not set.", f"Set {_KEYS[subject]}; `campaign-health demo` needs none.")


def _zone_of_last_run(settings: Settings, workspace: str) -> ZoneInfo | None:
    try:
        with open_published(settings.data_dir) as connection:
            return stored_zone(connection, workspace)
    except StorageError:
        return None


def _of(workspace: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    for finding in findings:
        yield replace(finding, workspace=workspace)
