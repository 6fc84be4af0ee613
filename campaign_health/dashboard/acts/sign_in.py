"""Who may see the dashboard: with an [auth] table in the secrets, every page asks who it is.

Without one, only whoever sits at this computer is served, unless the command was told `--allow-anyone`.
"""

from __future__ import annotations

import re
import string
import sys
from collections.abc import Mapping
from typing import Any

import streamlit as st

from campaign_health.dashboard.exposure import ALLOW_ANYONE, why_not_served
from campaign_health.dashboard.look.markup import in_markdown
from campaign_health.settings import SignInSettings

LOCAL_PERSON = "someone at this computer"

# One name at one domain: what holds a second @ or a blank is read by different programs as different people.
_ADDRESS = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+")
_TO_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def is_allowed(address: str | None, allowed: tuple[str, ...]) -> bool:
    """Whether a signed-in address may come in: it, or its domain, is on the list. An empty list lets nobody in.

    Only the letters A to Z are the same in both cases: others have look-alikes among them, which are other people
    (the Kelvin sign would become a k).
    """
    lowered = _lowered((address or "").strip())
    if not _ADDRESS.fullmatch(lowered):
        return False
    domain = lowered.partition("@")[2]
    return any(_lowered(entry) in (lowered, domain, f"@{domain}") for entry in allowed)


def _lowered(text: str) -> str:
    return text.translate(_TO_LOWER)


def verified_address(claims: Mapping[str, Any], unverified_issuers: tuple[str, ...]) -> str | None:
    """The address that a sign-in's claims prove, or None.

    An address that the provider has not verified could be anybody's: `email_verified` must be the JSON value true.
    Only of an issuer that the settings name does an address count although the claim is left out.
    """
    address = claims.get("email")
    if not isinstance(address, str) or not address:
        return None
    verified = claims.get("email_verified")
    is_left_out = verified is None and claims.get("iss") in unverified_issuers
    return address if verified is True or is_left_out else None


def asks_for_sign_in(settings: SignInSettings) -> bool:
    """Whether sign-in is on: an [auth] table in the secrets file, or in any other that Streamlit reads."""
    if settings.enabled:
        return True
    return bool(st.secrets.load_if_toml_exists()) and "auth" in st.secrets


def require_sign_in(settings: SignInSettings) -> None:
    """Stops the page here unless the person may come in, or may be anyone."""
    if not asks_for_sign_in(settings):
        # Our commands always name an address; without one the page is drawn by a test, or by Streamlit alone.
        refusal = why_not_served(
            st.get_option("server.address") or "127.0.0.1",
            settings,
            sign_in=False,
            allow_anyone=ALLOW_ANYONE in sys.argv[1:],
        )
        if refusal is None:
            return
        st.title("campaign-health", anchor=False)
        st.error(f"{in_markdown(refusal.message)} {in_markdown(refusal.cure)}", icon=":material/lock:")
        st.stop()
    if not st.user.is_logged_in:
        st.title("campaign-health", anchor=False)
        st.write("Please sign in to see how your campaigns are doing.")
        st.button("Sign in", type="primary", on_click=st.login)
        st.stop()
    if not is_allowed(_address(settings), settings.allowed):
        st.title("campaign-health", anchor=False)
        st.error(
            "You are signed in, but your address is not on the list of people who may see this dashboard, or your "
            "provider does not say that it is verified. Ask whoever runs it to add you to CAMPAIGN_HEALTH_ALLOWED.",
            icon=":material/lock:",
        )
        st.button("Sign out", on_click=st.logout)
        st.stop()


def person(settings: SignInSettings) -> str:
    """Who acts: the signed-in address, or words for whoever sits at this computer."""
    return (_address(settings) or LOCAL_PERSON) if asks_for_sign_in(settings) else LOCAL_PERSON


def _address(settings: SignInSettings) -> str | None:
    return verified_address(st.user.to_dict(), settings.unverified_issuers)
