"""`campaign-health route send-test`: one marked event the whole way, with how long each part took."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from campaign_health.cli.of_route.only_workspace import contract_of, only_workspace
from campaign_health.cli.terminal.console import notes, print_json, results
from campaign_health.cli.terminal.status_view import clean
from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.errors import CouldNotStart
from campaign_health.route.route_place import route_place
from campaign_health.route.trying.marked_event import MarkedEvent, marked_event
from campaign_health.route.trying.stages import Stage, stages_of
from campaign_health.settings import Settings, WorkspaceSettings, load_settings
from campaign_health.words.letter_words import letter_sentence
from collectors.errors import CollectorError
from collectors.http.bearer import BearerKey
from collectors.http.client import HttpClient
from collectors.http.replies import Service
from collectors.http.retrying import Retries
from collectors.http.transport import Timeouts, Transport
from storage.outbox.route_file import PersonHash, open_route_file
from storage.outbox.route_modes import modes

_GOOD = frozenset(("answered", "accepted", "shadowed", "sent", "delivered", "opened", "clicked", "converted"))
_WORDS = {
    "answered": "on the disk",
    "accepted": "accepted by Customer.io",
    "shadowed": "not sent: the event is in shadow",
    "suppressed_once": "not sent: this person had it already (`once`)",
    "dead": "not delivered",
    "held": "held back: `campaign-health route release` lets it go on",
    "waiting": "still waiting",
    "unknown": "not known to the route",
    "sent": "sent by Customer.io, as it reports",
}


@click.command(name="send-test")
@click.argument("event")
@click.option("--person", required=True, metavar="ID", help="The test person: their id, or address, in Customer.io.")
@click.option(
    "--property", "given", multiple=True, metavar="NAME=VALUE", help="A property of the event; VALUE as JSON."
)
@click.option("--url", default="http://127.0.0.1:8503", show_default=True, help="Where `route serve` listens.")
@click.option("--wait", type=click.FloatRange(1, 86_400), default=120.0, show_default=True, help="Seconds, at most.")
@click.option("--workspace", help="The workspace, where there are several.")
@click.option("--json", "as_json", is_flag=True, help="Write it as JSON.")
def command(
    event: str, person: str, given: tuple[str, ...], url: str, wait: float, workspace: str | None, as_json: bool
) -> None:
    """Send one marked EVENT, by its name in the manifest, for a test person, and say how long each part took.

    It goes through the door of the running `route serve`. Where the event is live, Customer.io gets it, and this
    person gets what its campaigns send. Required properties that are not given are made up. Its id begins with
    campaign-health-test.

    Exit code: 0 it came as far as it can; 1 it did not, or not in time; 2 it could not be sent.
    """
    settings = load_settings(os.environ, Path.cwd())
    check_workspace(settings, workspace)
    of = only_workspace(settings.workspaces, workspace)
    marked = _marked(settings, of, event, person, given)
    stages: list[Stage] = []
    with open_route_file(route_place(settings)) as connection:
        hashed = PersonHash(route_place(settings))(of.name, person)
        begun = time.time()
        _post(of, url, marked)
        stages += [_show(Stage("answered", time.time() - begun), as_json)]
        ids = (marked.key(of.name), marked.ulid(of.name))
        is_reported = of.route.signing_key is not None
        for stage in stages_of(connection, of.name, *ids, hashed, begun, wait, is_reported=is_reported):
            stages += [_show(stage, as_json)]
    is_open = stages[-1].name == "accepted" and is_reported
    if as_json:
        told = [{"stage": one.name, "seconds": round(one.seconds, 3), "reason": one.reason} for one in stages]
        print_json({"event": event, "id": marked.id, "ulid": ids[1], "stages": told, "complete": not is_open})
    elif is_open:
        results.print(f"Customer.io reported no message within {wait:.0f} seconds.")
    elif stages[-1].name == "accepted":
        results.print("What was sent is not known: CUSTOMERIO_REPORTING_SIGNING_KEY is not set.")
    sys.exit(0 if stages[-1].name in _GOOD and not is_open else 1)


def _marked(settings: Settings, of: WorkspaceSettings, event: str, person: str, given: tuple[str, ...]) -> MarkedEvent:
    contract = contract_of(of)
    if event not in contract.events:
        cure = "Give it one; `campaign-health docs manifest` says how."
        raise CouldNotStart(f"{event!r} has no `route` in the manifest.", cure)
    with open_route_file(route_place(settings)) as connection:
        if modes(connection, of.name).get(event, "off") == "off":
            raise CouldNotStart(
                f"{event} is off: nothing of it is kept.", f"`campaign-health route mode '{event}' shadow`."
            )
    properties = dict(_property(one) for one in given)
    declared = contract.events[event].declared
    return marked_event(event, of.route.person, person, declared, properties, int(time.time()))


def _property(text: str) -> tuple[str, Any]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise CouldNotStart(f"--property {text!r} is no NAME=VALUE.", "Such as --property plan=pro.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _post(of: WorkspaceSettings, url: str, marked: MarkedEvent) -> None:
    if not of.route.tokens:
        raise CouldNotStart("There is no token for the door.", "Set CAMPAIGN_HEALTH_ROUTE_TOKEN.")
    token = of.route.tokens[0].get_secret_value()
    transport = Transport(Timeouts(5.0, 20.0, 20.0), retries=Retries(most=0))
    door = Service("The route's door", {})
    body: Mapping[str, Any] = marked.body
    try:
        with closing(HttpClient(door, url, BearerKey(token), secrets=(token,), transport=transport)) as client:
            answer = client.post_json(f"/{of.name}/events", json.dumps(body).encode())
    except CollectorError as failure:
        cure = "Start `campaign-health route serve`, or say with --url where it listens."
        raise CouldNotStart(failure.message, cure) from failure
    if answer.status != 200:
        cure = "401: another token than this one. 404: no such workspace, or it takes no events. 503: the disk is full."
        raise CouldNotStart(f"The door answered {answer.status}.", cure)


def _show(stage: Stage, as_json: bool) -> Stage:
    why = letter_sentence(stage.reason, stage.field) if stage.name == "dead" else stage.reason
    text = f"{stage.seconds:9.3f} s  {_WORDS.get(stage.name, stage.name)}{why and f': {why}'}"
    (notes if as_json else results).print(clean(text), markup=False)
    return stage
