"""The overview: is anything broken, since when, why, what does it cost, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd
import streamlit as st

from campaign_health.dashboard.acting import offer_acts
from campaign_health.dashboard.campaign_table import campaign_table
from campaign_health.dashboard.cards import card_html
from campaign_health.dashboard.markup import in_markdown
from campaign_health.dashboard.page import Page, draw
from campaign_health.dashboard.published import answer
from campaign_health.dashboard.reads.overview import Incident, campaigns_now, incidents
from campaign_health.detection.formats import plural
from campaign_health.detection.sentences import overview_sentence

CARDS_AT_FIRST = 6


def overview(page: Page) -> None:
    """Draws the state of everything in one sentence, the open incidents, and all campaigns."""
    campaigns = answer(campaigns_now, page.name)
    found = answer(incidents, page.name)
    loud = [one for one in found if not one.is_muted(page.today) and not one.expected_by]
    quiet = [one for one in found if one not in loud]
    _sentence(page, campaigns, loud)
    _cards(page, loud)
    if quiet:
        with st.expander(f"{plural(len(quiet), 'incident')} muted or expected"):
            _cards(page, quiet, key="quiet")
    st.subheader("All campaigns", anchor=False)
    campaign_table(page, campaigns)


def _sentence(page: Page, campaigns: pd.DataFrame, loud: Sequence[Incident]) -> None:
    statuses = {str(status): int(number) for status, number in campaigns["status"].value_counts().items()}
    text = overview_sentence(statuses, _dollars_a_week(page, loud), _freshness(page))
    st.html(
        f'<h1 style="font-size:1.45rem;line-height:1.35;font-weight:600;margin:0;padding:.2rem 0 .4rem;'
        f'color:{page.palette.text}">{escape(text)}</h1>'
    )


def _dollars_a_week(page: Page, loud: Sequence[Incident]) -> float | None:
    judged = page.workspace.judged_day
    known = [one for one in loud if one.revenue_at_risk]
    if judged is None or not known:
        return None
    return sum((one.revenue_at_risk or 0.0) / max(1, (judged - one.opened_on).days + 1) * 7 for one in known)


def _freshness(page: Page) -> str | None:
    sources = page.workspace.sources
    complete = [source.last_complete for source in sources if source.outcome == "complete" and source.last_complete]
    if not sources or not complete:
        return None
    if len(complete) == len(sources):
        return f"all sources collected {page.local_time(max(complete))}"
    return f"{len(sources) - len(complete)} of {len(sources)} sources could not be collected completely"


def _cards(page: Page, found: Sequence[Incident], key: str = "open") -> None:
    everything = st.session_state.get(f"all_{key}", False)
    shown = found if everything else found[:CARDS_AT_FIRST]
    for first in range(0, len(shown), 2):
        columns = st.columns(2, gap="small")
        for column, incident in zip(columns, shown[first : first + 2], strict=False):
            with column, st.container(border=True, key=f"incident-{key}-{incident.campaign_id}"):
                st.html(card_html(incident, page.today, page.palette))
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
            label=f"Look at {in_markdown(incident.campaign[:40])}",
            icon=":material/arrow_forward:",
            query_params={"campaign": str(incident.campaign_id), "workspace": page.name},
        )
        offer_acts(page, incident, key)


draw(overview)
