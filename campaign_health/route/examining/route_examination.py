"""The whole examination of the route, in the order in which things must be mended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import datetime

from campaign_health.health.finding import Finding, wrong
from campaign_health.manifest.problems import ManifestError
from campaign_health.route.examining.ages_on_receipt import examine_sources
from campaign_health.route.examining.letter_shares import examine_letters
from campaign_health.route.examining.not_done import examine_not_done
from campaign_health.route.examining.people_kinds import examine_people
from campaign_health.route.examining.route_files import examine_route_files
from campaign_health.route.examining.second_senders import examine_senders
from campaign_health.route.examining.stripe_key import examine_stripe
from campaign_health.route.examining.track_keys import examine_keys, examine_track
from campaign_health.route.manifest_contract import read_contract
from campaign_health.route.route_place import route_place
from campaign_health.settings import Settings, WorkspaceSettings
from campaign_health.settings.clients import customerio_client
from collectors.errors import CollectorError
from storage.errors import StorageError
from storage.outbox.route_file import Connection, reading_route
from storage.outbox.route_modes import modes


def examine_route(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Every finding on the route; none where it was never set up."""
    takes_events = any(one.route.tokens for one in settings.workspaces)
    yield from examine_route_files(settings.data_dir, is_expected=takes_events)
    with ExitStack() as reading:
        connection = None
        with suppress(StorageError):  # the finding on the file says it
            connection = reading.enter_context(reading_route(route_place(settings)))
        for one in settings.workspaces:
            known = {} if connection is None else modes(connection, one.name)
            moved = {event: mode for event, mode in known.items() if mode != "off"}
            if moved or one.route.tokens:
                yield from _of(one.name, examine_keys(one))
            yield from _of(one.name, examine_track(one, settings.http.is_replay))
            yield from _of(one.name, examine_stripe(one.route, now.timestamp()))
            if connection is not None:
                yield from _of(one.name, _events(settings, one, connection, moved, now.timestamp()))


def _events(
    settings: Settings, of: WorkspaceSettings, connection: Connection, moved: Mapping[str, str], now: float
) -> Iterator[Finding]:
    yield from examine_letters(connection, of.name, now)
    if not moved or of.manifest_path is None:
        return
    try:
        contract = read_contract(of.manifest_path, person_by=of.route.person)
    except ManifestError:
        return  # the finding on the manifest says it
    for event in sorted(moved.keys() - contract.events.keys()):
        yield wrong(
            f"Event {event}",
            f"It is {moved[event]}, and the manifest does not move it.",
            f"Give it a `route`, or say `campaign-health route mode '{event}' off`.",
        )
    yield from examine_sources(connection, of, moved, now)
    if of.customerio is None:
        return
    client = customerio_client(of.customerio, settings.http, sleep=lambda _: None)
    try:
        yield from examine_people(client, of.route.person)
        live = {event: contract.events[event] for event in contract.events if moved.get(event) == "live"}
        yield from examine_senders(client, connection, of.name, live, now)
        if live:
            yield from examine_not_done(client, now)
    except CollectorError as failure:
        yield wrong("Route", failure.message, failure.cure)
    finally:
        client.close()


def _of(workspace: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    for finding in findings:
        yield replace(finding, workspace=workspace)
