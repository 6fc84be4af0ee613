"""The library Apprise, loaded only where an address of it is set: it is an extra, and slow to load."""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

INSTALL = "pip install '.[apprise]' beside the monitor, in the checkout of a tagged version"
SETTING = "CAMPAIGN_HEALTH_APPRISE_URLS"


def is_installed() -> bool:
    """Whether the extra is there."""
    return find_spec("apprise") is not None


def scheme_of(address: str) -> str:
    """What an address begins with, such as `discord`: the only part of it that is never a secret."""
    return urlsplit(address).scheme.lower()


def plugin_of(address: str) -> Any | None:
    """Apprise's plugin for an address; None where it knows no such address.

    Raises:
        ImportError: the extra is not installed.
    """
    import apprise

    # Its own lines may name hosts and parts of an address; what is worth knowing of them is in a reason.
    logger = logging.getLogger("apprise")
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    asset = apprise.AppriseAsset(app_id="campaign-health", app_desc="Campaign health", async_mode=False)
    plugin = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
    if plugin is not None:
        # Some services take 2,000 signs in a message: the next ones go on, so that no name is cut off.
        plugin.overflow_mode = apprise.OverflowMode.SPLIT
    return plugin


def service_name(plugin: Any) -> str:
    """The service in words, such as `Discord`."""
    return str(plugin.service_name)
