"""Letting go what the route keeps back, or saying that a name is the new one."""

from __future__ import annotations

import streamlit as st

from campaign_health.dashboard.acts.acting import ask_who, decide, is_complete
from campaign_health.dashboard.look.markup import in_markdown
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.page_watch import dialog_opens
from campaign_health.dashboard.published_cache import answer
from campaign_health.state.delivery_view import is_released
from campaign_health.words.numbers import plural
from storage.delivery_records import HoldRecord


def offer_release(page: Page, hold: HoldRecord, key: str) -> None:
    """A button that ends a hold; where somebody has pressed it since the hold began, that it is being let go."""
    if answer(is_released, page.name, hold.event, hold.since):
        st.markdown("**It is let go within seconds of somebody's word**, as soon as the route runs.")
        return
    label = "It is the new name: let it go" if hold.candidate_of else "Let it go"
    if st.button(label, key=f"release-{key}", icon=":material/play_arrow:"):
        _release_dialog(page, hold)


@st.dialog("Let it go")
def _release_dialog(page: Page, hold: HoldRecord) -> None:
    dialog_opens()
    waiting = plural(hold.waiting, "event")
    if hold.candidate_of:
        st.write(
            f"Say that {in_markdown(hold.event)} is the new name of {in_markdown(hold.candidate_of)}: {waiting} and "
            "all that come go out under the name that Customer.io's campaigns listen to."
        )
    else:
        st.write(
            f"{waiting} of {in_markdown(hold.event)} go out in their order, each with its own time. What still does "
            "not fit becomes one that could not be delivered."
        )
    with st.form("release", border=False):
        who = ask_who(page)
        is_sent = st.form_submit_button("Let it go", type="primary")
    if is_sent and is_complete(who):
        decide(page, "release", who, event=hold.event)
