"""`campaign-health route recover`: who missed a campaign's message, and a way to reach them."""

from __future__ import annotations

import getpass
import os
import sys
from contextlib import nullcontext
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import get_args

import click
from rich.status import Status

from campaign_health.cli.of_route.asked_campaign import asked_campaign, plan_of_incident, services
from campaign_health.cli.of_route.published_numbers import publish_numbers
from campaign_health.cli.of_route.recover_by import ask_number, choose, reach
from campaign_health.cli.of_route.recovery_view import (
    outcome_lines,
    print_recovery,
    recovery_as_json,
    so_far,
    way_lines,
    write_people,
)
from campaign_health.cli.terminal.console import notes, print_json, results
from campaign_health.cli.terminal.day_option import DAY
from campaign_health.cli.terminal.status_view import clean, print_rendered
from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.process.clock import read_clock
from campaign_health.process.collect_lock import workspace_part
from campaign_health.process.run_lock import RECOVERING, only_one
from campaign_health.route.numbers_file import note_recovery
from campaign_health.route.recovery.careful_sending import Pace, Sent, WayName
from campaign_health.route.recovery.chosen_way import Chosen
from campaign_health.route.recovery.looking import look
from campaign_health.route.recovery.recovery_note import recovery_note
from campaign_health.route.route_place import route_place
from campaign_health.settings import load_settings
from storage.file.database import open_published
from storage.outbox.recovery_ledger import RecoveryLedger
from storage.outbox.route_file import PersonHash, open_route_file

_MINUTE = 60.0


@click.command(name="recover")
@click.argument("campaign")
@click.option("--since", type=DAY, help="First day; without it, the newest incident's.")
@click.option("--until", type=DAY, help="Last day; without it, the newest incident's.")
@click.option("--workspace", help="Only this workspace.")
@click.option(
    "--way",
    type=click.Choice(get_args(WayName)),
    default="segment",
    show_default=True,
    help="A segment for the marketer; their own events of the last 71 hours again; or the manifest's broadcast.",
)
@click.option("--send", is_flag=True, help="Reach them by the way, once you typed their number back.")
@click.option("--people", type=int, help="That number, where nobody is there to type it.")
@click.option(
    "--canary-minutes",
    type=click.FloatRange(0.1, 120),
    default=10.0,
    show_default=True,
    help="How long the first ten are watched before the others are left alone.",
)
@click.option("--write", "file", type=click.Path(path_type=Path, dir_okay=False), help="A CSV file of who missed it.")
@click.option("--by", help="Who does it, for the record; without it, the name that this machine knows you by.")
@click.option("--json", "as_json", is_flag=True, help="Write the numbers as JSON.")
def command(
    campaign: str,
    since: datetime | None,
    until: datetime | None,
    workspace: str | None,
    way: WayName,
    send: bool,
    people: int | None,
    canary_minutes: float,
    file: Path | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Say who missed CAMPAIGN's message, and who of them can still be reached.

    Who should have got it is read from Mixpanel's raw export, who did from Customer.io. Only numbers are shown; people
    are written to the file that `--write` names, for its owner alone. With `--send` those who can be reached are put
    into a manual segment of Customer.io, which sends nothing by itself: what becomes of it is the marketer's to
    decide. The other two ways send: to ten people first, and to the others only once those got it. A second run reaches
    nobody again, whatever the way.
    """
    settings = load_settings(os.environ, Path.cwd())
    check_workspace(settings, workspace)
    now = read_clock(os.environ)
    with open_published(settings.data_dir) as connection:
        of, campaign_id, title = asked_campaign(connection, settings, workspace, campaign)
        plan = plan_of_incident(connection, of, campaign_id, title, (since, until), now)
    # Two at once would not know of each other whom they reach.
    alone = only_one(settings.data_dir, f"{RECOVERING}.{workspace_part(of.name)}", of.name) if send else nullcontext()
    with alone, services(settings, of, now) as sources, open_route_file(route_place(settings)) as route_file:
        ledger_of = partial(RecoveryLedger, route_file, PersonHash(route_place(settings)), of.name)
        ledger = ledger_of(campaign_id)
        with notes.status("Looking who missed it") as status:
            found = look(plan, sources, ledger, lambda done, total, what: status.update(so_far(done, total, what)))
            chosen = choose(way, plan, found, sources, of)
        if file is not None:
            write_people(file, found)
        if not as_json:
            print_rendered(lambda console: print_recovery(console, plan, found))
            _say(way_lines(chosen))
        outcome = None
        if send and chosen.people:
            with notes.status("Reaching them") as status:
                outcome = reach(
                    chosen, plan, by or _user(), sources, of, ledger_of,
                    Pace(canary_seconds=canary_minutes * _MINUTE),
                    lambda done, total, what: status.update(so_far(done, total, what)),
                    ask=lambda: _asked(status, chosen, people),
                )  # fmt: skip
        note = recovery_note(plan, found, ledger.recoveries(), outcome, now)
        note_recovery(settings.data_dir, of.name, note)
        publish_numbers(settings.data_dir, of.name)
    if as_json:
        print_json(recovery_as_json(plan, found, chosen, outcome))
    else:
        _say(outcome_lines(chosen, outcome))
    if isinstance(outcome, Sent) and (outcome.refused or outcome.stopped is not None):
        sys.exit(1)


def _say(lines: list[str]) -> None:
    for line in lines:
        results.print(clean(line), markup=False)


def _asked(status: Status, chosen: Chosen, people: int | None) -> None:
    # A spinner would write over what is typed.
    status.stop()
    ask_number(chosen, people)
    status.start()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
