"""`campaign-health route recover`: who missed a campaign's message, and a way to reach them."""

from __future__ import annotations

import getpass
import os
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path

import click

from campaign_health.cli.judge import check_workspace
from campaign_health.cli.of_route.asked_campaign import asked_campaign, plan_of_incident, services
from campaign_health.cli.terminal.console import notes, print_json, results
from campaign_health.cli.terminal.day_option import DAY
from campaign_health.cli.terminal.recovery_view import print_recovery, recovery_as_json, so_far, write_people
from campaign_health.cli.terminal.status_view import clean, print_rendered
from campaign_health.decisions.record_decision import change_warehouse
from campaign_health.errors import CouldNotStart
from campaign_health.process.clock import read_clock
from campaign_health.process.collect_lock import workspace_part
from campaign_health.process.run_lock import RECOVERING, only_one
from campaign_health.route.numbers_file import note_recovery
from campaign_health.route.recovery.looking import Found, look
from campaign_health.route.recovery.recovery_plan import RecoveryPlan
from campaign_health.route.recovery.segment_way import fill_segment, segment_name
from campaign_health.route.recovery.track_client import track_client
from campaign_health.settings import Settings, load_settings
from campaign_health.words.numbers import plural
from collectors.route import read_recoveries
from storage.file.database import Warehouse, open_published
from storage.outbox.recovery_ledger import RecoveryLedger
from storage.outbox.route_file import PersonHash, open_route_file
from storage.save import save_recoveries

WAIT_SECONDS = 60.0


@click.command(name="recover")
@click.argument("campaign")
@click.option("--since", type=DAY, help="First day; without it, the newest incident's.")
@click.option("--until", type=DAY, help="Last day; without it, the newest incident's.")
@click.option("--workspace", help="Only this workspace.")
@click.option("--send", is_flag=True, help="Put them into a segment of Customer.io, once you typed their number back.")
@click.option("--people", type=int, help="That number, where nobody is there to type it.")
@click.option("--write", "file", type=click.Path(path_type=Path, dir_okay=False), help="A CSV file of who missed it.")
@click.option("--by", help="Who does it, for the record; without it, the name that this machine knows you by.")
@click.option("--json", "as_json", is_flag=True, help="Write the numbers as JSON.")
def command(
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
        of, campaign_id, title = asked_campaign(connection, settings, workspace, campaign)
        plan = plan_of_incident(connection, of, campaign_id, title, (since, until), now)
    # Two at once would not know of each other whom they reach.
    alone = only_one(settings.data_dir, f"{RECOVERING}.{workspace_part(of.name)}", of.name) if send else nullcontext()
    with alone, services(settings, of, now) as sources, open_route_file(settings.data_dir) as route_file:
        ledger = RecoveryLedger(route_file, PersonHash(settings.data_dir), of.name, campaign_id)
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
        _note(settings, plan, found, ledger, now, is_filled=filled is not None)
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


def _note(
    settings: Settings, plan: RecoveryPlan, found: Found, ledger: RecoveryLedger, now: datetime, *, is_filled: bool
) -> None:
    """Leave the numbers for the monitor, and publish them at once: the campaign's page tells of them."""
    done = [one for one in ledger.recoveries() if (one.since, one.until) == (plan.since, plan.until) and one.people]
    put = sum(one.people for one in done)
    newest = done[-1] if done else None
    # One that went on with an earlier one's segment is in the segment of that one's days.
    named = next((one for one in ledger.recoveries() if newest and one.segment_id == newest.segment_id), None)
    row = {
        "campaign_id": plan.campaign_id,
        "since": plan.since.isoformat(),
        "until": plan.until.isoformat(),
        "looked_at": now.isoformat(),
        "should_have": len(found.should.people),
        "reached": len(found.missed.reached),
        "missed": found.missed.missed,
        "can_be_reached": 0 if is_filled else len(found.missed.reachable),
        "put_into_segment": put,
        "segment_id": newest.segment_id if newest else None,
        "segment": segment_name(plan.campaign, named.since, named.until) if named else None,
        "put_by": newest.by_whom if newest else None,
        "put_at": newest.begun_at.isoformat() if newest else None,
    }
    note_recovery(settings.data_dir, plan.workspace, row)
    rows = read_recoveries(settings.data_dir, plan.workspace)
    change_warehouse(
        Warehouse(settings.data_dir), lambda connection: save_recoveries(connection, plan.workspace, rows), WAIT_SECONDS
    )


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
