"""Notices a newly published file, and a change from light to dark, while a page is open."""

from __future__ import annotations

import streamlit as st

from campaign_health.dashboard.look.theme import palette
from campaign_health.dashboard.published_cache import file_stamp

WATCH_SECONDS = 5
_DIALOG = "a dialog may be open"


def watch_for_new_data() -> None:
    """Draws the page anew soon after another file was published; offers it instead while somebody fills in a dialog."""
    st.session_state[_DIALOG] = False
    _watch(file_stamp(), palette().name)


def dialog_opens() -> None:
    """To be called by every dialog: drawing the page anew would throw away what is being typed."""
    st.session_state[_DIALOG] = True


@st.fragment(run_every=WATCH_SECONDS)
def _watch(drawn: tuple[int, int, int], colours: str) -> None:
    if file_stamp() == drawn and palette().name == colours:
        return
    if not st.session_state.get(_DIALOG):
        st.rerun()
    if st.button("There is something new: show it", icon=":material/refresh:"):
        st.rerun()
