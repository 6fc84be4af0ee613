"""`campaign-health route drop`: gives up what could not be delivered."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import click

from campaign_health.cli.judge import check_workspace
from campaign_health.cli.of_route.letters_chosen import chosen_letters, letter_options, may_go_on
from campaign_health.cli.terminal.console import results
from campaign_health.settings import load_settings
from campaign_health.words.numbers import plural
from storage.outbox.event_letters import drop_letter
from storage.outbox.route_file import committed, open_route_file, wipe_log


@click.command(name="drop")
@letter_options
def command(
    workspace: str | None, event: str | None, reason: str | None, since: datetime | None, dry_run: bool, yes: bool
) -> None:
    """Give up what could not be delivered: it is deleted, and cannot be sent again."""
    settings = load_settings(os.environ, Path.cwd())
    check_workspace(settings, workspace)
    with open_route_file(settings.data_dir) as connection:
        chosen = chosen_letters(connection, settings, workspace, event, reason, since)
        if not may_go_on(len(chosen), "deleted", dry_run=dry_run, yes=yes):
            return
        with committed(connection):
            number = sum(drop_letter(connection, one) for one in chosen)
        wipe_log(connection)
    results.print(f"{plural(number, 'event was', 'events were')} deleted.")
