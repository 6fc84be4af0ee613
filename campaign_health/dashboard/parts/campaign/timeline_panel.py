"""The timeline of an incident: what happened to it, who was told, and who said what, with a way to take that back."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from campaign_health.dashboard.acts.acting import undo
from campaign_health.dashboard.look.markup import safe
from campaign_health.dashboard.look.theme import MUTED, TEXT
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.published_cache import answer
from campaign_health.state.incident import Incident
from campaign_health.state.incident_timeline import TimelineRow, timeline_by_id
from campaign_health.words.dates import day_text
from campaign_health.words.status_words import status_label

SHAPES = {"began": "▲", "detected": "■", "cause": "?", "data": "●", "announced": "→", "said": "✎", "undone": "↺"}


def draw_story(page: Page, campaign_id: int, incidents: Sequence[Incident]) -> None:
    """The timeline of the open or newest incident, or of another one that is chosen; nothing where there was none."""
    if not incidents:
        return
    st.subheader("Timeline", anchor=False)
    chosen = incidents[0]
    if len(incidents) > 1:
        by_id = {one.incident_id: one for one in incidents}
        picked = st.selectbox(
            "Incident",
            list(by_id),
            key=f"story-of-{campaign_id}",
            format_func=lambda one: f"{status_label(by_id[one].kind)} since {day_text(by_id[one].opened_on)}",
            width=360,
        )
        chosen = by_id.get(picked, chosen)
    with st.container(key="story", gap="xsmall"):
        for row in answer(timeline_by_id, page.name, campaign_id, chosen.incident_id):
            if row.decision_id is None:
                st.html(row_html(page, row))
                continue
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.html(row_html(page, row), width="content")
                if st.button("Take it back", key=f"story-undo-{row.decision_id}", type="tertiary"):
                    undo(page, row.decision_id)


def row_html(page: Page, row: TimelineRow) -> str:
    """One line: the day and the time where it is known, what happened, and who did it."""
    clock = f" {row.at.astimezone(page.zone):%H:%M}" if row.at is not None else ""
    by = f' <span style="color:{MUTED}">by {safe(row.by)}</span>' if row.by else ""
    return (
        f'<div style="color:{TEXT};font-size:.9rem;overflow-wrap:anywhere">'
        f'<span aria-hidden="true">{SHAPES[row.kind]}</span> '
        f'<span style="color:{MUTED}">{escape(day_text(row.day, page.today))}{clock}</span> {safe(row.text)}{by}</div>'
    )
