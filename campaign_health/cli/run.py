"""`campaign-health run`: the schedule, for ever."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import click

from campaign_health.cli.terminal.as_a_service import (
    HEALTH_ADDRESS,
    HEALTH_PORT,
    LOG_FORMAT,
    METRICS_FILE,
    service_settings,
)
from campaign_health.cli.terminal.console import notes
from campaign_health.demo.marker import refuse_demo_directory
from campaign_health.health.health_server import health_served
from campaign_health.logs.log_setup import hide_in_log_lines, writes_log_lines
from campaign_health.process.run_lock import SCHEDULE, only_one
from campaign_health.process.stopping import Stopped, StopSignals
from campaign_health.schedule.round_words import Line
from campaign_health.schedule.scheduler import Schedule
from campaign_health.schedule.seen_from_outside import SeenFromOutside
from campaign_health.schedule.settings_watch import workable
from campaign_health.settings import Settings, load_settings

_log = logging.getLogger(__name__)
# Each piece of work is done by a program of its own, in this Python.
WORKER = (sys.executable, "-m", "campaign_health.cli.work")
WORKSPACES = click.option(
    "--workspace", "workspaces", multiple=True, help="Only this workspace; may be given more than once."
)


@click.command(name="run")
@WORKSPACES
@LOG_FORMAT
@HEALTH_PORT
@HEALTH_ADDRESS
@METRICS_FILE
def command(workspaces: tuple[str, ...]) -> None:
    """Collect, judge and send on schedule, for ever.

    Each workspace is collected at its local time (CAMPAIGN_HEALTH_COLLECT_AT), refreshed during the day, and its
    digest is sent when it is due. Workspaces are collected side by side, each in a process of its own, and published
    together; what was missed is caught up once. Changed settings hold from the next minute on. Ctrl-C or SIGTERM ends
    it cleanly at any moment. A second scheduler on the same data directory is refused.

    How it is, is answered at http://127.0.0.1:8502/healthz and /metrics.
    """
    settings = service_settings(on_a_terminal=True)
    directory = Path.cwd()

    def read() -> Settings:
        settings = load_settings(os.environ, directory)
        hide_in_log_lines(settings.secrets())
        return settings

    data_dir, service = settings.data_dir, settings.service
    refuse_demo_directory(data_dir)
    outside = SeenFromOutside(workable(settings, workspaces), os.environ)
    # The signals come first: one that arrives while the lock is being taken must not leave it behind.
    try:
        with (
            StopSignals() as signals,
            only_one(data_dir, SCHEDULE),
            health_served(service.health_address, service.health_port, outside.health),
        ):
            Schedule(read, WORKER, note, os.environ, workspaces, outside).run_for_ever(signals)
    except Stopped:
        note("Stopped. What was complete is stored and published.")
        sys.stdout.flush()
        os._exit(0)


def note(text: str) -> None:
    """Writes a line to standard error: a log line, or for a person where this process writes no such."""
    line = text if isinstance(text, Line) else Line(text)
    if not writes_log_lines():
        notes.print(line, style="yellow" if line.is_trouble else None, markup=False)
        return
    level = logging.WARNING if line.is_trouble else logging.INFO
    more = {} if line.workspace is None else {"workspace": line.workspace}
    _log.log(level, "%s", line, extra=more, exc_info=line.failure)
