"""`campaign-health route dead`: what could not be delivered, in groups, and why."""

from __future__ import annotations

import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from campaign_health.cli.of_route.event_numbers import plain_table
from campaign_health.cli.terminal.console import print_json, results
from campaign_health.cli.terminal.status_view import clean, print_rendered
from campaign_health.route.route_place import route_place
from campaign_health.settings import load_settings
from campaign_health.words.event_service import speaking_of
from campaign_health.words.letter_words import letter_sentence
from campaign_health.words.numbers import count
from storage.outbox.events.event_letters import LetterGroup, letter_groups
from storage.outbox.route_file import open_route_file


@click.command(name="dead")
@click.option("--json", "as_json", is_flag=True, help="Write the groups as JSON.")
def command(as_json: bool) -> None:
    """List what could not be delivered to Customer.io, grouped by event and reason. Nobody is named.

    `route replay` sends a group again once what it says is mended; `route drop` gives it up. They are kept for 7 days.
    """
    settings = load_settings(os.environ, Path.cwd())
    with open_route_file(route_place(settings)) as connection:
        groups = letter_groups(connection)
    if as_json:
        print_json({"groups": [_as_json(one) for one in groups]})
        return
    if not groups:
        results.print("Everything that was received was delivered, or waits for its turn.")
        return
    is_several = len({one.workspace for one in groups}) > 1
    services = {one.name: one.event_service for one in settings.workspaces}
    table = plain_table([*(["Workspace"] if is_several else []), "Event", "Why", "Last (UTC)"], ["Events"])
    for one in groups:
        names = [clean(one.workspace)] if is_several else []
        with speaking_of(services.get(one.workspace)):
            why, last = letter_sentence(one.reason, one.field), _instant(one.last)[:16].replace("T", " ")
        table.add_row(*names, clean(one.event), clean(why), last, count(one.count))
    print_rendered(lambda console: console.print(table))


def _as_json(group: LetterGroup) -> dict[str, object]:
    return asdict(group) | {"first": _instant(group.first), "last": _instant(group.last)}


def _instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
