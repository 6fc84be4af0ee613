"""Starts the dashboard: who may see it, and which pages there are."""

from __future__ import annotations

import streamlit as st

from campaign_health.dashboard.acts.sign_in import require_sign_in
from campaign_health.dashboard.installation import installation
from campaign_health.dashboard.look.markup import in_markdown
from campaign_health.errors import CampaignHealthError

PAGES = "pages"
# Drawn here, because the browser fetches an icon that Streamlit knows by name from another host.
PAGE_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#0f766e" stroke-width="2.4" '
    'stroke-linecap="round" stroke-linejoin="round"><path d="M2 13h5l3-8 4 14 3-6h5"/></svg>'
)
# File, title, address, icon. The first is the start page, whose address is the bare one.
PAGE_LIST = (
    ("overview_page.py", "Overview", "overview", ":material/monitor_heart:"),
    ("campaign_page.py", "Campaign", "campaign", ":material/campaign:"),
    ("events_page.py", "Events", "events", ":material/bolt:"),
    ("coverage_page.py", "Coverage", "coverage", ":material/checklist:"),
    ("data_page.py", "Data", "data", ":material/database:"),
    ("help_page.py", "Help", "help", ":material/help:"),
)


def run() -> None:
    """Draws the page that the address asks for."""
    st.set_page_config(page_title="campaign-health", page_icon=PAGE_ICON, layout="wide")
    try:
        settings = installation()
    except CampaignHealthError as failure:
        # Without settings nobody knows whether to ask for sign-in: show nothing else.
        st.error(f"{in_markdown(failure.message)} {in_markdown(failure.cure)}", icon=":material/error:")
        return
    require_sign_in(settings.sign_in)
    pages = [
        st.Page(f"campaign_health/dashboard/{PAGES}/{file}", title=title, url_path=path, icon=icon, default=index == 0)
        for index, (file, title, path, icon) in enumerate(PAGE_LIST)
    ]
    st.navigation(pages, position="top").run()
