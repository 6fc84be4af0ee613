"""`campaign-health run`: the schedule, for ever."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path

import click

from campaign_health.cli.terminal.console import notes
from campaign_health.demo.marker import refuse_demo_directory
from campaign_health.process.run_lock import SCHEDULE, only_one
from campaign_health.process.stopping import Stopped, StopSignals
from campaign_health.schedule.scheduler import Schedule
from campaign_health.settings import Settings, load_settings

# Each piece of work is done by a program of its own, in this Python.
WORKER = (sys.executable, "-m", "campaign_health.cli.work")
WORKSPACES = click.option(
    "--workspace", "workspaces", multiple=True, help="Only this workspace; may be given more than once."
)


@click.command(name="run")
@WORKSPACES
def command(workspaces: tuple[str, ...]) -> None:
    """Collect, judge and send on schedule, for ever.

    Each workspace is collected at its local time (CAMPAIGN_HEALTH_COLLECT_AT), refreshed during the day, and its
    digest is sent when it is due. Workspaces are collected side by side, each in a process of its own, and published
    together; what was missed is caught up once. Changed settings hold from the next minute on. Ctrl-C or SIGTERM ends
    it cleanly at any moment. A second scheduler on the same data directory is refused.
    """
    directory = Path.cwd()

    def read() -> Settings:
        return load_settings(os.environ, directory)

    data_dir = read().data_dir
    refuse_demo_directory(data_dir)
    # The signals come first: one that arrives while the lock is being taken must not leave it behind.
    try:
        with StopSignals() as signals, only_one(data_dir, SCHEDULE):
            Schedule(read, WORKER, note, os.environ, workspaces).run_for_ever(signals)
    except Stopped:
        note("Stopped. What was complete is stored and published.")
        sys.stdout.flush()
        os._exit(0)


def note(text: str) -> None:
    """Writes a line to standard error, with the time."""
    # The clock on the wall, not the product's: these lines are read beside other programs' logs.
    stamp = datetime.now().astimezone().isoformat(timespec="seconds")
    notes.print(f"{stamp} {text}", markup=False)
