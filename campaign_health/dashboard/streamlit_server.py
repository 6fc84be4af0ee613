"""Starts Streamlit on the dashboard's pages."""

from __future__ import annotations

import importlib.util
import socket
import sys
from ipaddress import ip_address
from pathlib import Path

from campaign_health.errors import CouldNotStart

DEFAULT_PORT = 8501
DEFAULT_ADDRESS = "127.0.0.1"


def streamlit_arguments(port: int, address: str, *, open_browser: bool) -> list[str]:
    """The command line that serves the dashboard with this Python.

    Raises:
        CouldNotStart: the port is in use or the address is not this machine's.
    """
    refuse_port_in_use(port, address)
    return [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(entry_script()),
        f"--server.port={port}",
        f"--server.address={address}",
        f"--server.headless={'false' if open_browser else 'true'}",
        "--server.showEmailPrompt=false",
        "--browser.gatherUsageStats=false",
        # The commands say the address themselves.
        "--logger.hideWelcomeMessage=true",
        "--logger.level=warning",
        # Streamlit finds .streamlit/config.toml only in the folder it is started in: a page never shows a traceback.
        "--client.showErrorDetails=none",
    ]


def exposure_warning(address: str, *, sign_in: bool) -> str | None:
    """What to say before listening beyond this machine without sign-in; None where nobody else can look in."""
    try:
        is_local = ip_address(address).is_loopback
    except ValueError:
        is_local = address == "localhost"
    if is_local or sign_in:
        return None
    return (
        f"Anyone who reaches {address} can see the dashboard and act in it: sign-in is off. "
        "Put an [auth] table into .streamlit/secrets.toml to switch it on."
    )


def entry_script() -> Path:
    """The file `app.py`, wherever the package is installed."""
    found = importlib.util.find_spec("app")
    beside = Path(__file__).resolve().parents[2] / "app.py"
    if beside.exists():
        return beside
    if found is not None and found.origin is not None:
        return Path(found.origin)
    raise CouldNotStart("The dashboard's app.py was not found.", "Install campaign-health again.")


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
