"""The part of the coverage page on real time: what campaigns promise, how soon they are, and what it would take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd
import streamlit as st

from campaign_health.dashboard.look.data_table import draw_table
from campaign_health.dashboard.look.markup import shown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.parts.download import offer_csv
from campaign_health.dashboard.published_cache import answer
from campaign_health.state.real_time import RealTime, real_time_of
from campaign_health.words.real_time_words import ABOUT_REAL_TIME


def draw_real_time(page: Page) -> None:
    """Draws a row a running campaign, and offers the same with its numbers as CSV."""
    st.subheader("Which campaign deserves real time", anchor=False)
    named = None if len(page.settings.workspaces) == 1 else page.name
    found = answer(real_time_of, page.name, page.zone, page.today, named)
    if not found:
        quiet("No campaign is running.")
        return
    draw_table(
        real_time_table(found), "What campaigns promise, how soon they are, and what it would take", "real-time",
        config={"What it would take": st.column_config.TextColumn(width="large")},
    )  # fmt: skip
    quiet(ABOUT_REAL_TIME)
    offer_csv(pd.DataFrame([asdict(one) for one in found]), "real_time.csv")


def real_time_table(found: Sequence[RealTime]) -> pd.DataFrame:
    """A row a campaign, in words."""
    return pd.DataFrame(
        {
            "Campaign": [shown(one.campaign) for one in found],
            "Promise": [shown(one.promise) for one in found],
            "Measured": [one.measured for one in found],
            "Kept for": [one.kept for one in found],
            "Carried by": [one.carried_by for one in found],
            "What it would take": [shown(one.would_take) for one in found],
        }
    )
