"""Whether the campaign's event is moved by us, and what of it waits, is held or dead."""

from __future__ import annotations

import streamlit as st

from campaign_health.dashboard.look.markup import in_markdown
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.page_files import page_file
from campaign_health.dashboard.published_cache import answer
from campaign_health.state.delivery_view import carried_event


def draw_delivery(page: Page, event: str | None) -> None:
    """Draws one line with a link; nothing where the event is not moved."""
    found = answer(carried_event, page.name, event)
    if found is None:
        return
    is_troubled = found.hold is not None or found.held or found.dead_today
    icon = ":orange[:material/pause_circle:]" if is_troubled else ":material/local_shipping:"
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="delivery-strip"):
        st.markdown(f"{icon} {in_markdown(found.sentence())}", width="content")
        st.page_link(page_file("delivery"), label="Delivery", query_params={"workspace": page.name})
