"""Who may see the dashboard: nobody is asked on loopback; with an [auth] table in the secrets, every page asks."""

from __future__ import annotations

import streamlit as st

from campaign_health.settings import SignInSettings

LOCAL_PERSON = "someone at this computer"


def is_allowed(address: str | None, allowed: tuple[str, ...]) -> bool:
    """Whether a signed-in address may come in: it, or its domain, is on the list. An empty list lets nobody in."""
    lowered = (address or "").strip().lower()
    name, _, domain = lowered.rpartition("@")
    if not name:
        return False
    return any(entry in (lowered, domain, f"@{domain}") for entry in allowed)


def asks_for_sign_in(settings: SignInSettings) -> bool:
    """Whether sign-in is on: an [auth] table in this folder's secrets, or in any other that Streamlit reads."""
    if settings.enabled:
        return True
    return bool(st.secrets.load_if_toml_exists()) and "auth" in st.secrets


def require_sign_in(settings: SignInSettings) -> None:
    """Stops the page here unless sign-in is off or the person may come in."""
    if not asks_for_sign_in(settings):
        return
    if not st.user.is_logged_in:
        st.title("campaign-health", anchor=False)
        st.write("Please sign in to see how your campaigns are doing.")
        st.button("Sign in", type="primary", on_click=st.login)
        st.stop()
    if not is_allowed(_address(), settings.allowed):
        st.title("campaign-health", anchor=False)
        st.error(
            "You are signed in, but your address is not on the list of people who may see this dashboard. "
            "Ask whoever runs it to add you to CAMPAIGN_HEALTH_ALLOWED.",
            icon=":material/lock:",
        )
        st.button("Sign out", on_click=st.logout)
        st.stop()


def person(settings: SignInSettings) -> str:
    """Who acts: the signed-in address, or words for whoever sits at this computer."""
    return (_address() or LOCAL_PERSON) if asks_for_sign_in(settings) else LOCAL_PERSON


def _address() -> str | None:
    # An address that the provider has not verified could be anybody's.
    if st.user.get("email_verified") is False:
        return None
    address = st.user.get("email")
    return str(address) if address else None
