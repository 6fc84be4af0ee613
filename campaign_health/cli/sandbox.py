"""`campaign-health sandbox`: the stand-in services on this machine."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import threading
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from campaign_health.cli.terminal.console import notes, print_json
from campaign_health.cli.terminal.day_option import DAY
from campaign_health.demo.world.stories import SEED, TIME_ZONE, demo_world
from campaign_health.errors import CampaignHealthError, SettingsError
from campaign_health.process.clock import NOW_SETTING, local_day, read_clock
from campaign_health.sandbox.fault_text import EXAMPLE, fault_from_text
from campaign_health.sandbox.faults import KINDS
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from campaign_health.sandbox.slack.slack_service import SlackSandbox, running_slack
from campaign_health.sandbox.stripe.stripe_service import running_stripe
from campaign_health.sandbox.world.csv_world import csv_world
from campaign_health.sandbox.world.world import World
from campaign_health.words.visible import visible_lines

# A demo left running on the real clock goes on for so many days.
_DAYS_AHEAD = 90
SECONDS_BETWEEN_LOOKS = 0.5
_FAULTS = f"Kinds: {', '.join(KINDS)}."


@click.command(epilog=_FAULTS)
@click.option(
    "--world",
    "source",
    default="demo",
    show_default=True,
    metavar="demo|FILE.csv",
    help="What happened: the demo's stories, or daily series from a CSV file with pair_id,date,events,sends.",
)
@click.option("--port", default=8790, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free port.")
@click.option(
    "--time-zone", help=f"IANA name of the project's zone.  [default: {TIME_ZONE} for the demo, UTC for a CSV]"
)
@click.option(
    "--today",
    type=DAY,
    help="The day the services believe it is, at 09:00.  [default: the real one; for a CSV the day after its last]",
)
@click.option("--seed", default=SEED, show_default=True, help="Draws another demo world.")
@click.option(
    "--fault", "faults", multiple=True, metavar="KIND[,FIELD=VALUE...]", help=f"What goes wrong, such as {EXAMPLE}."
)
@click.option(
    "--events-from",
    type=click.Choice(["mixpanel", "amplitude"]),
    default="mixpanel",
    show_default=True,
    help="Which service the events are asked of.",
)
@click.option("--no-limits", is_flag=True, help="Switch the services' rate limits off.")
@click.option("--slack", "with_slack", is_flag=True, help="Stand in for Slack, too, and show what it is sent.")
@click.option(
    "--stripe", "with_stripe", is_flag=True, help="Stand in for Stripe, too: of four people three are customers."
)
@click.option("--json", "as_json", is_flag=True, help="Print the variables as JSON.")
def command(
    source: str,
    port: int,
    time_zone: str | None,
    today: datetime | None,
    seed: int,
    faults: tuple[str, ...],
    events_from: str,
    no_limits: bool,
    with_slack: bool,
    with_stripe: bool,
    as_json: bool,
) -> None:
    """Run stand-ins for Mixpanel or Amplitude, and Customer.io (and Slack, and Stripe) on this machine until Ctrl-C.

    Prints the environment variables that point campaign-health at them. Nothing leaves this machine.
    """
    world, live = _world(source, time_zone, today, seed)
    armed = [fault_from_text(text) for text in faults]
    limits = Limits.unlimited() if no_limits else Limits()
    # Whoever reads the variables may end it the moment they are there.
    ended = _told_to_end()
    with ExitStack() as running:
        sandbox = running.enter_context(
            running_sandbox(
                world,
                faults=armed,
                limits=limits,
                port=port,
                live=live,
                events_from="Amplitude" if events_from == "amplitude" else "Mixpanel",
            )
        )
        slack = running.enter_context(running_slack()) if with_slack else None
        stripe = running.enter_context(running_stripe(has_people=True)).environment if with_stripe else {}
        variables = {**sandbox.environment, **({"SLACK_WEBHOOK_URL": slack.webhook_url} if slack else {}), **stripe}
        if as_json:
            print_json(variables)
        else:
            for name, value in variables.items():
                click.echo(f"export {name}={shlex.quote(value)}")
        # Whoever started this reads the variables through a pipe and waits for them.
        sys.stdout.flush()
        notes.print(
            f"Serving {len(world.events)} events and {len(world.campaigns)} campaigns, {world.first_day} to "
            f"{min(world.last_day, world.today(sandbox.now))} ({world.time_zone}), on http://127.0.0.1:{sandbox.port}. "
            "Ctrl-C ends it."
        )
        _show_messages(slack, ended)
        notes.print(f"{sandbox.count()} requests answered.")


def _show_messages(slack: SlackSandbox | None, ended: threading.Event) -> None:
    """Writes what Slack is sent to standard error, until it is told to end."""
    shown = 0
    while not ended.wait(None if slack is None else SECONDS_BETWEEN_LOOKS):
        for message in slack.messages[shown:] if slack is not None else ():
            shown += 1
            notes.print(f"Slack gets: {visible_lines(str(message.payload.get('text', '')))}", markup=False)


def _world(source: str, time_zone: str | None, today: datetime | None, seed: int) -> tuple[World, bool]:
    """The world, its clock set, and whether that clock follows the real one."""
    name = time_zone or (TIME_ZONE if source == "demo" else "UTC")
    try:
        zone = ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise SettingsError(f"There is no time zone {name!r}.", "Use an IANA name such as Europe/Berlin.") from None
    set_by_hand = bool(today or os.environ.get(NOW_SETTING, "").strip())
    now = today.replace(hour=9, tzinfo=zone) if today else read_clock(os.environ)
    if source == "demo":
        world = demo_world(local_day(now, zone), name, seed, future_days=0 if set_by_hand else _DAYS_AHEAD)
        world.now = now
        return world, not set_by_hand
    try:
        return csv_world(Path(source), name, now if set_by_hand else None), False
    except OSError as problem:
        raise CampaignHealthError(
            f"The world {source!r} cannot be read: {problem.strerror}.", "Give 'demo' or the path of a CSV file."
        ) from problem


def _told_to_end() -> threading.Event:
    """An event that Ctrl-C or a request to end sets from now on."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    return ended
