"""One campaign: its event and its sends, where the chain broke and why, and everything it hangs on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from html import escape

import pandas as pd
import streamlit as st

from campaign_health.dashboard.acts.acting import offer_acts, open_dialog_from_address
from campaign_health.dashboard.acts.confirm_mapping import offer_mapping
from campaign_health.dashboard.acts.in_force import standing_decisions
from campaign_health.dashboard.look.markup import badge, in_markdown, safe
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.look.theme import MUTED
from campaign_health.dashboard.page import Page, draw
from campaign_health.dashboard.page_files import page_file
from campaign_health.dashboard.parts.campaign.campaign_chart import draw_timeline
from campaign_health.dashboard.parts.campaign.campaign_marks import (
    campaign_marks,
    counted_normal,
    day_notes,
    incident_shades,
)
from campaign_health.dashboard.parts.campaign.campaign_sections import (
    draw_history,
    draw_numbers,
)
from campaign_health.dashboard.parts.campaign.cause_panel import draw_causes
from campaign_health.dashboard.parts.campaign.chain_panel import draw_chain
from campaign_health.dashboard.parts.campaign.delivery_strip import draw_delivery
from campaign_health.dashboard.parts.campaign.experiment_panel import draw_experiment
from campaign_health.dashboard.parts.campaign.facts_panel import draw_facts
from campaign_health.dashboard.parts.campaign.found_later import as_known_now
from campaign_health.dashboard.parts.campaign.message_panel import draw_messages
from campaign_health.dashboard.parts.campaign.promise_panel import draw_promise
from campaign_health.dashboard.parts.campaign.recovery_panel import draw_recoveries
from campaign_health.dashboard.parts.campaign.timeline_panel import draw_story
from campaign_health.dashboard.parts.campaign.title_picker import draw_title
from campaign_health.dashboard.parts.cards import incident_html, some_lost_html, stretch_html
from campaign_health.dashboard.published_cache import answer
from campaign_health.state.campaign_view import CampaignView, campaign_view
from campaign_health.state.every_campaign import shown_status
from campaign_health.state.status_line import status_line
from campaign_health.words.status_words import status_words
from campaign_health.words.triggers import trigger_words

# An id is a BIGINT: a longer number is no campaign's.
DIGITS = 19


def campaign(page: Page) -> None:
    """Draws the campaign that the address names, or the one most worth looking at."""
    asked = st.query_params.get("campaign", "")
    number = int(asked) if asked.isdecimal() and len(asked) < DIGITS else None
    if asked and number is None:
        _not_there(asked)
        return
    names, view = answer(campaign_view, page.name, number, page.today)
    if not names:
        st.info("There are no campaigns yet. They appear here after the first collection.")
    elif view is None:
        _not_there(asked)
    else:
        _draw(page, view, names)


def _draw(page: Page, view: CampaignView, names: Sequence[tuple[int, str]]) -> None:
    now, current = view.now, view.open_incident
    _title(page, view, names)
    draw_delivery(page, now.event)
    if current:
        with st.container(border=True, key=f"incident-{now.campaign_id}"):
            st.html(incident_html(current, page.today))
            with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="acts-page"):
                offer_acts(page, current, "page")
            standing_decisions(page, view.decisions, now.campaign_id, current.incident_id)
        open_dialog_from_address(page, current)
    else:
        _stretch(page, now.campaign_id)
        if said := counted_normal(view.incidents, page.today):
            quiet(in_markdown(said))
        standing_decisions(page, view.decisions, now.campaign_id, None)
    last_day = pd.Timestamp(view.days["day"].iloc[-1]).date() if len(view.days) else page.today
    shades = incident_shades(view.incidents, last_day)
    days = as_known_now(view.days, view.incidents)
    draw_timeline(page, now, days, shades, campaign_marks(view, page.zone), day_notes(view.decisions, now.campaign_id))
    if current:
        draw_causes(page, view, current, partial(draw_chain, page, days))
    else:
        draw_chain(page, days)
    draw_promise(page, now.campaign_id, now.name)
    draw_experiment(page, now.campaign_id, now.event)
    draw_recoveries(page, now.campaign_id, current)
    draw_messages(page, view)
    offer_mapping(page, now.campaign_id, now.name, now.event)
    draw_history(view.incidents, page.today)
    draw_story(page, now.campaign_id, view.incidents)
    draw_numbers(now, days)


def _stretch(page: Page, campaign_id: int) -> None:
    """What is to be said of a campaign that could not be checked, surges or is down in volume."""
    for one in (found for found in page.workspace.stretches if found.campaign_id == campaign_id):
        about = re.compile(rf"Campaign {campaign_id}\b")
        errors = [source.error for source in page.workspace.sources if source.error and about.search(source.error)]
        with st.container(border=True, key=f"incident-{campaign_id}"):
            st.html(stretch_html(one, page.today, errors))
    for lost in (found for found in page.workspace.some_lost if found.campaign_id == campaign_id):
        with st.container(border=True, key=f"lost-{campaign_id}-{lost.way}"):
            st.html(some_lost_html(lost))


def _not_there(asked: str) -> None:
    st.title("No such campaign", anchor=False)
    st.write(
        f"There is no campaign with the number {in_markdown(asked[:40])} here. "
        "It may have been deleted in Customer.io, or belong to another workspace."
    )
    st.page_link(page_file("overview"), label="See all campaigns", icon=":material/list:")


def _title(page: Page, view: CampaignView, names: Sequence[tuple[int, str]]) -> None:
    now = view.now
    judged = view.days["status"].dropna()
    current = view.open_incident
    status = shown_status(current, judged.iloc[-1] if len(judged) else None)
    event = f"triggered by <code>{safe(now.event)}</code>" if now.event else safe(trigger_words(now.trigger_kind))
    gone = " · deleted in Customer.io" if now.gone_at else ""
    with st.container(gap="xxsmall", key="heading"):
        draw_title(page, names, now, badge(status))
        st.html(
            f'<p style="margin:0;color:{MUTED};overflow-wrap:anywhere">'
            f"{escape(_meaning(page, view, status))}<br>{event} · {safe(now.state)} in Customer.io{gone}</p>"
        )
        draw_facts(page, now)


def _meaning(page: Page, view: CampaignView, status: str) -> str:
    """What its status means for this campaign; without a verdict, or where an incident says more, for any."""
    if view.run is None or view.run.status != status:
        return status_words(status).meaning
    years = [one.false_alarm_years for one in page.settings.workspaces if one.name == page.name]
    return status_line(view.run, page.today, years[0] if years else None)


draw(campaign, unchecked="own")
