"""`campaign-health route release`: lets go what was kept back, after a look at what would become of it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from campaign_health.cli.of_route.only_workspace import contract_of, only_workspace
from campaign_health.cli.terminal.console import print_json, results
from campaign_health.cli.terminal.status_view import clean
from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.errors import Refused
from campaign_health.process.clock import read_clock
from campaign_health.route.holding.hold_decisions import how_let_go
from campaign_health.route.holding.preview import Preview, preview
from campaign_health.route.manifest_contract import read_contract
from campaign_health.route.route_place import route_place
from campaign_health.settings import WorkspaceSettings, load_settings
from campaign_health.words.letter_words import letter_sentence
from campaign_health.words.numbers import plural
from storage.outbox.events.held_events import Hold, confirmed_renames, end_hold, held_of, hold_of
from storage.outbox.route_file import Connection, committed, open_route_file
from storage.outbox.route_modes import modes


@click.command(name="release")
@click.argument("event")
@click.option("--yes", is_flag=True, help="Without asking.")
@click.option("--dry-run", is_flag=True, help="Only say what would become of what is kept back.")
@click.option("--json", "as_json", is_flag=True, help="Write what would become of it as JSON; nothing is let go.")
@click.option("--workspace", help="The workspace, where there are several.")
def command(event: str, yes: bool, dry_run: bool, as_json: bool, workspace: str | None) -> None:
    """Let go what is kept back of EVENT: in its order, with its own times, behind what comes in now.

    First it is shown how many of them fit, and three of them before and after, with each value as its type. What still
    does not fit becomes a letter. For a name that may be another one's new name this confirms that it is: what comes
    under it goes out, from now on, under the name that Customer.io's campaigns listen to.
    """
    settings = load_settings(os.environ, Path.cwd())
    check_workspace(settings, workspace)
    of = only_workspace(settings.workspaces, workspace)
    with open_route_file(route_place(settings)) as connection:
        hold = hold_of(connection, of.name, event)
        if hold is None:
            raise Refused(f"Nothing of {event!r} is kept back.", "`route status` says what is.")
        found = _preview(connection, of, hold)
        if as_json:
            print_json({"fit": found.fit, "unfit": found.unfit, "shown": [vars(one) for one in found.shown]})
            return
        _tell(hold, found)
        if dry_run:
            results.print("Nothing was let go.")
            return
        own = hold.candidate_of or hold.event
        mode = modes(connection, of.name).get(own, "off")
        if mode != "live":
            raise Refused(
                f"{own!r} is {mode}: what is let go now would not be sent, and is lost.",
                f"Make it live first (`route mode`), or give them up: route drop --held {hold.event!r}.",
            )
        if not yes:
            click.confirm("Let them go?", abort=True, err=True)
        with committed(connection):
            end_hold(connection, hold, how_let_go(hold), read_clock(os.environ).timestamp())
    results.print("They wait for their turn in `route serve`.")
    if hold.kind == "candidate":
        line = f'renames: [{{from: "{hold.candidate_of}", to: "{event}"}}]'
        results.print(clean(f"Write it into the manifest, too, so that everybody knows: {line}"), markup=False)


def _preview(connection: Connection, of: WorkspaceSettings, hold: Hold) -> Preview:
    """With the rename that letting it go would confirm."""
    contract_of(of)
    assert of.manifest_path is not None
    more = [(hold.candidate_of, hold.event)] if hold.kind == "candidate" else []
    renames = [*confirmed_renames(connection, of.name), *more]
    contract = read_contract(of.manifest_path, renames, person_by=of.route.person)
    return preview(held_of(connection, hold, 0, -1), contract.operation)


def _tell(hold: Hold, found: Preview) -> None:
    results.print(clean(f"{hold.event} is kept back: {hold.why}."), style="bold", markup=False)
    would = f"{plural(found.fit, 'event')} would go out, {found.unfit:,} would not fit"
    results.print(f"{would} and would become letters." if found.unfit else f"{would}.")
    for one in found.shown:
        results.print(clean(f"  came as {json.dumps(one.before, ensure_ascii=False)}"), markup=False)
        if one.after is None:
            results.print(clean(f"    does not fit: {letter_sentence(one.reason, one.field)}"), markup=False)
        else:
            results.print(clean(f"    goes as {json.dumps(one.after, ensure_ascii=False)}"), markup=False)
