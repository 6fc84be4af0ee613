"""The clients of one workspace, made from its settings."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import requests

from campaign_health.settings import (
    AmplitudeSettings,
    CustomerioSettings,
    HttpSettings,
    MixpanelSettings,
    SqlSettings,
    WorkspaceSettings,
)
from collectors.amplitude import AmplitudeClient, AmplitudeProject, AmplitudeSource, CostBudget
from collectors.customerio import CustomerioClient
from collectors.event_source import EventSource
from collectors.http.deadline import Deadline
from collectors.http.request_watch import NOBODY, Watch
from collectors.http.retrying import Retries
from collectors.http.transport import Timeouts, Transport
from collectors.mixpanel import MixpanelClient, MixpanelProject, MixpanelSource
from collectors.mixpanel.hourly_budget import HourlyBudget
from collectors.sql import SqlClient, SqlDatabase, SqlSource

Sleep = Callable[[float], None]
Answered = Callable[[Mapping[str, str], float], None]

ONE_MINUTE = 60.0
ONE_HOUR = 3600.0


def mixpanel_client(
    settings: MixpanelSettings,
    http: HttpSettings,
    session: requests.Session | None = None,
    budget: HourlyBudget | None = None,
    *,
    sleep: Sleep | None = None,
    wait: bool = False,
    deadline: Deadline | None = None,
    answered: Answered | None = None,
    retries: Retries | None = None,
) -> MixpanelClient:
    """A client for the project, its Query requests counted against `budget`; None for `session`: one of its own.

    Without `retries` it is patient, as `wait` says. Without a `deadline` it may ask for as long as one source may take,
    from now on.

    Raises:
        CollectorError: a setting cannot be used.
    """
    project = MixpanelProject(
        settings.project_id,
        settings.service_account,
        settings.service_secret.get_secret_value(),
        settings.region,
        settings.query_url,
        settings.export_url,
        settings.app_url,
        settings.time_storage,
        settings.exports_per_second,
    )
    queries = Watch(budget.before_query, budget.after_query) if budget else NOBODY
    return MixpanelClient(
        project, queries=queries, transport=_transport(http, session, sleep, wait, deadline, answered, retries)
    )


def amplitude_client(
    settings: AmplitudeSettings,
    http: HttpSettings,
    session: requests.Session | None = None,
    budget: CostBudget | None = None,
    *,
    sleep: Sleep | None = None,
    wait: bool = False,
    deadline: Deadline | None = None,
    answered: Answered | None = None,
) -> AmplitudeClient:
    """A client for the project, its queries counted against `budget`; None for `session`: one of its own.

    Without a `deadline` it may ask for as long as one source may take, from now on.

    Raises:
        CollectorError: a setting cannot be used.
    """
    return AmplitudeClient(
        amplitude_project(settings),
        budget=budget,
        transport=_transport(http, session, sleep, wait, deadline, answered),
    )


def amplitude_project(settings: AmplitudeSettings) -> AmplitudeProject:
    """The project as the settings describe it."""
    return AmplitudeProject(
        settings.api_key.get_secret_value(),
        settings.secret_key.get_secret_value(),
        settings.region,
        settings.url,
        settings.time_zone,
    )


def event_source(workspace: WorkspaceSettings, http: HttpSettings) -> EventSource | None:
    """The workspace's event source, asked outside a run; None without keys.

    Raises:
        CollectorError: a setting cannot be used.
    """
    if workspace.mixpanel is not None:
        return MixpanelSource(mixpanel_client(workspace.mixpanel, http))
    if workspace.amplitude is not None:
        return AmplitudeSource(amplitude_client(workspace.amplitude, http))
    return None if workspace.sql is None else SqlSource(sql_client(workspace.sql, http))


def sql_client(
    settings: SqlSettings, http: HttpSettings, *, sleep: Sleep | None = None, deadline: Deadline | None = None
) -> SqlClient:
    """A client for the database. Without a `deadline` it may ask for as long as one source may take, from now on."""
    database = SqlDatabase(
        settings.name,
        settings.url.get_secret_value(),
        settings.query,
        settings.time_zone,
        settings.seconds,
        http.connect_seconds,
    )
    return SqlClient(database, deadline=deadline or _deadline(http), sleep=sleep or time.sleep)


def customerio_client(
    settings: CustomerioSettings,
    http: HttpSettings,
    session: requests.Session | None = None,
    *,
    sleep: Sleep | None = None,
    wait: bool = False,
    deadline: Deadline | None = None,
    answered: Answered | None = None,
) -> CustomerioClient:
    """A client for the workspace; None for `session`: one of its own.

    Without a `deadline` it may ask for as long as one source may take, from now on.

    Raises:
        CollectorError: a setting cannot be used.
    """
    return CustomerioClient(
        settings.app_api_key.get_secret_value(),
        region=settings.region,
        app_url=settings.app_url,
        requests_per_second=settings.requests_per_second,
        transport=_transport(http, session, sleep, wait, deadline, answered),
    )


def _transport(
    http: HttpSettings,
    session: requests.Session | None,
    sleep: Sleep | None,
    wait: bool,
    deadline: Deadline | None,
    answered: Answered | None,
    retries: Retries | None = None,
) -> Transport:
    return Transport(
        Timeouts(http.connect_seconds, http.read_seconds),
        session,
        retries or Retries(longest_wait=ONE_HOUR if wait else ONE_MINUTE),
        sleep,
        deadline or _deadline(http),
        answered,
    )


def _deadline(http: HttpSettings) -> Deadline:
    """The end of what is asked outside a run: the time of one source."""
    deadline = Deadline()
    deadline.give(
        http.source_minutes * ONE_MINUTE,
        f"the {http.source_minutes:g} minutes that one source may take",
        "CAMPAIGN_HEALTH_SOURCE_MINUTES gives it more time.",
    )
    return deadline
