"""The title of the campaign page, which is the choice of another campaign at the same time."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from campaign_health.dashboard.look.markup import safe, shown
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.parts.service_buttons import service_buttons
from campaign_health.state.campaign_view import CampaignNow

# The box lies over the title and shows itself when it is chosen: a box alone would cut long names.
_STYLE = """
<style>
.st-key-title { column-gap: .7rem; row-gap: .2rem; }
.st-key-title > * { min-width: 0; }
.st-key-title-picker { position: relative; border-radius: .5rem; }
.st-key-title-picker h1 { font-size: 1.6rem; line-height: 1.2; margin: 0; padding: .25rem 0; overflow-wrap: anywhere; }
.st-key-title-picker h1::after { content: ""; display: inline-block; width: .42rem; height: .42rem; margin: 0 .3rem
  .3rem .65rem; border: solid currentColor; border-width: 0 2.5px 2.5px 0; transform: rotate(45deg); opacity: .7; }
.st-key-title-picker:hover h1 { text-decoration: underline 2px; text-underline-offset: 4px; }
.st-key-title-picker > [class*="st-key-campaign-"] { position: absolute; inset: 0; opacity: 0; overflow: visible; }
.st-key-title-picker > [class*="st-key-campaign-"]:focus-within { opacity: 1; z-index: 5; min-width: min(22rem, 85vw); }
.st-key-title-picker > [class*="st-key-campaign-"] input { cursor: pointer; }
@media (max-width: 640px) { .st-key-title-picker h1 { font-size: 1.3rem; } }
</style>
"""


def draw_title(page: Page, names: Sequence[tuple[int, str]], now: CampaignNow, badge_html: str) -> None:
    """Draws the name of the campaign, in which another can be chosen, its badge, and the ways into the services. The
    choice changes the address.
    """
    shown_now = now.campaign_id
    text = dict(names)
    text.setdefault(shown_now, now.name)
    ids = list(text)
    st.html(_STYLE)
    with st.container(horizontal=True, vertical_alignment="center", key="title"):
        with st.container(width="content", key="title-picker"):
            st.html(f"<h1>{safe(now.name)}</h1>")
            chosen = st.selectbox(
                "Choose another campaign",
                ids,
                index=ids.index(shown_now),
                key=f"campaign-{shown_now}",
                format_func=lambda number: shown(text.get(number, number)),
                label_visibility="collapsed",
            )
        st.html(badge_html, width="content")
        with st.container(horizontal=True, gap="xsmall", width="content", key="acts-services"):
            service_buttons(page, now.campaign_id, now.event)
    if chosen != shown_now:
        st.query_params["campaign"] = str(chosen)
        st.rerun()
