"""What counts a workspace's events in a run, a service or a database, and the share of its quota."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

import requests

from campaign_health.pipeline.clock_check import ClockCheck
from campaign_health.pipeline.context import RunClock
from campaign_health.pipeline.order import Order
from campaign_health.pipeline.run_time import RunTime
from campaign_health.settings import HttpSettings, WorkspaceSettings
from campaign_health.settings.clients import Sleep, amplitude_client, mixpanel_client, sql_client
from collectors.amplitude import AmplitudeSource, CostBudget
from collectors.event_source import Budget, EventSource
from collectors.mixpanel import MixpanelSource
from collectors.mixpanel.hourly_budget import HourlyBudget
from collectors.sql import SqlSource


def budget_project(workspace: WorkspaceSettings) -> str:
    """Under which name the workspace's requests for counts are counted over runs; empty where no quota is counted."""
    if workspace.mixpanel is not None:
        return workspace.mixpanel.project_id
    return "" if workspace.amplitude is None else workspace.amplitude.hourly_share


def event_source_of(
    workspace: WorkspaceSettings,
    order: Order,
    http: HttpSettings,
    session: requests.Session,
    clock: RunClock,
    earlier: Sequence[tuple[datetime, int]],
    run_time: RunTime,
    clock_check: ClockCheck,
    sleep: Sleep | None,
) -> tuple[EventSource | None, Budget | None]:
    """What counts the workspace's events, and the share of its quota, which no database has; None without keys."""
    service, deadline = workspace.event_service, run_time.deadline

    def rest(seconds: float) -> None:
        deadline.rest(seconds, service, sleep or time.sleep)

    wait = rest if order.wait else None
    answered = clock_check.of(service)
    if workspace.mixpanel is not None:
        hourly = HourlyBudget(workspace.mixpanel.queries_per_hour, [asked for asked, _ in earlier], clock.instant, wait)
        client = mixpanel_client(
            workspace.mixpanel,
            http,
            session,
            hourly,
            sleep=sleep,
            wait=order.wait,
            deadline=deadline,
            answered=answered,
        )
        return MixpanelSource(client), hourly
    if workspace.sql is not None:
        return SqlSource(sql_client(workspace.sql, http, sleep=sleep, deadline=deadline)), None
    if workspace.amplitude is None:
        return None, None
    costs = CostBudget(
        workspace.amplitude.cost_per_hour, earlier, clock.instant, rest, wait, workspace.amplitude.cost_per_five_minutes
    )
    return (
        AmplitudeSource(
            amplitude_client(
                workspace.amplitude,
                http,
                session,
                costs,
                sleep=sleep,
                wait=order.wait,
                deadline=deadline,
                answered=answered,
            )
        ),
        costs,
    )
