"""The clients of one workspace, made from its settings."""

from __future__ import annotations

from collections.abc import Callable

import requests

from campaign_health.settings import CustomerioSettings, HttpSettings, MixpanelSettings
from collectors.customerio import CustomerioClient
from collectors.http.transport import Timeouts
from collectors.mixpanel import MixpanelClient
from collectors.mixpanel.hourly_budget import HourlyBudget

Sleep = Callable[[float], None]

ONE_MINUTE = 60.0
ONE_HOUR = 3600.0


def mixpanel_client(
    settings: MixpanelSettings,
    http: HttpSettings,
    session: requests.Session,
    budget: HourlyBudget | None = None,
    *,
    sleep: Sleep | None = None,
    wait: bool = False,
) -> MixpanelClient:
    """A client for the project, its Query requests counted against `budget`.

    Raises:
        CollectorError: a setting cannot be used.
    """
    return MixpanelClient(
        settings.project_id,
        settings.service_account,
        settings.service_secret.get_secret_value(),
        region=settings.region,
        query_url=settings.query_url,
        export_url=settings.export_url,
        app_url=settings.app_url,
        time_storage=settings.time_storage,
        before_query=budget.before_query if budget else None,
        after_query=budget.after_query if budget else None,
        timeouts=Timeouts(http.connect_seconds, http.read_seconds),
        session=session,
        sleep=sleep,
        longest_wait_seconds=ONE_HOUR if wait else ONE_MINUTE,
    )


def customerio_client(
    settings: CustomerioSettings,
    http: HttpSettings,
    session: requests.Session,
    *,
    sleep: Sleep | None = None,
    wait: bool = False,
) -> CustomerioClient:
    """A client for the workspace.

    Raises:
        CollectorError: a setting cannot be used.
    """
    return CustomerioClient(
        settings.app_api_key.get_secret_value(),
        region=settings.region,
        app_url=settings.app_url,
        timeouts=Timeouts(http.connect_seconds, http.read_seconds),
        session=session,
        sleep=sleep,
        longest_wait_seconds=ONE_HOUR if wait else ONE_MINUTE,
    )
