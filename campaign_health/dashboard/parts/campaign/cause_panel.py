"""What is known of why a campaign broke, for people who check it; the cause itself is said with the incident."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import streamlit as st

from campaign_health.dashboard.acts.rename_acts import offer_rename_acts
from campaign_health.dashboard.figures.hand_over import hand_over_figure, hand_over_table, hand_over_text
from campaign_health.dashboard.look.markup import shown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.look.theme import TEXT
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.parts.campaign.cause_facts import evidence_html
from campaign_health.dashboard.parts.chart import draw_chart
from campaign_health.state.campaign_view import CampaignView, renamed
from campaign_health.state.incident import Incident
from campaign_health.words.event_service import of_service
from campaign_health.words.guides import GUIDES
from campaign_health.words.status_words import CAUSE_WORDS, cause_label


def draw_causes(page: Page, view: CampaignView, incident: Incident, draw_chain: Callable[[], None]) -> None:
    """Draws the chain, of a rename beside how the new event took over, and the evidence of each cause, folded."""
    pair = renamed(incident.causes[0]) if incident.causes else None
    if pair is None:
        draw_chain()
    else:
        left, right = st.columns(2, gap="medium")
        with left:
            draw_chain()
        with right:
            st.subheader("From the old event to the new", anchor=False)
            _hand_over(page, view, pair, 0)
    for index, cause in enumerate(incident.causes):
        label = cause_label(str(cause.get("cause")))
        with st.expander(f"Evidence: {label}" if index == 0 else f"Also possible: {label}"):
            _draw_evidence(page, view, cause, index)


def _draw_evidence(page: Page, view: CampaignView, cause: dict[str, Any], index: int) -> None:
    name = str(cause.get("cause"))
    if name in CAUSE_WORDS:
        quiet(of_service(CAUSE_WORDS[name].meaning))
    st.html(evidence_html(cause, is_said=index == 0))
    if index and (pair := renamed(cause)):
        _hand_over(page, view, pair, index)
    if not cause.get("next_step") and name in GUIDES:
        st.html(_advice(name, view.now.owner))


def _hand_over(page: Page, view: CampaignView, pair: tuple[str, str], index: int) -> None:
    old, new = (view.hand_overs[event] for event in pair)
    for row in view.suspects.to_dict("records"):
        if (row["old_event"], row["new_event"]) == pair:
            offer_rename_acts(page, row)
    draw_chart(
        hand_over_figure(old, new, pair, page.palette),
        hand_over_text(old, new, pair),
        hand_over_table(old, new, pair),
        key=f"hand-over-{index}",
    )


def _advice(cause: str, owner: str | None) -> str:
    guide = GUIDES[cause]
    # The next step asks the campaign's owner, where one is known: nobody else is named beside it.
    ask = f"{shown(owner)}, who owns this campaign according to the manifest." if owner else of_service(guide.ask)
    rows = (("Whom to ask", ask), ("What to change", guide.change), ("How to check that it worked", guide.check))
    body = "".join(f'<p style="margin:.25rem 0"><strong>{label}.</strong> {escape(text)}</p>' for label, text in rows)
    return f'<div style="color:{TEXT};font-size:.92rem">{body}</div>'
