"""Whether the dashboard may be served at all: nobody but this computer's user looks in without sign-in."""

from __future__ import annotations

import tomllib
from ipaddress import ip_address
from pathlib import Path

from campaign_health.errors import CouldNotStart
from campaign_health.settings import SignInSettings

ALLOW_ANYONE = "--allow-anyone"


def why_not_served(
    address: str, settings: SignInSettings, *, sign_in: bool, allow_anyone: bool
) -> CouldNotStart | None:
    """The refusal to serve on `address`, or None where it may be served.

    Args:
        address: What the server listens on.
        settings: Its list of people says that sign-in is meant to be on, whichever folder the server is started in.
        sign_in: Whether every page asks to sign in.
        allow_anyone: Whether whoever started it said that anyone may look in.
    """
    if sign_in or allow_anyone:
        return None
    if settings.allowed:
        return CouldNotStart(
            "CAMPAIGN_HEALTH_ALLOWED says who may sign in, but sign-in is off: "
            f"there is no [auth] table in {settings.secrets_file}.",
            "Name the file that has it in CAMPAIGN_HEALTH_SECRETS_FILE, or take the list away "
            "(`campaign-health docs sign-in`).",
        )
    if is_this_computer(address):
        return None
    return CouldNotStart(
        f"Anyone who reaches {address} could see the dashboard and act in it: sign-in is off.",
        f"Switch it on (`campaign-health docs sign-in`), listen on 127.0.0.1, or say {ALLOW_ANYONE}.",
    )


def is_this_computer(address: str) -> bool:
    """Whether only programs on this computer reach the address."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def has_sign_in(path: Path) -> bool:
    """Whether a Streamlit secrets file has an [auth] table; one that cannot be read has none."""
    try:
        return isinstance(tomllib.loads(path.read_text(encoding="utf-8-sig")).get("auth"), dict)
    except (OSError, ValueError):
        return False
