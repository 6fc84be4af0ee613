"""The overview: is anything broken, since when, why, what does it cost, what to do."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from campaign_health.dashboard.acting import offer_acts
from campaign_health.dashboard.campaign_table import campaign_table
from campaign_health.dashboard.cards import card_html
from campaign_health.dashboard.headline import draw_headline
from campaign_health.dashboard.markup import in_markdown
from campaign_health.dashboard.page import Page, draw
from campaign_health.dashboard.published import answer
from campaign_health.dashboard.reads import overview as reads
from campaign_health.dashboard.reads.overview import Incident
from campaign_health.detection.formats import plural

CARDS_AT_FIRST = 6


def overview(page: Page) -> None:
    """Draws the state of everything in one sentence, the open incidents, and all campaigns."""
    campaigns, found = answer(reads.overview, page.name)
    loud = [one for one in found if not one.is_muted(page.today) and not one.expected_by]
    quiet = [one for one in found if one not in loud]
    draw_headline(page, campaigns, [*loud, *(one for one in quiet if not one.expected_by)])
    _cards(page, loud)
    if quiet:
        with st.expander(f"{plural(len(quiet), 'incident')} muted or expected"):
            _cards(page, quiet, key="quiet")
    st.subheader("All campaigns", anchor=False)
    campaign_table(page, campaigns)


def _cards(page: Page, found: Sequence[Incident], key: str = "open") -> None:
    everything = st.session_state.get(f"all_{key}", False)
    shown = found if everything else found[:CARDS_AT_FIRST]
    with st.container(key=f"cards-{key}"):
        for incident in shown:
            with st.container(border=True, key=f"incident-{key}-{incident.campaign_id}"):
                st.html(card_html(incident, page.today))
                _links(page, incident, key)
    if len(shown) < len(found):
        st.button(
            f"Show {plural(len(found) - len(shown), 'more incident')}",
            on_click=st.session_state.__setitem__,
            args=(f"all_{key}", True),
        )


def _links(page: Page, incident: Incident, key: str) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.page_link(
            "campaign_health/dashboard/pages/campaign.py",
            label=f"Open {in_markdown(incident.campaign[:24])}",
            icon=":material/arrow_forward:",
            query_params={"campaign": str(incident.campaign_id), "workspace": page.name},
        )
        offer_acts(page, incident, key)


draw(overview)
