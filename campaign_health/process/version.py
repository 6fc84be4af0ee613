"""This program's own version."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def own_version() -> str:
    """The version that is installed; `0` where it runs without being installed."""
    try:
        return version("campaign-health")
    except PackageNotFoundError:
        return "0"
