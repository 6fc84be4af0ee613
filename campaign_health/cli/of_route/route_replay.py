"""`campaign-health route replay`: sends again what could not be delivered."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import click

from campaign_health.cli.judge import check_workspace
from campaign_health.cli.of_route.letters_chosen import chosen_letters, letter_options, may_go_on
from campaign_health.cli.terminal.console import results
from campaign_health.route.route_place import route_place
from campaign_health.settings import load_settings
from campaign_health.words.numbers import plural
from storage.outbox.event_letters import replay_letter
from storage.outbox.route_file import committed, open_route_file


@click.command(name="replay")
@letter_options
def command(
    workspace: str | None, event: str | None, reason: str | None, since: datetime | None, dry_run: bool, yes: bool
) -> None:
    """Send again what could not be delivered, in its order and with its own time, behind what comes in now.

    Each passes the manifest as it is now, and goes out under the id that it always had: Customer.io takes it once.
    """
    settings = load_settings(os.environ, Path.cwd())
    check_workspace(settings, workspace)
    with open_route_file(route_place(settings)) as connection:
        chosen = chosen_letters(connection, settings, workspace, event, reason, since)
        if not may_go_on(len(chosen), "sent again", dry_run=dry_run, yes=yes):
            return
        with committed(connection):
            number = sum(replay_letter(connection, one) for one in chosen)
    results.print(f"{plural(number, 'event waits', 'events wait')} for its turn in `route serve`.")
