"""`campaign-health route`: who missed a campaign's message, and a way to reach them."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from campaign_health.cli.judge import check_workspace
from campaign_health.cli.terminal.console import notes, print_json, results
from campaign_health.cli.terminal.day_option import DAY
from campaign_health.cli.terminal.recovery_view import print_recovery, recovery_as_json, so_far, write_people
from campaign_health.cli.terminal.status_view import clean, print_rendered
from campaign_health.errors import CouldNotStart
from campaign_health.manifest.manifest_reading import read_manifest
from campaign_health.process.clock import local_day, read_clock
from campaign_health.route.recovery.looking import Sources, look
from campaign_health.route.recovery.recovery_plan import RecoveryPlan, plan_for
from campaign_health.route.recovery.segment_way import fill_segment
from campaign_health.route.recovery.track_client import track_client
from campaign_health.settings import Settings, WorkspaceSettings, load_settings
from campaign_health.settings.clients import customerio_client, mixpanel_client
from campaign_health.state.campaign_view import renamed
from campaign_health.state.find_campaign import find_campaign
from campaign_health.state.incident import Incident, incidents_of
from campaign_health.words.numbers import plural
from storage.connection import Connection
from storage.file.database import open_published
from storage.file.zones import stored_zone
from storage.outbox.recovery_ledger import RecoveryLedger
from storage.outbox.route_file import PersonHash, open_route_file
from storage.read.decisions_made import decisions_in_force
from storage.read.judged import campaign_plans, manifest_renames


@click.group(name="route")
def command() -> None:
    """Make good what a broken campaign did not send.

    Everything else of this program only reads. What stands here can write to Customer.io, with a key and a file of
    its own; it does so only where it is told to with `--send`.
    """


@command.command(name="recover")
@click.argument("campaign")
@click.option("--since", type=DAY, help="First day; without it, the newest incident's.")
@click.option("--until", type=DAY, help="Last day; without it, the newest incident's.")
@click.option("--workspace", help="Only this workspace.")
@click.option("--send", is_flag=True, help="Put them into a segment of Customer.io, once you typed their number back.")
@click.option("--people", type=int, help="That number, where nobody is there to type it.")
@click.option("--write", "file", type=click.Path(path_type=Path, dir_okay=False), help="A CSV file of who missed it.")
@click.option("--by", help="Who does it, for the record; without it, the name that this machine knows you by.")
@click.option("--json", "as_json", is_flag=True, help="Write the numbers as JSON.")
def recover(
    campaign: str,
    since: datetime | None,
    until: datetime | None,
    workspace: str | None,
    send: bool,
    people: int | None,
    file: Path | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Say who missed CAMPAIGN's message, and who of them can still be reached.

    Who should have got it is read from Mixpanel's raw export, who did from Customer.io. Only numbers are shown; people
    are written to the file that `--write` names, for its owner alone. With `--send` those who can be reached are put
    into a manual segment of Customer.io, which sends nothing by itself: what becomes of it is the marketer's to
    decide. A second run puts nobody into it again.
    """
    settings = load_settings(os.environ, Path.cwd())
    check_workspace(settings, workspace)
    now = read_clock(os.environ)
    with open_published(settings.data_dir) as connection:
        name, campaign_id, title = find_campaign(connection, workspace, campaign, settings.configured)
        check_workspace(settings, name)
        of = next(one for one in settings.workspaces if one.name == name)
        plan = _plan(connection, of, campaign_id, title, (since, until), now)
    with _services(settings, of, now) as sources, open_route_file(settings.data_dir) as route_file:
        ledger = RecoveryLedger(route_file, PersonHash(settings.data_dir), name, campaign_id)
        with notes.status("Looking who missed it") as status:
            found = look(plan, sources, ledger, lambda done, total, what: status.update(so_far(done, total, what)))
        if file is not None:
            write_people(file, found)
        filled = None
        if send and found.missed.reachable:
            if not as_json:
                print_rendered(lambda console: print_recovery(console, plan, found))
            track = track_client(of.route)
            _ask_number(len(found.missed.reachable), people)
            with notes.status("Filling the segment"):
                filled = fill_segment(
                    plan, found.missed.reachable, by or _user(), sources.by, sources.customerio, track, ledger,
                    sources.now,
                )  # fmt: skip
    if as_json:
        print_json(recovery_as_json(plan, found, filled))
        return
    if filled is None:
        print_rendered(lambda console: print_recovery(console, plan, found))
        if found.missed.reachable:
            results.print("Nothing was written. `--send` puts them into a segment of Customer.io.", markup=False)
        return
    results.print(
        f"{plural(filled.added, 'person', 'people')} put into the segment {clean(filled.name)!r} "
        f"({filled.segment_id}) in Customer.io. Nothing is sent to them by that.",
        markup=False,
    )
    if filled.not_in_it:
        results.print(
            f"{plural(filled.not_in_it, 'of them is', 'of them are')} not in it when it is read back: Customer.io "
            "takes a moment, or passed over people it does not have. Look at the segment's number there.",
            markup=False,
        )


def _plan(
    connection: Connection,
    of: WorkspaceSettings,
    campaign_id: int,
    title: str,
    asked: tuple[datetime | None, datetime | None],
    now: datetime,
) -> RecoveryPlan:
    zone = stored_zone(connection, of.name)
    if zone is None:
        raise CouldNotStart(
            "Nothing was collected yet.", "Run `campaign-health collect`, then `campaign-health judge`."
        )
    event = next(
        (row["event"] for row in campaign_plans(connection, of.name) if row["campaign_id"] == campaign_id), None
    )
    if event is None:
        raise CouldNotStart(
            f"{title!r} hangs on no event that is known, so nobody can say who should have got it.",
            "Name its event in the manifest, or have it watched against one on its page.",
        )
    incidents = [one for one in incidents_of(connection, of.name, campaign_id) if one.status != "withdrawn"]
    since, until = (None if one is None else one.date() for one in asked)
    if since is None and not incidents:
        raise CouldNotStart(f"{title!r} has had no incident.", "Name the days: --since 2026-11-12 --until 2026-11-19.")
    first = since or incidents[0].opened_on
    last = until or (incidents[0].last_day if since is None else local_day(now, zone))
    if last < first:
        raise CouldNotStart("The last day is before the first.", "Give --until a later day.")
    renames = [
        (one.event, one.new_event)
        for one in decisions_in_force(connection, of.name)
        if one.kind == "confirm_rename" and one.event and one.new_event
    ] + [(row["old_event"], row["new_event"]) for row in manifest_renames(connection, of.name)]
    _hint_of_rename(incidents[:1], renames)
    manifest = None if of.manifest_path is None else read_manifest(of.manifest_path)
    entry = None if manifest is None else manifest.campaign(campaign_id, title)
    return plan_for(entry, of.name, campaign_id, title, event, renames, (first, last), zone)


def _hint_of_rename(incidents: Sequence[Incident], renames: Sequence[tuple[str, str]]) -> None:
    pair = renamed(incidents[0].headline_cause) if incidents else None
    if pair is not None and pair not in renames:
        raise CouldNotStart(
            f"Its event was probably renamed from {pair[0]} to {pair[1]}, and nobody has confirmed that.",
            "Confirm it on the campaign's page, or with `campaign-health decide … renamed --by YOU`: events of both "
            "names are read then.",
        )


@contextmanager
def _services(settings: Settings, of: WorkspaceSettings, now: datetime) -> Iterator[Sources]:
    if of.mixpanel is None or of.customerio is None:
        lacking = "Mixpanel" if of.mixpanel is None else "Customer.io"
        raise CouldNotStart(f"There are no keys for {lacking}.", "`campaign-health doctor` says which are needed.")
    mixpanel = mixpanel_client(of.mixpanel, settings.http)
    customerio = customerio_client(of.customerio, settings.http)
    try:
        yield Sources(mixpanel, customerio, of.route.person, now)
    finally:
        mixpanel.close()
        customerio.close()


def _ask_number(number: int, given: int | None) -> None:
    typed = given
    if typed is None:
        typed = click.prompt(f"Type the number of people to put into the segment ({number})", type=int, err=True)
    if typed != number:
        raise CouldNotStart(f"{typed} is not {number}, the number of people. Nothing was written.")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
