"""`campaign-health route status`: what is moved, what waits, and what could not be delivered."""

from __future__ import annotations

import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from campaign_health.cli.of_route.event_numbers import COLUMNS, event_numbers
from campaign_health.cli.of_route.only_workspace import contract_of
from campaign_health.cli.of_route.published_numbers import publish_delivery
from campaign_health.cli.terminal.console import print_json, results
from campaign_health.cli.terminal.status_view import clean, print_rendered
from campaign_health.errors import CouldNotStart
from campaign_health.process.clock import read_clock
from campaign_health.route.delivery_note import delivery_note
from campaign_health.route.numbers_file import note_delivery
from campaign_health.route.route_place import route_place
from campaign_health.route.route_state import WorkspaceState, workspace_states
from campaign_health.settings import WorkspaceSettings, load_settings
from campaign_health.words.numbers import count, plural
from storage.outbox.connection.thread_faults import ThreadFault
from storage.outbox.events.held_events import HeldNumbers, Hold
from storage.outbox.route_file import open_route_file

OF_STRIPE = ("stripe_unknown", "stripe_several")


@click.command(name="status")
@click.option("--json", "as_json", is_flag=True, help="Write it as JSON.")
@click.option("--publish", is_flag=True, help="Show it on the dashboard at once, too.")
@click.option("--publish-news", is_flag=True, help="The same, where there is something new to tell.")
def command(as_json: bool, publish: bool, publish_news: bool) -> None:
    """Say of each event that is moved how many wait, were delivered, and could not be; nobody is named.

    The dashboard's page Delivery shows the same. `route serve` has it told of what is new every few minutes.
    """
    settings = load_settings(os.environ, Path.cwd())
    now = read_clock(os.environ).timestamp()
    with open_route_file(route_place(settings)) as connection:
        states = workspace_states(connection, settings.workspaces, now)
        if publish or publish_news:
            for one in settings.workspaces:
                note_delivery(settings.data_dir, one.name, delivery_note(connection, one.name, _sent_as(one), now))
    if publish or publish_news:
        publish_delivery(settings.data_dir, [one.name for one in settings.workspaces], only_news=not publish)
    if as_json:
        print_json({"workspaces": {name: _as_json(state) for name, state in states.items()}})
        return
    if not any(state.events for state in states.values()):
        results.print("No event is moved: none has `route` in the manifest.")
        return
    rows = [
        (name, event, state.modes.get(event, "off"), numbers)
        for name, state in states.items()
        for event, numbers in state.events.items()
    ]
    print_rendered(lambda console: console.print(event_numbers(rows)))
    for state in states.values():
        for hold, held in state.holds:
            results.print(clean(_told(hold, held)), markup=False)
    for name, state in states.items():
        for fault in state.faults:
            results.print(clean(_told_of_fault(name, fault)), markup=False)


def _sent_as(of: WorkspaceSettings) -> dict[str, str]:
    try:
        return {event: routed.to for event, routed in contract_of(of).events.items()}
    except CouldNotStart:  # without a manifest they are shown by the names that they came with
        return {}


def _as_json(state: WorkspaceState) -> dict[str, object]:
    return {
        "events": {
            event: {
                "mode": state.modes.get(event, "off"),
                **{name: numbers.get(name, 0) for name in (*COLUMNS, *OF_STRIPE)},
            }
            for event, numbers in state.events.items()
        },
        "breaker": state.breaker,
        "oldest_waiting_seconds": state.oldest_waiting_seconds,
        "faults": [asdict(one) | {"last": _instant(one.last)} for one in state.faults],
        "holds": [
            {
                "event": hold.event,
                "kind": hold.kind,
                "why": hold.why,
                "field": hold.field,
                "candidate_of": hold.candidate_of,
                "since": _instant(hold.since),
                "waiting": held.waiting,
                "first_expires": None if held.first_expires is None else _instant(held.first_expires),
            }
            for hold, held in state.holds
        ],
    }


def _told(hold: Hold, held: HeldNumbers) -> str:
    what = "what cannot be sent of it" if hold.kind == "unsendable" else "all of it"
    until = "" if held.first_expires is None else f", the first until {_instant(held.first_expires)[:16]} UTC"
    waiting = plural(held.waiting, "event waits", "events wait")
    return f"{hold.event}: {what} is kept back since {_instant(hold.since)[:16]} UTC: {hold.why}. {waiting}{until}."


def _told_of_fault(workspace: str, fault: ThreadFault) -> str:
    often = "once" if fault.number == 1 else f"{count(fault.number)} times"
    last = f"last at {_instant(fault.last)[:16]} UTC"
    return f"The {fault.part} of {workspace} failed {often}, {last}, and goes on: {fault.kind}. Please report that."


def _instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
