"""The clients of one workspace, made from its settings."""

from __future__ import annotations

from collections.abc import Callable

import requests

from campaign_health.settings import CustomerioSettings, HttpSettings, MixpanelSettings
from collectors.customerio import CustomerioClient
from collectors.http.request_watch import NOBODY, Watch
from collectors.http.retrying import Retries
from collectors.http.transport import Timeouts, Transport
from collectors.mixpanel import MixpanelClient, MixpanelProject
from collectors.mixpanel.hourly_budget import HourlyBudget

Sleep = Callable[[float], None]

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
) -> MixpanelClient:
    """A client for the project, its Query requests counted against `budget`; None for `session`: one of its own.

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
    )
    queries = Watch(budget.before_query, budget.after_query) if budget else NOBODY
    return MixpanelClient(project, queries=queries, transport=_transport(http, session, sleep, wait=wait))


def customerio_client(
    settings: CustomerioSettings,
    http: HttpSettings,
    session: requests.Session | None = None,
    *,
    sleep: Sleep | None = None,
    wait: bool = False,
) -> CustomerioClient:
    """A client for the workspace; None for `session`: one of its own.

    Raises:
        CollectorError: a setting cannot be used.
    """
    return CustomerioClient(
        settings.app_api_key.get_secret_value(),
        region=settings.region,
        app_url=settings.app_url,
        transport=_transport(http, session, sleep, wait=wait),
    )


def _transport(http: HttpSettings, session: requests.Session | None, sleep: Sleep | None, *, wait: bool) -> Transport:
    timeouts = Timeouts(http.connect_seconds, http.read_seconds)
    return Transport(timeouts, session, Retries(longest_wait=ONE_HOUR if wait else ONE_MINUTE), sleep)
