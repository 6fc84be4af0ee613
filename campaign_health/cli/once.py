"""`campaign-health once`: one round, for cron and Kubernetes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from campaign_health.cli.run import WORKER, WORKSPACES, note
from campaign_health.demo.marker import refuse_demo_directory
from campaign_health.process.stopping import Stopped, StopSignals
from campaign_health.schedule.one_round import run_once
from campaign_health.schedule.settings_watch import workable
from campaign_health.settings import load_settings


@click.command(name="once")
@WORKSPACES
def command(workspaces: tuple[str, ...]) -> None:
    """Do one round and end: collect, judge, publish, and send what is due. For cron and Kubernetes.

    Workspaces are collected side by side (CAMPAIGN_HEALTH_WORKSPACES_AT_ONCE), published together, and none is held
    by another. Nothing is sent twice, however often it is run.

    Exit code: 0 all collected, judged, published and sent; 1 something failed (what was whole is stored and told);
    2 could not start, as when another run is in progress; 130 or 143 stopped by a signal.
    """
    settings = workable(load_settings(os.environ, Path.cwd()), workspaces)
    refuse_demo_directory(settings.data_dir)
    try:
        with StopSignals() as signals:
            code = run_once(settings, WORKER, note, signals).exit_code()
    except Stopped as stopped:
        note("Stopped. What was complete is stored and published.")
        code = stopped.exit_code
    sys.exit(code)
