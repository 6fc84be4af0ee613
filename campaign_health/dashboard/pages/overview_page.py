"""The overview: is anything broken, since when, why, what does it cost, what to do."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from campaign_health.dashboard.acts.acting import offer_acts, offer_last_undo
from campaign_health.dashboard.look.markup import in_markdown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.page import Page, draw
from campaign_health.dashboard.page_files import page_file
from campaign_health.dashboard.parts.campaign_table import campaign_table
from campaign_health.dashboard.parts.cards import card_html, look_html, some_lost_html
from campaign_health.dashboard.parts.headline import draw_headline
from campaign_health.dashboard.published_cache import answer
from campaign_health.state.every_campaign import campaigns_now
from campaign_health.state.incident import Incident
from campaign_health.words.numbers import plural

CARDS_AT_FIRST = 6


def overview(page: Page) -> None:
    """Draws the state of everything in one sentence, the open incidents, and all campaigns."""
    standing = page.overview.standing
    hushed = [*standing.muted, *standing.intended]
    draw_headline(page.overview)
    offer_last_undo(page)
    _cards(page, standing.broken)
    if hushed:
        with st.expander(f"{plural(len(hushed), 'incident')} muted or intended{_or_else(standing.intended)}"):
            _cards(page, hushed, key="quiet")
    _worth_a_look(page)
    st.subheader("All campaigns", anchor=False)
    campaign_table(page, answer(campaigns_now, page.name, page.today))
    years = {one.name: one.false_alarm_years for one in page.settings.workspaces}
    if page.name in years:
        quiet(page.workspace.false_alarms.sentence(years[page.name]))


def _or_else(meant: Sequence[Incident]) -> str:
    """What else the quiet incidents were said to be, where any was."""
    others = {"false_alarm": "false alarms", "manifest": "announced hand-overs"}
    return "".join(f", or {words}" for how, words in others.items() if any(one.expected_how == how for one in meant))


def _cards(page: Page, found: Sequence[Incident], key: str = "open") -> None:
    everything = st.session_state.get(f"all_{key}", False)
    shown = found if everything else found[:CARDS_AT_FIRST]
    with st.container(key=f"cards-{key}"):
        for incident in shown:
            with st.container(border=True, key=f"incident-{key}-{incident.incident_id}"):
                st.html(card_html(incident, page.today))
                _links(page, incident, key)
    if len(shown) < len(found):
        st.button(
            f"Show {plural(len(found) - len(shown), 'more incident')}",
            on_click=st.session_state.__setitem__,
            args=(f"all_{key}", True),
        )


def _worth_a_look(page: Page) -> None:
    """What is odd without being broken: a surge, a fall of event and sends together, a part of the messages lost."""
    looks = [(one.campaign_id, one.campaign, look_html(one, page.today)) for one in page.overview.worth_a_look]
    looks += [(one.campaign_id, one.campaign, some_lost_html(one)) for one in page.overview.some_lost]
    found = list({number: (number, name, html) for number, name, html in reversed(looks)}.values())[::-1]
    if not found:
        return
    st.subheader("Worth a look", anchor=False)
    with st.container(key="cards-look"):
        for number, name, html in found[:CARDS_AT_FIRST]:
            with st.container(border=True, key=f"incident-look-{number}"):
                st.html(html)
                with st.container(horizontal=True, key=f"acts-look-{number}"):
                    _open(page, number, name)
    if len(found) > CARDS_AT_FIRST:
        quiet(f"And {plural(len(found) - CARDS_AT_FIRST, 'more campaign')}: choose their status in the table below.")


def _open(page: Page, campaign_id: int, name: str) -> None:
    # The name is for the ear: the style hides it from the eye, to which the card already says it.
    st.page_link(
        page_file("campaign"),
        label=f"Open :small[{in_markdown(name[:60])}]",
        query_params={"campaign": str(campaign_id), "workspace": page.name},
    )


def _links(page: Page, incident: Incident, key: str) -> None:
    with st.container(
        horizontal=True, gap="xsmall", vertical_alignment="center", key=f"acts-{key}-{incident.incident_id}"
    ):
        if not incident.is_of_source:
            _open(page, incident.campaign_id, incident.campaign)
        offer_acts(page, incident, key)


draw(overview)
