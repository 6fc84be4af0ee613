"""Which letters `route replay` and `route drop` are about, and whether they may go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import click

from campaign_health.cli.terminal.console import results
from campaign_health.settings import Settings
from campaign_health.words.numbers import plural
from storage.outbox.events.event_letters import Letter, letters
from storage.outbox.route_file import Connection

Command = TypeVar("Command", bound=Callable[..., None])


def letter_options(command: Command) -> Command:
    """The options of both commands."""
    for option in (
        click.option("--yes", is_flag=True, help="Without asking."),
        click.option("--dry-run", is_flag=True, help="Only say how many there are."),
        click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="Only written since (UTC)."),
        click.option("--reason", help="Only those of this reason, such as wrong_type."),
        click.option("--event", help="Only those of this event."),
        click.option("--workspace", help="Only this workspace."),
    ):
        command = option(command)
    return command


def chosen_letters(
    connection: Connection,
    settings: Settings,
    workspace: str | None,
    event: str | None,
    reason: str | None,
    since: datetime | None,
) -> list[Letter]:
    """The letters that are meant, of each workspace in the order in which their events came."""
    begin = 0.0 if since is None else since.replace(tzinfo=UTC).timestamp()
    names = [one.name for one in settings.workspaces if workspace in (None, one.name)]
    return [one for name in names for one in letters(connection, name, event, reason, begin)]


def may_go_on(number: int, what: str, *, dry_run: bool, yes: bool) -> bool:
    """Whether to do it to so many; says what there is to say where not. Raises click.Abort where somebody says no."""
    if not number:
        results.print("There is none of them.")
        return False
    if dry_run:
        results.print(f"{plural(number, 'event')} would be {what}. Nothing was done.")
        return False
    if not yes:
        click.confirm(f"{plural(number, 'event')} will be {what}. Go on?", abort=True, err=True)
    return True
