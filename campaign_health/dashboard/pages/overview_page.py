"""The overview: is anything broken, since when, why, what does it cost, what to do."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd
import streamlit as st

from campaign_health.dashboard.acts.acting import offer_acts, offer_last_undo
from campaign_health.dashboard.acts.several_at_once import offer_several
from campaign_health.dashboard.figures.small_chart import SmallLines, lines_of, lines_together
from campaign_health.dashboard.look.markup import in_markdown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.page import Page, draw
from campaign_health.dashboard.page_files import page_file
from campaign_health.dashboard.parts.cards import look_html, some_lost_html
from campaign_health.dashboard.parts.overview.campaign_filters import Filters, chosen_among, draw_filters
from campaign_health.dashboard.parts.overview.campaign_table import campaign_table
from campaign_health.dashboard.parts.overview.checklist_panel import draw_checklist, page_checklist
from campaign_health.dashboard.parts.overview.delivery_line import draw_delivery_line
from campaign_health.dashboard.parts.overview.headline import draw_headline
from campaign_health.dashboard.parts.overview.incident_card import card_html, step_of
from campaign_health.dashboard.parts.overview.kept_address import keep_address
from campaign_health.dashboard.parts.overview.key_figure_strip import draw_key_figures, said_of_choice
from campaign_health.dashboard.parts.overview.lines_of_shown import with_lines
from campaign_health.dashboard.parts.overview.wall import draw_wall
from campaign_health.dashboard.parts.overview.workspace_list import draw_workspaces
from campaign_health.dashboard.parts.service_buttons import service_buttons
from campaign_health.dashboard.published_cache import answer
from campaign_health.state.every_campaign import campaigns_now
from campaign_health.state.incident import Incident
from campaign_health.state.key_figures import Figure, campaigns_of_figure
from campaign_health.words.numbers import plural

CARDS_AT_FIRST = 6
VIEWS = ("Cards", "Wall", "Table")


def overview(page: Page) -> None:
    """Draws the key figures, the state of everything in one sentence, and the campaigns as cards, wall or table."""
    keep_address()
    figure = draw_key_figures(page.overview)
    draw_headline(page.overview)
    draw_delivery_line(page)
    offer_last_undo(page)
    setup = page_checklist(page)
    if setup.lacks_needed:
        draw_checklist(page, setup, folded=False)
    campaigns = answer(campaigns_now, page.name, page.today, False)
    if campaigns.empty:
        st.info("Customer.io has no campaigns yet, or the key may not read them. The page Data says which.")
        return
    with st.container(key="filters"):
        view = st.segmented_control(
            "View", VIEWS, default=VIEWS[0], key="view", bind="query-params", required=True,
            label_visibility="collapsed",
        )  # fmt: skip
        filters = draw_filters(campaigns)
    chosen = chosen_among(campaigns, filters)
    if figure is not None:
        of_it = {number for _, number in campaigns_of_figure(page.overview, figure)}
        chosen = chosen[chosen["campaign_id"].isin(of_it)]
    if view == "Table" or figure is not None or filters.asks:
        what_next = " Choose a row to open its campaign." if view == "Table" else ""
        quiet(said_of_choice(len(chosen), len(campaigns), figure) + what_next)
    if view == "Table":
        campaign_table(page, chosen)
    elif view == "Wall":
        draw_wall(page, chosen)
    else:
        _all_cards(page, campaigns, chosen, filters, figure)
    if setup.is_shown and not setup.lacks_needed:
        draw_checklist(page, setup, folded=True)
    years = {one.name: one.false_alarm_years for one in page.settings.workspaces}
    if page.name in years:
        quiet(page.workspace.false_alarms.sentence(years[page.name]))


def _all_cards(
    page: Page, campaigns: pd.DataFrame, chosen: pd.DataFrame, filters: Filters, figure: Figure | None
) -> None:
    """Everything that is broken, quiet or worth a look, as far as it was chosen."""
    left = set(chosen["campaign_id"])
    is_all = figure is None and not filters.asks

    def of_choice(found: Sequence[Incident]) -> list[Incident]:
        # A deleted campaign is in no table, and may be broken all the same.
        return [one for one in found if is_all or left.intersection(one.of_campaigns)]

    standing = page.overview.standing
    broken = of_choice(standing.broken)
    hushed = of_choice([*standing.muted, *standing.intended])
    _cards(page, broken, campaigns)
    if hushed:
        with st.expander(f"{plural(len(hushed), 'incident')} muted or intended{_or_else(hushed)}"):
            _cards(page, hushed, campaigns, key="quiet")
    _worth_a_look(page, None if is_all else left, with_unchecked=figure == "unchecked")


def _or_else(meant: Sequence[Incident]) -> str:
    """What else the quiet incidents were said to be, where any was."""
    others = {"false_alarm": "false alarms", "manifest": "announced hand-overs"}
    return "".join(f", or {words}" for how, words in others.items() if any(one.expected_how == how for one in meant))


def _cards(page: Page, found: Sequence[Incident], campaigns: pd.DataFrame, key: str = "open") -> None:
    everything = st.session_state.get(f"all_{key}", False)
    shown = found if everything else found[:CARDS_AT_FIRST]
    drawn = {number for one in shown for number in one.of_campaigns}
    rows = with_lines(page, campaigns[campaigns["campaign_id"].isin(drawn)])
    with st.container(key=f"cards-{key}"):
        for incident in shown:
            with st.container(border=True, key=f"incident-{key}-{incident.incident_id}"):
                st.html(card_html(incident, _lines(rows, incident), page.today, page.palette))
                _links(page, incident, key)
    with st.container(horizontal=True, key=f"after-cards-{key}"):
        if len(shown) < len(found):
            st.button(
                f"Show {plural(len(found) - len(shown), 'more incident')}",
                on_click=st.session_state.__setitem__,
                args=(f"all_{key}", True),
            )
        if key == "open":
            offer_several(page, found)


def _lines(campaigns: pd.DataFrame, incident: Incident) -> SmallLines | None:
    rows = campaigns[campaigns["campaign_id"].isin(incident.of_campaigns)]
    lines = [one for row in rows.itertuples() if (one := lines_of(row)) is not None]
    return lines_together(lines) if incident.is_of_source else lines[0] if lines else None


def _worth_a_look(page: Page, left: Collection[int] | None, with_unchecked: bool) -> None:
    """What is odd without being broken: a surge, a fall of event and sends together, a part of the messages lost; of
    the campaigns that are `left` (None: of all). Those that could not be checked where they were asked for.
    """
    odd = [one for one in page.workspace.stretches if one.status == "not_collected"] if with_unchecked else []
    odd += page.overview.worth_a_look
    looks = [(one.campaign_id, one.campaign, look_html(one, page.today)) for one in odd]
    looks += [(one.campaign_id, one.campaign, some_lost_html(one)) for one in page.overview.some_lost]
    found = list({number: (number, name, html) for number, name, html in reversed(looks)}.values())[::-1]
    found = [one for one in found if left is None or one[0] in left]
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
        quiet(f"And {plural(len(found) - CARDS_AT_FIRST, 'more campaign')}: choose their status in the table.")


def _open(page: Page, campaign_id: int, name: str) -> None:
    # The name is for the ear: the style hides it from the eye, to which the card already says it.
    st.page_link(
        page_file("campaign"),
        label=f"Details :small[of {in_markdown(name[:60])}]",
        query_params={"campaign": str(campaign_id), "workspace": page.name},
    )


def _links(page: Page, incident: Incident, key: str) -> None:
    with st.container(
        horizontal=True, gap="xsmall", vertical_alignment="center", key=f"acts-{key}-{incident.incident_id}"
    ):
        if not incident.is_of_source:
            service_buttons(page, incident.campaign_id, incident.counted_event, step_of(incident))
            _open(page, incident.campaign_id, incident.campaign)
        if page.settings.database is None:
            with st.popover("Respond"):
                offer_acts(page, incident, key)


draw(overview, unchecked="below", across=draw_workspaces)
