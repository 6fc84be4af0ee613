"""Sends the monthly report where it is due: stored, sent, and stored that it arrived, as the digest is."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from uuid import uuid4

from filelock import Timeout

from campaign_health.alerts.channels.configured import channels_of
from campaign_health.alerts.channels.delivery import Channel, Delivery, Receipt, ReportMessage
from campaign_health.alerts.digest.report_due import month_due
from campaign_health.alerts.sending import retry_at, safely, sending_lock, tried, zone_of
from campaign_health.process.clock import local_day
from campaign_health.settings import DEFAULT_WORKSPACE, Settings, WorkspaceSettings
from campaign_health.state.monthly_report import MonthlyReport
from campaign_health.state.report_reads import read_monthly_report, watched_from
from campaign_health.state.report_text import report_text
from campaign_health.words.dates import day_text, month_text
from campaign_health.words.links import report_link
from campaign_health.words.visible import visible
from storage.file.database import Warehouse, transaction
from storage.save.reports_sent import claim_report, report_on, settle_report


def send_due_report(
    warehouse: Warehouse,
    settings: Settings,
    workspace: WorkspaceSettings,
    now: datetime,
    *,
    sleep: Callable[[float], None] = time.sleep,
    publish: bool = True,
) -> list[Delivery]:
    """Sends the report of the last month on every channel that has not got it; empty where none is due.

    Channels that hear of some campaigns only get none. What was sent is published at once; not `publish`: the caller
    does that.

    Raises:
        SettingsError: the channels are not set up as they must be.
        StorageError: the database cannot be used.
    """
    channels = [channel for channel, routes in channels_of(workspace, settings, now) if not routes]
    if not channels or not workspace.digest.monthly_report:
        return []
    try:
        with sending_lock(warehouse, workspace.name).acquire(timeout=0):
            found = [
                safely(one.name, partial(_send_on, warehouse, settings, workspace, one, now, sleep)) for one in channels
            ]
    except Timeout:
        return []
    done = [delivery for delivery in found if delivery.outcome != "nothing_due"]
    if publish and done:
        warehouse.publish()
    return done


def _send_on(
    warehouse: Warehouse,
    settings: Settings,
    workspace: WorkspaceSettings,
    channel: Channel,
    now: datetime,
    sleep: Callable[[float], None],
) -> Delivery:
    with warehouse.open() as connection:
        zone = zone_of(connection, workspace)
        month = month_due(workspace.digest, now, zone, watched_from(connection, workspace.name))
        if month is None:
            return Delivery(channel.name, "nothing_due")
        before = report_on(connection, workspace.name, month, channel.name)
        waits = before is not None and before.retry_at is not None and before.retry_at > now
        if before is not None and (before.status == "sent" or waits):
            return Delivery(channel.name, "nothing_due")
        report = read_monthly_report(connection, workspace.name, month, local_day(now, zone))
        announcement_id = before.announcement_id if before is not None else uuid4().hex[:12]
        message = as_message(report, settings, workspace, local_day(now, zone), announcement_id)
        with transaction(connection):
            claim_report(connection, workspace.name, month, channel.name, announcement_id, now)
    _, failure = tried(partial(_deliver, channel, message), sleep)
    with warehouse.open() as connection, transaction(connection):
        settle_report(
            connection,
            workspace.name,
            month,
            channel.name,
            at=now,
            error=failure.reason if failure else None,
            retry_at=retry_at(failure, now),
        )
    name = f"{channel.name}, the report of {month_text(month)}"
    return Delivery(name, "failed" if failure else "sent", failure.reason if failure else "", announcement_id)


def as_message(
    report: MonthlyReport, settings: Settings, workspace: WorkspaceSettings, today: date, announcement_id: str
) -> ReportMessage:
    """The report as it is sent on the local day `today`."""
    name = report.workspace
    is_named = len(settings.workspaces) > 1 or name != DEFAULT_WORKSPACE
    base = settings.dashboard_url
    return ReportMessage(
        announcement_id,
        report,
        report_text(report, workspace.false_alarm_years, today),
        report_link(base, name, report.month) if base else None,
        f"{day_text(today)}, {visible(name, 40)}" if is_named else day_text(today),
    )


def _deliver(channel: Channel, message: ReportMessage) -> Receipt:
    channel.deliver_report(message)
    return {}
