"""Starts the dashboard: who may see it, and which pages there are."""

from __future__ import annotations

import streamlit as st

from campaign_health.dashboard.acts.sign_in import require_sign_in
from campaign_health.dashboard.installation import installation
from campaign_health.dashboard.look.brand import begin_tab
from campaign_health.dashboard.look.markup import in_markdown
from campaign_health.dashboard.page_files import page_file
from campaign_health.dashboard.published_cache import answer
from campaign_health.errors import CampaignHealthError
from storage.errors import ExpectedFailure
from storage.read.route_delivery import carries_anything

# Address, which is its script's name too, title, icon. The first is the start page, whose address is the bare one.
PAGE_LIST = (
    ("overview", "Overview", ":material/monitor_heart:"),
    ("campaign", "Campaign", ":material/campaign:"),
    ("events", "Events", ":material/bolt:"),
    ("coverage", "Coverage", ":material/checklist:"),
    ("delivery", "Delivery", ":material/local_shipping:"),
    ("report", "Report", ":material/summarize:"),
    ("data", "Data", ":material/database:"),
    ("help", "Help", ":material/help:"),
)


def run() -> None:
    """Draws the page that the address asks for."""
    begin_tab()
    try:
        settings = installation()
    except CampaignHealthError as failure:
        # Without settings nobody knows whether to ask for sign-in: show nothing else.
        st.error(f"{in_markdown(failure.message)} {in_markdown(failure.cure)}", icon=":material/error:")
        return
    require_sign_in(settings.sign_in)
    pages = [
        st.Page(page_file(name), title=title, url_path=name, icon=icon, default=index == 0)
        for index, (name, title, icon) in enumerate(PAGE_LIST)
        if name != "delivery" or _is_anything_carried()
    ]
    chosen = st.navigation(pages, position="top")
    begin_tab(chosen.title)
    chosen.run()


def _is_anything_carried() -> bool:
    """Whether there is anything to show of what is moved to Customer.io."""
    try:
        return answer(carries_anything)
    except ExpectedFailure:
        # The page that is drawn says it.
        return False
