"""The ways into the services themselves, to exactly what is to be mended."""

from __future__ import annotations

import streamlit as st

from campaign_health.dashboard.page import Page


def service_buttons(page: Page, campaign_id: int, event: str | None) -> None:
    """Draws a link to the campaign in Customer.io and to its event in Mixpanel; none where its address is not known."""
    pages = page.service_pages
    if (address := pages.campaign(campaign_id)) is not None:
        st.link_button(":small[Open in] Customer.io", address, type="primary")
    if (address := pages.event(event)) is not None:
        st.link_button(":small[Open in] Mixpanel", address)
