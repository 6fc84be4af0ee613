"""Whether the campaign kept its promise, over the last week."""

from __future__ import annotations

import streamlit as st

from campaign_health.dashboard.look.markup import in_markdown
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.published_cache import answer
from campaign_health.state.early_signs import read_signs
from campaign_health.state.promises import SHOWN_DAYS, promise_of_week


def draw_promise(page: Page, campaign_id: int, campaign: str) -> None:
    """Draws it where somebody has looked; nothing where nobody has."""
    for sign in answer(read_signs, page.name, page.zone, page.now.replace(minute=0, second=0, microsecond=0)):
        if sign.campaign_id == campaign_id:
            st.warning(in_markdown(sign.sentence(page.zone)), icon=":material/schedule:")
    state = answer(promise_of_week, page.name, page.zone, campaign_id, page.today)
    if state is None:
        return
    st.subheader("Was it on time", anchor=False)
    days = f"Over {SHOWN_DAYS} days, of {state.qualifying:,} qualifying events."
    said = f"**{in_markdown(state.sentence(campaign))}** {in_markdown(f'{days} {state.rest()}'.strip())}"
    st.markdown(said)
