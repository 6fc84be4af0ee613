"""`campaign-health route coverage`: which campaign deserves real time."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import click

from campaign_health.cli.terminal.console import print_json, results
from campaign_health.cli.terminal.status_view import clean
from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.process.clock import local_day, read_clock
from campaign_health.settings import load_settings
from campaign_health.state.real_time import RealTime, real_time_of
from campaign_health.words.event_service import speaking_of
from campaign_health.words.real_time_words import ABOUT_REAL_TIME
from storage.connection import Connection
from storage.file.database import open_published
from storage.file.zones import stored_zone
from storage.read.check_input import event_service


@click.command(name="coverage")
@click.option("--workspace", help="Only this workspace.")
@click.option("--json", "as_json", is_flag=True, help="Write it as JSON.")
def command(workspace: str | None, as_json: bool) -> None:
    """Say of each running campaign what it promises, how soon its messages were, who carries its event, and what it
    would take to keep the promise.

    The numbers are those of the published file, as on the dashboard's page Coverage. `campaign-health docs real-time`
    says how late events come by each way.
    """
    settings = load_settings(os.environ, Path.cwd())
    check_workspace(settings, workspace)
    names = [one.name for one in settings.workspaces if workspace in (None, one.name)]
    with open_published(settings.data_dir) as connection:
        is_only = len(settings.workspaces) == 1
        found = [(name, one) for name in names for one in _of_workspace(connection, name, is_only=is_only)]
    if as_json:
        print_json({"campaigns": [{"workspace": name, **asdict(one)} for name, one in found]})
        return
    if not found:
        results.print("No campaign is running, or nothing was collected yet.", markup=False)
        return
    several = len({name for name, _ in found}) > 1
    for name, one in found:
        whose = f" ({name})" if several else ""
        results.print(clean(f"{one.campaign}{whose}"), style="bold", markup=False)
        # A command that is broken over two lines cannot be copied.
        for label, text in (("Promise", one.promise), ("Measured", one.measured), ("Kept for", one.kept),
                            ("Carried by", one.carried_by), ("It takes", one.would_take)):  # fmt: skip
            results.print(clean(f"  {label:<11}{text}"), markup=False, soft_wrap=True)
    results.print(ABOUT_REAL_TIME, markup=False)


def _of_workspace(connection: Connection, name: str, *, is_only: bool) -> tuple[RealTime, ...]:
    zone = stored_zone(connection, name)
    if zone is None:
        return ()
    today = local_day(read_clock(os.environ), zone)
    with speaking_of(event_service(connection, name)):
        return real_time_of(connection, name, zone, today, None if is_only else name)
