"""`campaign-health route try`: asks a test workspace what Customer.io's documentation leaves open."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path

import click

from campaign_health.cli.of_route.only_workspace import only_workspace
from campaign_health.cli.terminal.console import notes, print_json, results
from campaign_health.cli.terminal.status_view import clean
from campaign_health.cli.terminal.workspace_named import check_workspace
from campaign_health.errors import CouldNotStart
from campaign_health.route.route_place import route_place
from campaign_health.route.track_client import track_client
from campaign_health.route.trying.asking import observe, send
from campaign_health.route.trying.trial import Answer, Step, Trial, answers, new_run, remembered
from campaign_health.settings import Settings, WorkspaceSettings, load_settings
from campaign_health.settings.clients import customerio_client
from storage.outbox.report_log import channels_reported
from storage.outbox.route_file import open_route_file

EXAMPLE = "you@example.com"
_RUN = re.compile(r"[0-9a-f]{8,9}-[0-9a-f]{6}", re.ASCII)


@click.command(name="try")
@click.option("--event", default="campaign_health_try", show_default=True, help="The event's name in Customer.io.")
@click.option("--address", metavar="EMAIL", help="A mailbox of yours; the test people have addresses in it (you+…@).")
@click.option("--campaign", type=click.IntRange(1), metavar="ID", help="A running campaign that this event triggers.")
@click.option(
    "--repeat", metavar="RUN", help="Send an earlier trial's first event once more, to see if its id is known."
)
@click.option("--wait", type=click.FloatRange(1, 3600), default=120.0, show_default=True, help="Seconds, at most.")
@click.option("--send", "is_sent", is_flag=True, help="Really send it; without, it is only shown.")
@click.option("--workspace", help="The workspace, where there are several.")
@click.option("--json", "as_json", is_flag=True, help="Write it as JSON.")
def command(
    event: str,
    address: str | None,
    campaign: int | None,
    repeat: str | None,
    wait: float,
    is_sent: bool,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Ask a test workspace what Customer.io's documentation leaves open, and print the answers.

    Whether it shows the ids that we give events, for how long it knows them, whether a request of many operations is
    applied in order, which reports are signed, and how soon a message follows. For all of it, make a campaign there
    that this event triggers, and name it with --campaign.

    Without --send it only shows what it would send. With it, two people are made, who stay: delete them afterwards.

    Exit code: 0 done; 1 Customer.io did not take or tell it; 2 it could not start.
    """
    settings = load_settings(os.environ, Path.cwd())
    check_workspace(settings, workspace)
    of = only_workspace(settings.workspaces, workspace)
    if is_sent and (address is None or "@" not in address):
        raise CouldNotStart("The test people need addresses.", "Name a mailbox of yours with --address.")
    if repeat is not None and not _RUN.fullmatch(repeat):
        raise CouldNotStart(f"{repeat!r} is no trial's name.", "Take the one that the trial printed.")
    trial = Trial(repeat or new_run(time.time()), event, of.route.person, address or EXAMPLE)
    steps = trial.repetition() if repeat else trial.steps()
    if not is_sent:
        _show_steps(steps, as_json)
        return
    found = _tried(settings, of, trial, steps, campaign, wait, is_repetition=repeat is not None)
    people = [trial.person(1)] if repeat else [trial.person(1), trial.person(2)]
    if as_json:
        print_json({"run": trial.run, "people": people, "answers": [asdict(one) for one in found]})
        return
    for one in found:
        results.print(clean(f"{one.said:8} {one.question} ({one.because})"), markup=False)
    results.print(clean(f"Trial {trial.run}. Delete in Customer.io: {', '.join(people)}"), markup=False)


def _tried(
    settings: Settings,
    of: WorkspaceSettings,
    trial: Trial,
    steps: list[Step],
    campaign: int | None,
    wait: float,
    *,
    is_repetition: bool,
) -> list[Answer]:
    if of.customerio is None:
        raise CouldNotStart("What became of it cannot be looked at.", "Set CUSTOMERIO_APP_API_KEY.")
    with ExitStack() as open_ones:
        track = open_ones.enter_context(closing(track_client(of.route)))
        app = open_ones.enter_context(closing(customerio_client(of.customerio, settings.http)))
        connection = open_ones.enter_context(open_route_file(route_place(settings)))
        send(track, steps[:2])
        accepted_at = time.time()
        send(track, steps[2:])
        with notes.status("Looking …"):
            seen = observe(
                app, trial, campaign, accepted_at, lambda: channels_reported(connection, of.name), wait,
                is_repetition=is_repetition,
            )  # fmt: skip
    return [remembered(trial, seen, time.time())] if is_repetition else answers(trial, seen)


def _show_steps(steps: list[Step], as_json: bool) -> None:
    if as_json:
        print_json({"would_send": [asdict(one) for one in steps]})
        return
    for step in steps:
        results.print(clean(f"POST {step.path}  ({step.purpose})"), markup=False)
        results.print(clean(json.dumps(step.body, indent=2)), markup=False)
    sys.stdout.flush()
    results.print("Nothing was sent. --send sends it; best to a workspace for tests.")
