"""`campaign-health collect`: one run, and publish."""

from __future__ import annotations

import os
import sys
from datetime import date, datetime
from pathlib import Path

import click

from campaign_health.cli.terminal.collecting import CollectingDisplay, print_report
from campaign_health.cli.terminal.console import notes, print_json
from campaign_health.cli.terminal.day_option import DAY
from campaign_health.demo.marker import refuse_demo_directory
from campaign_health.pipeline import collect_once, order_from_names
from campaign_health.pipeline.order import SOURCE_NAMES
from campaign_health.process.clock import read_clock
from campaign_health.settings import Settings, load_settings


@click.command(name="collect")
@click.option("--since", type=DAY, help="First day to collect, inclusive, in the workspace's time zone.")
@click.option("--until", type=DAY, help="Last day, inclusive; today at most, which is then provisional.")
@click.option(
    "--source",
    "sources",
    multiple=True,
    type=click.Choice(SOURCE_NAMES),
    metavar="SOURCE",
    help=f"Only this source; may be given more than once. One of {', '.join(SOURCE_NAMES)}.",
)
@click.option("--workspace", "workspaces", multiple=True, help="Only this workspace; may be given more than once.")
@click.option("--wait", is_flag=True, help="Wait for the services' limits instead of ending with what is complete.")
@click.option("--json", "as_json", is_flag=True, help="Write what came of the run as JSON.")
def command(
    since: datetime | None,
    until: datetime | None,
    sources: tuple[str, ...],
    workspaces: tuple[str, ...],
    wait: bool,
    as_json: bool,
) -> None:
    """Collect from Mixpanel (or Amplitude) and Customer.io once, and publish. Judges nothing.

    The first run fetches the 120 days that end yesterday; later ones the last 7 days again and every day that is
    missing. With --since, exactly the days named.

    Exit code: 0 all collected; 1 something could not be; 2 could not start.
    """
    settings = load_settings(os.environ, Path.cwd())
    refuse_demo_directory(settings.data_dir)
    order = order_from_names(sources, _day(since), _day(until), wait=wait)
    with CollectingDisplay() as display:
        report = collect_once(settings, order, read_clock(os.environ), display, only=workspaces)
    if as_json:
        print_json(report.as_json())
    else:
        print_report(report, {one.name: one.event_service for one in settings.workspaces})
        _say_what_is_next(settings)
    if report.problem:
        notes.print(f"error: {report.problem}", style="bold red", markup=False)
    if report.stopped is not None:
        notes.print("Stopped. What was complete is stored and published.", markup=False)
        # Requests still in the air hold their threads for up to a minute; nobody waits for their answers.
        sys.stdout.flush()
        os._exit(report.exit_code())
    sys.exit(report.exit_code())


def _say_what_is_next(settings: Settings) -> None:
    has_manifest = any(one.manifest_path is not None and one.manifest_path.exists() for one in settings.workspaces)
    first = "" if has_manifest else "`campaign-health init` writes a manifest of what is there; "
    notes.print(f"Nothing was judged: {first}`campaign-health judge` says what is broken.", markup=False)


def _day(value: datetime | None) -> date | None:
    return None if value is None else value.date()
