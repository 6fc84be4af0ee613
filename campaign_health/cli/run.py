"""`campaign-health run`: the schedule, for ever."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path

import click

from campaign_health.cli.terminal.collecting import CollectingDisplay
from campaign_health.cli.terminal.console import notes
from campaign_health.demo.marker import refuse_demo_directory
from campaign_health.process.run_lock import SCHEDULE, only_one
from campaign_health.process.stopping import Stopped, StopSignals
from campaign_health.schedule.scheduler import Schedule
from campaign_health.settings import load_settings


@click.command(name="run")
def command() -> None:
    """Collect, judge and send on schedule, for ever.

    Each workspace is collected at its local time (CAMPAIGN_HEALTH_COLLECT_AT), refreshed during the day, and its
    digest is sent when it is due. Runs never overlap; what was missed is caught up once. Ctrl-C or SIGTERM ends it
    cleanly at any moment. A second scheduler on the same data directory is refused.
    """
    settings = load_settings(os.environ, Path.cwd())
    refuse_demo_directory(settings.data_dir)
    # The signals come first: one that arrives while the lock is being taken must not leave it behind.
    try:
        with StopSignals() as signals, only_one(settings.data_dir, SCHEDULE), CollectingDisplay() as display:
            Schedule(settings, display, _note).run_for_ever(signals)
    except Stopped:
        _note("Stopped. What was complete is stored and published.")
        sys.stdout.flush()
        os._exit(0)


def _note(text: str) -> None:
    # The clock on the wall, not the product's: these lines are read beside other programs' logs.
    stamp = datetime.now().astimezone().isoformat(timespec="seconds")
    notes.print(f"{stamp} {text}", markup=False)
