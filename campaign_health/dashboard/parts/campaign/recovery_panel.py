"""Who missed the campaign's message, in numbers, and what became of them."""

from __future__ import annotations

import streamlit as st

from campaign_health.dashboard.look.markup import in_markdown, said_in_markdown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.published_cache import answer
from campaign_health.state.incident import Incident
from campaign_health.state.recovery_states import read_recovery_states
from campaign_health.words.recovery_words import can_recover, recover_step


def draw_recoveries(page: Page, campaign_id: int, current: Incident | None) -> None:
    """Draws what was looked at; where nothing was, and an incident goes on, how it can be."""
    known = answer(read_recovery_states, page.name, campaign_id)
    if not known and (current is None or not current.missed_sends):
        return
    if not known and not can_recover() and current is not None and current.kind == "event_lost":
        return  # nobody had the event, and so no list has them
    st.subheader("Who missed it", anchor=False)
    for state in known:
        first, *others = state.sentences(page.zone, page.today)
        st.markdown(f"**{in_markdown(first)}** {in_markdown(' '.join(others))}")
    if not known:
        command = f"whoever runs campaign-health can, with `campaign-health route recover {campaign_id}`"
        step = recover_step((current and current.counted_event) or "its event", command)
        quiet(said_in_markdown(f"Nobody has looked yet who missed it, and who can still be reached: {step}."))
