"""`campaign-health digest`: sends what is due, or shows what would be sent."""

from __future__ import annotations

import os
from datetime import datetime

import click

from campaign_health.alerts.channels.configured import channels_of
from campaign_health.alerts.channels.delivery import Delivery, DeliveryFailed
from campaign_health.alerts.channels.terminal_channel import Terminal
from campaign_health.alerts.digest.digest_data import Digest
from campaign_health.alerts.digest.situation_reads import read_situation
from campaign_health.alerts.forms.json_form import digest_as_json
from campaign_health.alerts.forms.plain_text import plain_text
from campaign_health.alerts.sending import as_test, compose, prepare, zone_of
from campaign_health.alerts.telling import tell_due
from campaign_health.alerts.together_sending import present_digest, told_with
from campaign_health.cli.terminal.as_a_service import LOG_FORMAT, say, service_settings
from campaign_health.cli.terminal.console import print_json
from campaign_health.errors import CouldNotStart, SettingsError
from campaign_health.process.clock import local_day, read_clock
from campaign_health.settings import Settings, WorkspaceSettings
from campaign_health.state.shared_installation import told_of
from storage.file.database import open_published


@click.command()
@click.option("--workspace", "only", help="Only this workspace.")
@click.option("--dry-run", is_flag=True, help="Print the digest and send nothing.")
@click.option("--test", "is_test", is_flag=True, help="Send the present state to every channel, marked as a test.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@LOG_FORMAT
def command(only: str | None, dry_run: bool, is_test: bool, as_json: bool) -> None:
    """Send the digest that is due on each channel; see it first with --dry-run, which sends nothing.

    Due: once a day at the set local time where something is new; once a week a sign of life; on the first working day
    of a month the report of the last one. What was announced is never announced again. With CAMPAIGN_HEALTH_DATABASE
    it tells of all that other machines share there.

    Exit code 0: sent, or nothing was due; 1: a channel failed (it is tried again later); 2: could not start.
    """
    now = read_clock(os.environ)
    settings, warehouse = told_of(service_settings(on_a_terminal=False))
    chosen = [workspace for workspace in settings.workspaces if only in (None, workspace.name)]
    if not chosen:
        raise SettingsError(
            f"There is no workspace {only!r}.", "Its name is that of its table in campaign-health.toml."
        )
    if not warehouse.exists():
        raise CouldNotStart("Nothing was collected yet.", "Run `campaign-health collect` first.")
    if dry_run:
        _show(settings, chosen, now, as_json)
        return
    deliveries = {
        workspace.name: _send_tests(settings, workspace, now)
        if is_test
        else tell_due(warehouse, settings, workspace, now)
        for workspace in (_each_once(chosen, settings) if is_test else chosen)
    }
    _report(deliveries, as_json)
    if any(delivery.outcome == "failed" for done in deliveries.values() for delivery in done):
        raise SystemExit(1)


def _show(settings: Settings, chosen: list[WorkspaceSettings], now: datetime, as_json: bool) -> None:
    shown = []
    for workspace in _each_once(chosen, settings):
        digest, due = _preview(settings, workspace, now)
        shown.append({"due": due, **digest_as_json(digest)})
        if not as_json:
            if not due:
                whose = f" for {workspace.name}" if digest.names_workspace else ""
                say(f"Nothing is due now{whose}. A digest made now would say:")
            click.echo(plain_text(digest), nl=False)
    if as_json:
        print_json(shown)


def _each_once(chosen: list[WorkspaceSettings], settings: Settings) -> list[WorkspaceSettings]:
    """The workspaces, of those that are told together the first one."""
    found: dict[str, WorkspaceSettings] = {}
    for workspace in chosen:
        found.setdefault(told_with(workspace, settings)[0].name, workspace)
    return list(found.values())


def _preview(settings: Settings, workspace: WorkspaceSettings, now: datetime) -> tuple[Digest, bool]:
    """What the first channel would get, and whether it is due."""
    channels = channels_of(workspace, settings, now)
    channel, routes = channels[0] if channels else (Terminal(), ())
    group = told_with(workspace, settings)
    with open_published(settings.data_dir) as connection:
        if len(group) > 1:
            return present_digest(connection, settings, group, channel, now)
        digest, past = prepare(connection, settings, workspace, channel, routes, now)
        if digest is not None:
            return digest, True
        today = local_day(now, zone_of(connection, workspace))
        situation = read_situation(connection, workspace.name, channel.name, now)
        return compose(situation, settings, "digest", today, past), False


def _send_tests(settings: Settings, workspace: WorkspaceSettings, now: datetime) -> list[Delivery]:
    digest = as_test(_preview(settings, workspace, now)[0])
    done = []
    for channel, _ in channels_of(workspace, settings, now):
        try:
            channel.deliver(digest, None)
            done.append(Delivery(channel.name, "sent", announcement_id=digest.announcement_id))
        except DeliveryFailed as failure:
            done.append(Delivery(channel.name, "failed", failure.reason))
    return done or [Delivery("none", "not_set_up", "No channel is set; set SLACK_WEBHOOK_URL, for example.")]


def _report(deliveries: dict[str, list[Delivery]], as_json: bool) -> None:
    if as_json:
        print_json({name: [vars(delivery) for delivery in done] for name, done in deliveries.items()})
        return
    words = {"nothing_due": "nothing is due", "failed": "FAILED", "not_set_up": "not set up"}
    for name, done in deliveries.items():
        for delivery in done:
            reason = f": {delivery.reason}" if delivery.reason else ""
            click.echo(f"{name}, {delivery.channel}: {words.get(delivery.outcome, delivery.outcome)}{reason}")
