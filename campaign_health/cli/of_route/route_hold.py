"""`campaign-health route hold`: keeps everything of an event back."""

from __future__ import annotations

import os
from pathlib import Path

import click

from campaign_health.cli.of_route.only_workspace import contract_of, only_workspace
from campaign_health.cli.terminal.console import results
from campaign_health.cli.terminal.status_view import clean
from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.errors import CouldNotStart
from campaign_health.process.clock import read_clock
from campaign_health.route.route_place import route_place
from campaign_health.settings import load_settings
from storage.outbox.events.held_events import HAND, open_hold
from storage.outbox.route_file import committed, open_route_file


@click.command(name="hold")
@click.argument("event", required=False)
@click.option("--all", "is_all", is_flag=True, help="Every event that is moved.")
@click.option("--why", help="The reason, for whoever looks; needed.")
@click.option("--workspace", help="The workspace, where there are several.")
def command(event: str | None, is_all: bool, why: str | None, workspace: str | None) -> None:
    """Keep everything of EVENT back, by its name in the manifest, until `route release`.

    Nothing of it is sent meanwhile, and nothing is refused: what comes in waits, at most until its message makes no
    sense any more. All campaigns on this event wait together. `route serve` knows of it within seconds.
    """
    settings = load_settings(os.environ, Path.cwd())
    check_workspace(settings, workspace)
    of = only_workspace(settings.workspaces, workspace)
    why = (why or "").strip()
    if not why or is_all == (event is not None):
        raise CouldNotStart("An event and a reason are needed.", "Such as: route hold EVENT --why TEXT, or --all.")
    contract = contract_of(of)
    names = sorted(contract.events) if is_all else [event or ""]
    unknown = [name for name in names if name not in contract.events]
    if unknown or not names:
        raise CouldNotStart(f"{event!r} has no `route` in the manifest.", "`route status` lists what is moved.")
    now = read_clock(os.environ).timestamp()
    with open_route_file(route_place(settings)) as connection, committed(connection):
        begun = [name for name in names if open_hold(connection, of.name, name, "everything", why, now, source=HAND)]
    for name in names:
        told = "is kept back from now on." if name in begun else "is kept back already."
        results.print(clean(f"{name} {told}"), markup=False)
