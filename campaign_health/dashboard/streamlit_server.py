"""Starts Streamlit on the dashboard's pages."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

from campaign_health.dashboard.exposure import ALLOW_ANYONE, has_sign_in, why_not_served
from campaign_health.errors import CouldNotStart
from campaign_health.process.shipped import shipped
from campaign_health.settings import SignInSettings

DEFAULT_PORT = 8501
DEFAULT_ADDRESS = "127.0.0.1"


def streamlit_arguments(
    port: int, address: str, settings: SignInSettings, *, open_browser: bool, allow_anyone: bool = False
) -> list[str]:
    """The command line that serves the dashboard with this Python.

    Raises:
        CouldNotStart: the port is in use, the address is not this machine's, or nobody would be asked to sign in where
            somebody else could look in.
    """
    refuse_port_in_use(port, address)
    secrets_files = [Path.home() / ".streamlit" / "secrets.toml", settings.secrets_file]
    sign_in = settings.enabled or any(has_sign_in(path) for path in secrets_files)
    if refusal := why_not_served(address, settings, sign_in=sign_in, allow_anyone=allow_anyone):
        raise refusal
    return [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(shipped("app.py")),
        f"--server.port={port}",
        f"--server.address={address}",
        f"--server.headless={'false' if open_browser else 'true'}",
        "--server.showEmailPrompt=false",
        "--browser.gatherUsageStats=false",
        # The commands say the address themselves.
        "--logger.hideWelcomeMessage=true",
        "--logger.level=warning",
        # Whatever .streamlit/config.toml it finds: a page never shows a traceback.
        "--client.showErrorDetails=none",
        # Of its own it would look for sign-in in the folder it is started in.
        *(f"--secrets.files={path}" for path in secrets_files),
        *(["--", ALLOW_ANYONE] if allow_anyone else []),
    ]


def refuse_port_in_use(port: int, address: str) -> None:
    """Raises CouldNotStart where nothing can listen on the address and port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as failure:
            raise CouldNotStart(
                f"The dashboard cannot listen on {address}:{port}: {failure.strerror or failure}.",
                f"Stop what uses port {port}, or choose another with --port.",
            ) from failure
