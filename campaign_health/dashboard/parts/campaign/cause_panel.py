"""Why a campaign broke: every cause that was found, with the evidence that a person can check."""

from __future__ import annotations

from html import escape

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
from campaign_health.words.guides import GUIDES
from campaign_health.words.status_words import CAUSE_WORDS, cause_label


def draw_causes(page: Page, view: CampaignView, incident: Incident) -> None:
    """Draws the causes of the open incident, the most likely one first and unfolded."""
    st.subheader("Why", anchor=False)
    for index, cause in enumerate(incident.causes):
        name = str(cause.get("cause"))
        rank = "Most likely" if index == 0 else "Also possible"
        with st.expander(f"{rank}: {cause_label(name)}", expanded=index == 0):
            if name in CAUSE_WORDS:
                quiet(CAUSE_WORDS[name].meaning)
            st.html(evidence_html(cause))
            if pair := renamed(cause):
                _hand_over(page, view, pair, index)
            if name in GUIDES:
                st.html(_advice(name, view.now.owner))


def _hand_over(page: Page, view: CampaignView, pair: tuple[str, str], index: int) -> None:
    old, new = (view.hand_overs[event] for event in pair)
    draw_chart(
        hand_over_figure(old, new, pair, page.palette),
        hand_over_text(old, new, pair),
        hand_over_table(old, new, pair),
        key=f"hand-over-{index}",
    )
    for row in view.suspects.to_dict("records"):
        if (row["old_event"], row["new_event"]) == pair:
            offer_rename_acts(page, row)


def _advice(cause: str, owner: str | None) -> str:
    guide = GUIDES[cause]
    # The next step asks the campaign's owner, where one is known: nobody else is named beside it.
    ask = f"{shown(owner)}, who owns this campaign according to the manifest." if owner else guide.ask
    rows = (("Whom to ask", ask), ("What to change", guide.change), ("How to check that it worked", guide.check))
    body = "".join(f'<p style="margin:.25rem 0"><strong>{label}.</strong> {escape(text)}</p>' for label, text in rows)
    return f'<div style="color:{TEXT};font-size:.92rem">{body}</div>'
