"""`campaign-health report`: what a month of watching caught and saved."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import click

from campaign_health.alerts.channels.configured import channels_of
from campaign_health.alerts.channels.delivery import DeliveryFailed, ReportMessage
from campaign_health.alerts.forms.report_json import report_as_json
from campaign_health.alerts.forms.report_plain import report_plain
from campaign_health.alerts.report_sending import as_message
from campaign_health.cli.terminal.console import print_json
from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.errors import CouldNotStart
from campaign_health.process.clock import local_day, read_clock
from campaign_health.settings import Settings, WorkspaceSettings
from campaign_health.state.report_reads import read_monthly_report
from campaign_health.state.shared_installation import reading_settings
from campaign_health.state.workspace_state import workspace_names
from storage.file.database import open_published
from storage.file.zones import stored_zone


class _Month(click.DateTime):
    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return "YYYY-MM"


@click.command(name="report")
@click.option("--month", type=_Month(formats=["%Y-%m"]), help="Of this month; without it, of the last one watched.")
@click.option("--workspace", help="Only this workspace.")
@click.option("--test", "is_test", is_flag=True, help="Send it to every channel now, marked as a test.")
@click.option("--json", "as_json", is_flag=True, help="Write it as JSON.")
def command(month: datetime | None, workspace: str | None, is_test: bool, as_json: bool) -> None:
    """Say what a month of watching caught and saved: breaks, days until found and mended, missed sends avoided.

    Reads the published file only. The same report is on the dashboard, and is sent on the first working day of the
    next month. Exit code 1 where --test could not be sent to every channel.
    """
    settings = reading_settings()
    check_workspace(settings, workspace)
    now = read_clock(os.environ)
    with open_published(settings.data_dir) as connection:
        names = [name for name in workspace_names(connection, settings.configured) if workspace in (None, name)]
        messages = {}
        for name in names:
            today = local_day(now, stored_zone(connection, name) or ZoneInfo("UTC"))
            report = read_monthly_report(connection, name, month.date() if month else None, today)
            messages[name] = as_message(report, settings, _of(settings, name), today, uuid4().hex[:12])
    if not messages:
        raise CouldNotStart("Nothing was collected yet.", "Run `campaign-health collect` first.")
    if is_test:
        failed = [_send_test(settings, name, message, now) for name, message in messages.items()]
        raise SystemExit(1 if any(failed) else 0)
    if as_json:
        print_json([report_as_json(one.report, one.text) for one in messages.values()])
        return
    for number, (name, message) in enumerate(messages.items()):
        if number:
            click.echo()
        if len(messages) > 1:
            click.echo(name)
        click.echo(report_plain(message.text, message.link), nl=False)


def _of(settings: Settings, name: str) -> WorkspaceSettings:
    """The settings of a workspace; of one that another machine collects, those of the first."""
    return next((one for one in settings.workspaces if one.name == name), settings.workspaces[0])


def _send_test(settings: Settings, name: str, message: ReportMessage, now: datetime) -> bool:
    """Whether any channel did not take it."""
    text = replace(message.text, title=f"Test: {message.text.title}")
    failed = False
    for channel, routes in channels_of(_of(settings, name), settings, now):
        if routes:
            continue
        try:
            channel.deliver_report(replace(message, text=text))
            click.echo(f"{name}, {channel.name}: sent")
        except DeliveryFailed as failure:
            click.echo(f"{name}, {channel.name}: FAILED: {failure.reason}")
            failed = True
    return failed
