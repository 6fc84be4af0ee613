"""The chain of a campaign on one day, from the event to the conversion, beside what is usual on such a weekday."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from campaign_health.dashboard.figures.funnel import (
    COLUMNS,
    chain_figure,
    chain_steps,
    chain_table,
    chain_text,
    steps_worth_drawing,
)
from campaign_health.dashboard.figures.usual_day import last_whole_day, usual_day
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.parts.chart import draw_chart
from campaign_health.words.dates import day_text

# Pixels; longer bars are no easier to compare.
_WIDTH = 860


def draw_chain(page: Page, days: pd.DataFrame) -> None:
    """Draws the last whole day, or another that is chosen; a line where there is nothing to draw."""
    newest = last_whole_day(days)
    with st.container(horizontal=True, gap="medium", vertical_alignment="center", key="chain-head"):
        st.subheader("From event to conversion", anchor=False, width="content")
        if newest is None:
            is_idle = set(days["status"].dropna()) == {"not_running"}
            quiet("It was not running, so there is no chain." if is_idle else
                  "Nothing is known yet of what this campaign sent.")  # fmt: skip
            return
        known = days[days["sent"].notna()]
        choices = [pd.Timestamp(one).date() for one in known["day"].iloc[::-1]]
        day = st.selectbox(
            "Day", choices, index=choices.index(newest), key="day", bind="query-params", width=190,
            format_func=lambda one: day_text(one, page.today), label_visibility="collapsed",
        )  # fmt: skip
    row = known[pd.to_datetime(known["day"]) == pd.Timestamp(day)].iloc[-1]
    usual = usual_day(days, day, COLUMNS)
    steps = chain_steps(row, row["stage"] if isinstance(row["stage"], str) else None, usual.numbers if usual else None)
    drawn = steps_worth_drawing(steps)
    if not drawn:
        what = "no events, journeys or sends" if pd.notna(row["events"]) else "no journeys or sends"
        quiet(f"On {day_text(day, page.today)} there were {what}{', as usual' if usual else ''}.")
        return
    compared = f"Usual is {usual.said(page.today)}." if usual else "There is no such weekday before to compare it with."
    with st.container(width=_WIDTH):
        draw_chart(
            chain_figure(drawn, page.palette, day_text(day, page.today)), chain_text(steps), chain_table(steps),
            key="chain", note=compared,
        )  # fmt: skip
