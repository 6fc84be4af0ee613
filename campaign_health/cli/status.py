"""`campaign-health status`: what is broken, since when, why, what it costs, what to do."""

from __future__ import annotations

import os
import sys

import click

from campaign_health.cli.terminal.console import notes, print_json
from campaign_health.cli.terminal.status_json import status_as_json
from campaign_health.cli.terminal.status_view import print_overview
from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.process.clock import read_clock
from campaign_health.state.overview import read_overview
from campaign_health.state.shared_installation import reading_settings
from storage.errors import NoPublishedFileError
from storage.file.database import open_published
from storage.share.destinations import ShareError


@click.command(name="status")
@click.option("--workspace", help="Only this workspace.")
@click.option("--json", "as_json", is_flag=True, help="Write it as JSON.")
@click.option("--exit-code", "with_exit_code", is_flag=True, help="Exit with 1 or 2 where not all is well.")
def command(workspace: str | None, as_json: bool, with_exit_code: bool) -> None:
    """Say what is broken, since when, why, what it costs, and what to do.

    Reads the published file only. Exit code: 0; with --exit-code: 0 nothing is broken, 1 something is broken,
    2 nothing is known to be broken but something could not be checked (not collected, too old, never judged).
    """
    try:
        settings = reading_settings()
        check_workspace(settings, workspace)
        with open_published(settings.data_dir) as connection:
            overview = read_overview(connection, read_clock(os.environ), workspace, settings.configured)
    except (NoPublishedFileError, ShareError) as failure:
        if not with_exit_code:
            raise
        notes.print(f"error: {failure}", style="bold red", markup=False)
        sys.exit(2)
    promised = {one.name: one.false_alarm_years for one in settings.workspaces}
    if as_json:
        print_json(status_as_json(overview, promised))
    else:
        print_overview(overview, promised)
    sys.exit(overview.exit_code if with_exit_code else 0)
