"""`campaign-health route drop`: gives up what could not be delivered."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import click

from campaign_health.cli.of_route.letters_chosen import chosen_letters, letter_options, may_go_on
from campaign_health.cli.of_route.only_workspace import only_workspace
from campaign_health.cli.terminal.console import results
from campaign_health.cli.terminal.status_view import clean
from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.errors import Refused
from campaign_health.process.clock import read_clock
from campaign_health.route.route_place import route_place
from campaign_health.settings import Settings, load_settings
from campaign_health.words.numbers import plural
from storage.outbox.events.event_letters import drop_letter
from storage.outbox.events.held_events import DROPPED, drop_held, end_hold, held_numbers, hold_of
from storage.outbox.route_file import committed, open_route_file, wipe_log


@click.command(name="drop")
@letter_options
@click.option("--held", metavar="EVENT", help="Instead all that is kept back of this event; its hold ends.")
def command(
    workspace: str | None,
    event: str | None,
    reason: str | None,
    since: datetime | None,
    dry_run: bool,
    yes: bool,
    held: str | None,
) -> None:
    """Give up what could not be delivered: it is deleted, and cannot be sent again."""
    settings = load_settings(os.environ, Path.cwd())
    check_workspace(settings, workspace)
    if held is not None:
        _drop_held(settings, only_workspace(settings.workspaces, workspace).name, held, dry_run=dry_run, yes=yes)
        return
    with open_route_file(route_place(settings)) as connection:
        chosen = chosen_letters(connection, settings, workspace, event, reason, since)
        if not may_go_on(len(chosen), "deleted", dry_run=dry_run, yes=yes):
            return
        with committed(connection):
            number = sum(drop_letter(connection, one) for one in chosen)
        wipe_log(connection)
    results.print(f"{plural(number, 'event was', 'events were')} deleted.")


def _drop_held(settings: Settings, workspace: str, event: str, *, dry_run: bool, yes: bool) -> None:
    with open_route_file(route_place(settings)) as connection:
        hold = hold_of(connection, workspace, event)
        if hold is None:
            raise Refused(f"Nothing of {event!r} is kept back.", "`route status` says what is.")
        waiting = held_numbers(connection, hold).waiting
        # A hold that keeps nothing ends without a question.
        if (waiting or dry_run) and not may_go_on(waiting, "deleted", dry_run=dry_run, yes=yes):
            return
        with committed(connection):
            number = drop_held(connection, hold)
            end_hold(connection, hold, DROPPED, read_clock(os.environ).timestamp())
        wipe_log(connection)
    told = f"{plural(number, 'event was', 'events were')} deleted, and nothing of {event} is kept back any more."
    results.print(clean(told), markup=False)
