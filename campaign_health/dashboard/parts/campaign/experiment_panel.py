"""Whether sending at once is worth it: what the campaign's experiment has shown."""

from __future__ import annotations

import streamlit as st

from campaign_health.dashboard.look.markup import in_markdown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.published_cache import answer
from campaign_health.state.delivery_view import carried_event
from campaign_health.state.experiments import experiment_of
from campaign_health.words.experiment_words import NOT_COMPARED


def draw_experiment(page: Page, campaign_id: int, event: str | None) -> None:
    """Draws it where there is or was one; of another campaign whose event is moved, that nothing is compared."""
    state = answer(experiment_of, page.name, campaign_id)
    if state is None:
        if answer(carried_event, page.name, event) is not None:
            quiet(NOT_COMPARED)
        return
    st.subheader("Is sending at once worth it", anchor=False)
    first, *rest = state.sentences()
    st.markdown(f"**{in_markdown(first)}** {in_markdown(' '.join(rest))}")
