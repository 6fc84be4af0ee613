"""Which part of the product is installed: the gate alone, or the monitor too."""

from __future__ import annotations

from importlib.util import find_spec

from campaign_health.errors import CouldNotStart

MONITOR_LIBRARIES = ("apscheduler", "numpy", "pandas", "plotly", "pyarrow", "streamlit")
"""What the extra `monitor` brings beyond what `check` needs; each is imported under its own name."""


def missing_libraries() -> list[str]:
    """The monitor's libraries that are not installed."""
    return [name for name in MONITOR_LIBRARIES if find_spec(name) is None]


def monitor_is_missing(command: str) -> CouldNotStart | None:
    """The refusal to run a command of the monitor where only the gate is installed, or None where it can run."""
    missing = missing_libraries()
    if not missing:
        return None
    return CouldNotStart(
        f"`campaign-health {command}` needs the monitor, and only the gate is installed "
        f"(missing: {', '.join(missing)}).",
        "Install it in full, in the checkout of a tagged version: pip install '.[monitor]'",
    )


def assistant_is_missing() -> CouldNotStart | None:
    """The refusal to serve assistants where the extra `mcp` is not installed, or None where it is."""
    if find_spec("mcp") is not None and find_spec("mcp.server.mcpserver") is not None:
        return None
    return CouldNotStart(
        "`campaign-health mcp` needs the Python SDK of the Model Context Protocol, release 2 or newer.",
        "Install it, in the checkout of a tagged version: pip install '.[mcp]'",
    )
