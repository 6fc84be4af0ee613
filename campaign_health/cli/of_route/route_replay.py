"""`campaign-health route replay`: sends again what could not be delivered."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from campaign_health.cli.of_route.letters_chosen import chosen_letters, letter_options, may_go_on
from campaign_health.cli.terminal.console import results
from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.errors import Refused
from campaign_health.route.route_place import route_place
from campaign_health.settings import load_settings
from campaign_health.words.numbers import plural
from storage.outbox.events.event_letters import Letter, replay_letter
from storage.outbox.route_file import Connection, committed, open_route_file
from storage.outbox.route_modes import modes


@click.command(name="replay")
@letter_options
def command(
    workspace: str | None, event: str | None, reason: str | None, since: datetime | None, dry_run: bool, yes: bool
) -> None:
    """Send again what could not be delivered, in its order and with its own time, behind what comes in now.

    Each passes the manifest as it is now, and goes out under the id that it always had: Customer.io takes it once.
    While the event of one of them is off it is refused, for they would be lost; in shadow they count as shadowed.
    """
    settings = load_settings(os.environ, Path.cwd())
    check_workspace(settings, workspace)
    with open_route_file(route_place(settings)) as connection:
        chosen = chosen_letters(connection, settings, workspace, event, reason, since)
        if not may_go_on(len(chosen), "sent again", dry_run=dry_run, yes=yes):
            return
        _refuse_what_is_off(connection, chosen)
        with committed(connection):
            number = sum(replay_letter(connection, one) for one in chosen)
    results.print(f"{plural(number, 'event waits', 'events wait')} for its turn in `route serve`.")


def _refuse_what_is_off(connection: Connection, chosen: Sequence[Letter]) -> None:
    moved = {name: modes(connection, name) for name in {one.workspace for one in chosen}}
    is_off = sorted({one.event for one in chosen if moved[one.workspace].get(one.event, "off") == "off"})
    if is_off:
        cure = "Make it live first (`route mode`), name others with --event, or give them up: `route drop --event`."
        raise Refused(f"{is_off[0]!r} is off: what is sent again now would be lost.", cure)
