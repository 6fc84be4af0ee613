"""`campaign-health dashboard`: the pages."""

from __future__ import annotations

import os
import sys

import click

from campaign_health.cli.terminal.as_a_service import LOG_FORMAT, say, service_settings
from campaign_health.dashboard.exposure import ALLOW_ANYONE
from campaign_health.dashboard.streamlit_server import (
    DEFAULT_ADDRESS,
    DEFAULT_PORT,
    streamlit_arguments,
)

PORT = click.option("--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(1, 65535), help="Port.")
ADDRESS = click.option(
    "--address",
    default=DEFAULT_ADDRESS,
    show_default=True,
    help="Address to listen on; the default is this machine only.",
)
ANYONE = click.option(
    ALLOW_ANYONE,
    is_flag=True,
    help="Serve without sign-in although others reach the address: anyone who does can look in and act.",
)


@click.command(name="dashboard")
@PORT
@ADDRESS
@ANYONE
@LOG_FORMAT
def command(port: int, address: str, allow_anyone: bool) -> None:
    """Open the dashboard. Without a terminal no browser is opened.

    Exit code 2 where the port is in use, and where others reach the address and would not be asked to sign in.
    """
    settings = service_settings(on_a_terminal=False)
    arguments = streamlit_arguments(
        port, address, settings.sign_in, open_browser=sys.stdout.isatty(), allow_anyone=allow_anyone
    )
    say(f"Dashboard: http://{address}:{port}")
    sys.stdout.flush()
    # Streamlit takes this process's place, so that signals and the exit code are its own.
    os.execv(arguments[0], arguments)  # noqa: S606
