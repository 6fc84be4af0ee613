"""The line below the overview's headline on events that do not go out to Customer.io."""

from __future__ import annotations

import streamlit as st

from campaign_health.dashboard.look.markup import in_markdown
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.page_files import page_file
from campaign_health.dashboard.published_cache import answer
from campaign_health.state.delivery_view import delivery_view


def draw_delivery_line(page: Page) -> None:
    """Draws what page Delivery says first, with a link to it; nothing where all goes out or nothing is moved."""
    view = answer(delivery_view, page.name, page.zone, page.today)
    if view is None or view.level == "good":
        return
    icon = ":red[:material/error:]" if view.level == "bad" else ":orange[:material/pause_circle:]"
    # A link's own label is cut on a narrow screen; text beside it wraps.
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="delivery-line"):
        st.markdown(f"{icon} {in_markdown(view.headline())}", width="content")
        st.page_link(page_file("delivery"), label="Delivery", query_params={"workspace": page.name})
