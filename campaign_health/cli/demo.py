"""`campaign-health demo`: the product with a made-up world."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from campaign_health.cli.dashboard import ADDRESS, ANYONE, PORT
from campaign_health.cli.terminal.console import notes, results
from campaign_health.cli.terminal.status_view import print_overview
from campaign_health.dashboard.exposure import ALLOW_ANYONE, is_this_computer
from campaign_health.dashboard.streamlit_server import refuse_port_in_use, streamlit_arguments
from campaign_health.demo.prepare import MANIFEST_NAME, Demo, demo_process_environment, prepare_demo
from campaign_health.demo.world.manifest import CHANGED
from campaign_health.errors import CouldNotStart
from campaign_health.process.clock import read_clock
from campaign_health.process.stopping import Stopped, StopSignals
from campaign_health.state.overview import read_overview
from storage.file.database import open_published
from storage.records import CollectionRecord, Source


class _Silent:
    """The demo's runs are shown as one bar, not source by source."""

    def begin(self, workspace: str, source: Source) -> None:
        """Nothing to show."""

    def advance(self, done: int, total: int | None, what: str) -> None:
        """Nothing to show."""

    def end(self, record: CollectionRecord) -> None:
        """Nothing to show."""

    def note(self, text: str) -> None:
        """Nothing to show."""


@click.command(name="demo")
@PORT
@ADDRESS
@ANYONE
@click.option("--dashboard/--no-dashboard", default=True, help="Open the dashboard, or end after the overview.")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the demo's data; without it, a temporary one that is removed at the end.",
)
def command(port: int, address: str, allow_anyone: bool, dashboard: bool, data_dir: Path | None) -> None:
    """Show the product with a made-up world; no account is needed and nothing leaves this machine.

    Eighteen campaigns are watched for three weeks by the real collectors, against stand-ins of both services, and some
    events are carried to one of them. Then the overview is printed, with commands to try, and the dashboard opened.
    """
    if dashboard:
        refuse_port_in_use(port, address)
        # Before half a minute is spent on a world that may not be shown.
        if not (allow_anyone or is_this_computer(address)):
            raise CouldNotStart(
                f"The demo asks nobody to sign in, and anyone who reaches {address} could look in.",
                f"Listen on 127.0.0.1, or say {ALLOW_ANYONE}.",
            )
    code = 0
    room = (
        tempfile.TemporaryDirectory(prefix="campaign-health-demo-") if data_dir is None else nullcontext(str(data_dir))
    )
    try:
        with StopSignals() as signals, room as directory:
            demo = _prepare(Path(directory).resolve(), signals)
            with open_published(demo.settings.data_dir) as connection:
                overview = read_overview(connection, demo.now)
                print_overview(overview, {one.name: one.false_alarm_years for one in demo.settings.workspaces})
            if dashboard or data_dir is not None:
                results.print(_to_try(demo.directory), markup=False, soft_wrap=True)
            sys.stdout.flush()
            if dashboard:
                code = _show(demo, port, address, allow_anyone=allow_anyone)
    except Stopped as stopped:
        code = 0 if dashboard else stopped.exit_code
    sys.exit(code)


def _to_try(directory: Path) -> str:
    """Commands for another terminal that show what the page Delivery shows."""
    return "\n  ".join(
        (
            "\nThe page Delivery shows what is carried to Customer.io. In another terminal, the same is told by:",
            f"cd {shlex.quote(str(directory))}",
            f"export CAMPAIGN_HEALTH_DATA_DIR=. CAMPAIGN_HEALTH_MANIFEST={MANIFEST_NAME}",
            "campaign-health route status",
            "campaign-health route dead",
            f"campaign-health route release {CHANGED} --dry-run",
        )
    )


def _prepare(directory: Path, signals: StopSignals) -> Demo:
    bar = Progress(
        TextColumn("Watching the demo world"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[day]}"),
        TimeElapsedColumn(),
        console=notes,
        transient=True,
        disable=not notes.is_terminal,
    )
    if not notes.is_terminal:
        notes.print("Watching the demo world for three weeks; this takes half a minute.", markup=False)
    with bar:
        task = bar.add_task("", total=None, day="")
        return prepare_demo(
            directory,
            read_clock(os.environ),
            _Silent(),
            signals,
            lambda done, total, day: bar.update(task, completed=done, total=total, day=day),
        )


def _show(demo: Demo, port: int, address: str, *, allow_anyone: bool) -> int:
    arguments = streamlit_arguments(
        port, address, demo.settings.sign_in, open_browser=sys.stdout.isatty(), allow_anyone=allow_anyone
    )
    notes.print(f"Dashboard: http://{address}:{port} (Ctrl-C ends it)", markup=False)
    # Run from the demo's folder, so that the settings of the folder the demo was started in play no part.
    with subprocess.Popen(arguments, env=demo_process_environment(demo), cwd=demo.directory) as process:  # noqa: S603
        try:
            return process.wait()
        finally:
            process.terminate()
