"""The title of the campaign page, which is the choice of another campaign at the same time."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from campaign_health.dashboard.look.campaign_style import use_campaign_style
from campaign_health.dashboard.look.markup import safe, shown
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.parts.service_buttons import service_buttons
from campaign_health.state.campaign_view import CampaignNow

# How many were made: who goes back to a campaign meets a box that has not heard of the choice that led away.
_CHOICES = "campaigns chosen"


def draw_title(page: Page, names: Sequence[tuple[int, str]], now: CampaignNow, badge_html: str) -> None:
    """Draws the name of the campaign, in which another can be chosen, its badge, and the ways into the services. The
    choice changes the address.
    """
    shown_now = now.campaign_id
    text = dict(names)
    text.setdefault(shown_now, now.name)
    ids = list(text)
    use_campaign_style()
    with st.container(horizontal=True, vertical_alignment="center", key="title"):
        with st.container(width="content", key="title-picker"):
            st.html(f"<h1>{safe(now.name)}</h1>")
            chosen = st.selectbox(
                "Choose another campaign",
                ids,
                index=ids.index(shown_now),
                key=f"campaign-{shown_now}-{st.session_state.get(_CHOICES, 0)}",
                format_func=lambda number: shown(text.get(number, number)),
                label_visibility="collapsed",
            )
        st.html(badge_html, width="content")
        with st.container(horizontal=True, gap="xsmall", width="content", key="acts-services"):
            service_buttons(page, now.campaign_id, now.event)
    if chosen != shown_now:
        st.session_state[_CHOICES] = st.session_state.get(_CHOICES, 0) + 1
        st.query_params["campaign"] = str(chosen)
        st.rerun()
