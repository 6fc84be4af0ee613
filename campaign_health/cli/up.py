"""`campaign-health up`: schedule and dashboard together."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import click

from campaign_health.cli.dashboard import ADDRESS, ANYONE, PORT
from campaign_health.cli.run import WORKSPACES
from campaign_health.cli.terminal.console import notes
from campaign_health.dashboard.streamlit_server import streamlit_arguments
from campaign_health.process.stopping import Stopped, StopSignals
from campaign_health.settings import load_settings

# The schedule ends its work, and publishes what was stored.
SECONDS_TO_END = 60.0
SECONDS_BETWEEN_LOOKS = 0.2


@click.command(name="up")
@PORT
@ADDRESS
@ANYONE
@WORKSPACES
def command(port: int, address: str, allow_anyone: bool, workspaces: tuple[str, ...]) -> None:
    """Run the schedule and the dashboard together; when one ends, so does the other.

    Exit code 2 where others reach the address and would not be asked to sign in.
    """
    settings = load_settings(os.environ, Path.cwd())
    dashboard = streamlit_arguments(
        port, address, settings.sign_in, open_browser=sys.stdout.isatty(), allow_anyone=allow_anyone
    )
    schedule = [sys.executable, "-m", "campaign_health", "run"]
    schedule += [part for name in workspaces for part in ("--workspace", name)]
    with StopSignals():
        started: dict[str, subprocess.Popen[bytes]] = {}
        try:
            for name, arguments in (("schedule", schedule), ("dashboard", dashboard)):
                started[name] = subprocess.Popen(arguments)  # noqa: S603
            notes.print(f"Dashboard: http://{address}:{port}", markup=False)
            code = _first_to_end(started)
        except Stopped:
            code = 0
        finally:
            _end(started)
    sys.exit(code)


def _first_to_end(started: dict[str, subprocess.Popen[bytes]]) -> int:
    while True:
        for name, process in started.items():
            code = process.poll()
            if code is not None:
                notes.print(f"The {name} ended (exit code {code}); the other is being ended too.", markup=False)
                return code if code > 0 else 1
        time.sleep(SECONDS_BETWEEN_LOOKS)


def _end(started: dict[str, subprocess.Popen[bytes]]) -> None:
    for process in started.values():
        if process.poll() is None:
            process.terminate()
    for process in started.values():
        try:
            process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
