"""`campaign-health route mode`: whether an event is moved to Customer.io."""

from __future__ import annotations

import os
from pathlib import Path

import click

from campaign_health.cli.of_route.only_workspace import contract_of, only_workspace
from campaign_health.cli.terminal.console import results
from campaign_health.cli.terminal.status_view import clean
from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.errors import CouldNotStart, Refused
from campaign_health.process.clock import read_clock
from campaign_health.route.manifest_contract import ManifestContract
from campaign_health.route.other_sender import RECENT_SECONDS, newest_arrival
from campaign_health.route.route_place import route_place
from campaign_health.settings import WorkspaceSettings, load_settings
from campaign_health.settings.clients import customerio_client
from campaign_health.words.numbers import plural
from campaign_health.words.proof_words import length_text
from storage.outbox.events.event_tally import numbers
from storage.outbox.route_file import committed, open_route_file
from storage.outbox.route_modes import modes, set_mode


@click.command(name="mode")
@click.argument("event")
@click.argument("mode", type=click.Choice(["off", "shadow", "live"]))
@click.option("--workspace", help="The workspace, where there are several.")
def command(event: str, mode: str, workspace: str | None) -> None:
    """Say whether EVENT, by its name in the manifest, is moved: off, shadow or live.

    In shadow all is done but the sending. Live is refused while somebody else still sends the event to Customer.io,
    for everybody would then get two messages: stop that first, or say `also_sent_by` in the manifest. What waits when
    an event stops being live is not sent any more; what is kept back stays. `route serve` knows of a change within
    seconds.
    """
    settings = load_settings(os.environ, Path.cwd())
    check_workspace(settings, workspace)
    of = only_workspace(settings.workspaces, workspace)
    contract = contract_of(of)
    if event not in contract.events:
        cure = "Give it one; `campaign-health docs manifest` says how."
        raise CouldNotStart(f"{event!r} has no `route` in the manifest.", cure)
    if mode == "live":
        _refuse_second_sender(of, contract, event)
    with open_route_file(route_place(settings)) as connection:
        was_live = modes(connection, of.name).get(event) == "live"
        with committed(connection):
            set_mode(connection, of.name, event, mode)
        known = numbers(connection).get((of.name, event), {})
    results.print(clean(f"{event} is {mode} now."), markup=False)
    if was_live and mode != "live":
        _tell_what_waits(event, known.get("waiting", 0), known.get("held", 0))
    if mode != "off" and of.route.stripe_key is None and contract.asks_stripe(event):
        click.echo("Without STRIPE_API_KEY it takes `otherwise` for what Stripe would say, or waits.", err=True)


def _tell_what_waits(event: str, waiting: int, held: int) -> None:
    if waiting:
        end = "within seconds they count as shadowed. `route hold` before keeps them for later"
        click.echo(f"{plural(waiting, 'event')} that waited will not be sent: {end}.", err=True)
    if held:
        click.echo(clean(f"{plural(held, 'event')} of {event} stay kept back; let them go while it is live."), err=True)


def _refuse_second_sender(of: WorkspaceSettings, contract: ManifestContract, event: str) -> None:
    routed = contract.events[event]
    if routed.also_sent_by is not None:
        return
    if of.customerio is None:
        raise CouldNotStart(
            "Whether somebody else sends it to Customer.io cannot be told: there is no App API key.",
            "Set CUSTOMERIO_APP_API_KEY, or say `also_sent_by` in the manifest.",
        )
    client = customerio_client(of.customerio, load_settings(os.environ, Path.cwd()).http)
    try:
        newest = newest_arrival(client, routed.to)
    finally:
        client.close()
    now = read_clock(os.environ).timestamp()
    if newest is not None and now - newest < RECENT_SECONDS:
        raise Refused(
            f"{routed.to} already reaches Customer.io from elsewhere: last {length_text(max(now - newest, 1))} ago.",
            "Stop that sender first and wait a day, or say `also_sent_by` in the manifest.",
        )
