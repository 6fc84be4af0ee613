"""Who missed the campaign's message, in numbers, and what became of them."""

from __future__ import annotations

import streamlit as st

from campaign_health.dashboard.look.markup import in_markdown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.published_cache import answer
from campaign_health.state.incident import Incident
from campaign_health.state.recovery_states import read_recovery_states


def draw_recoveries(page: Page, campaign_id: int, current: Incident | None) -> None:
    """Draws what was looked at; where nothing was, and an incident goes on, how it can be."""
    known = answer(read_recovery_states, page.name, campaign_id)
    if not known and (current is None or not current.missed_sends):
        return
    st.subheader("Who missed it", anchor=False)
    for state in known:
        first, *others = state.sentences(page.zone, page.today)
        st.markdown(f"**{in_markdown(first)}** {in_markdown(' '.join(others))}")
    if not known:
        quiet(
            "Nobody has looked yet who missed it, and who can still be reached. Whoever runs campaign-health can: "
            f"`campaign-health route recover {campaign_id}`."
        )
