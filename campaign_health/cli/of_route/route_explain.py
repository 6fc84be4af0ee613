"""`campaign-health route explain`: what became of one event."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from campaign_health.cli.terminal.console import print_json, results
from campaign_health.cli.terminal.status_view import clean
from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.errors import Refused
from campaign_health.manifest.manifest_reading import read_manifest
from campaign_health.manifest.problems import ManifestError
from campaign_health.route.event_key import event_key, key_of_ulid, ulid_of
from campaign_health.route.route_place import route_place
from campaign_health.settings import Settings, WorkspaceSettings, load_settings
from campaign_health.words.event_service import speaking_of
from campaign_health.words.letter_words import letter_sentence
from storage.outbox.events.event_pace import unmoved_names
from storage.outbox.events.event_queue import known_of
from storage.outbox.route_file import Connection, open_route_file
from storage.outbox.route_modes import key_beginning_with, known_names

_OUTCOMES = {
    "waiting": "It waits for its turn.",
    "delivered": "Customer.io took it in.",
    "held": "It is kept back.",
    "suppressed_once": "It was not sent: its person had had the message, which is given once in a while.",
    "shadowed": "It would have been sent: its event is in shadow.",
    "dead": "It could not be delivered.",
    "dropped": "It could not be delivered, and was given up.",
}


@click.command(name="explain")
@click.argument("event_id")
@click.option("--workspace", help="Only this workspace.")
@click.option("--json", "as_json", is_flag=True, help="Write it as JSON.")
def command(event_id: str, workspace: str | None, as_json: bool) -> None:
    """Say what became of the event EVENT_ID: the id that its sender gave it, or the ULID that Customer.io has.

    Whom it is about is not shown.
    """
    settings = load_settings(os.environ, Path.cwd())
    check_workspace(settings, workspace)
    with open_route_file(route_place(settings)) as connection:
        found = _find(connection, settings, workspace, event_id)
    if found is None:
        raise Refused(
            f"No event {event_id!r} was received in the last 9 days.",
            "Give the id that its sender gave it, or Customer.io's. `campaign-health route status` says what is moved: "
            "an event that is off, or not in the manifest, is not kept.",
        )
    told = _told(found)
    if as_json:
        print_json(told)
        return
    results.print(clean(f"{told['event']}, which Customer.io knows as {told['ulid']}"), style="bold", markup=False)
    results.print(f"It happened at {told['happened']}, and was received at {told['received']}.")
    results.print(_OUTCOMES[str(told["outcome"])])
    if told.get("reason"):
        services = {one.name: one.event_service for one in settings.workspaces}
        with speaking_of(services.get(str(told["workspace"]))):
            results.print(clean(f"Why: {letter_sentence(str(told['reason']), str(told['field']))}."), markup=False)
    elif told.get("held_because"):
        results.print(clean(f"All of its name waits: {told['held_because']}."), markup=False)


def _find(connection: Connection, settings: Settings, workspace: str | None, event_id: str) -> dict[str, Any] | None:
    beginning = key_of_ulid(event_id)
    candidates = [] if beginning is None else [key_beginning_with(connection, beginning)]
    names = [one.name for one in settings.workspaces if workspace in (None, one.name)]
    for one in settings.workspaces:
        # A key is made of the name that the app sends, which may be another one than the manifest's.
        sent_as = {*known_names(connection, one.name), *unmoved_names(connection, one.name), *_renamed(one)}
        candidates += [event_key(one.name, event, {"$insert_id": event_id}, "", 0) for event in sent_as]
    for key in candidates:
        found = None if key is None else known_of(connection, key)
        if key is not None and found is not None and found["workspace"] in names:
            return {**found, "ulid": ulid_of(key, int(float(str(found["event_time"]))))}
    return None


def _renamed(of: WorkspaceSettings) -> set[str]:
    try:
        renames = () if of.manifest_path is None else read_manifest(of.manifest_path).renames
    except ManifestError:
        return set()
    return {name.strip() for one in renames for name in (one.old, one.new)}


def _told(found: dict[str, Any]) -> dict[str, Any]:
    told = {name: found[name] for name in ("workspace", "event", "ulid", "outcome")}
    told |= {"happened": _instant(found["event_time"]), "received": _instant(found["received"])}
    told |= {name: found[name] for name in ("held_because", "reason", "field") if name in found}
    if "last_try" in found:
        told["last_try"] = _instant(found["last_try"])
    return told


def _instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
