"""Watching a campaign against an event of somebody's choosing."""

from __future__ import annotations

import streamlit as st

from campaign_health.dashboard.acts.acting import ask_who, decide, is_complete
from campaign_health.dashboard.look.markup import in_markdown, shown
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.page_watch import dialog_opens
from campaign_health.dashboard.published_cache import answer
from campaign_health.state.events_view import events_view


def offer_mapping(page: Page, campaign_id: int, name: str, event: str | None) -> None:
    """A button that opens the choice of the event a campaign is watched against."""
    label = "Watch it against another event" if event else "Watch it against an event"
    if st.button(label, key=f"map-{campaign_id}", icon=":material/link:"):
        _map_dialog(page, campaign_id, name, event)


@st.dialog("Which event starts this campaign?")
def _map_dialog(page: Page, campaign_id: int, name: str, event: str | None) -> None:
    dialog_opens()
    st.write(
        f"{in_markdown(name)} is then judged against this event from the next judging on. "
        "Customer.io itself is not changed."
    )
    names = [str(found) for found in answer(events_view, page.name, page.today).events["event"]]
    with st.form("map", border=False):
        chosen = st.selectbox(
            "Event",
            names,
            index=names.index(event) if event in names else None,
            format_func=shown,
            placeholder="Choose one",
        )
        who = ask_who(page)
        is_sent = st.form_submit_button("Watch against this event", type="primary")
    if is_sent and is_complete(who, chosen or ""):
        decide(page, "map_event", who, campaign_id=campaign_id, event=chosen)
