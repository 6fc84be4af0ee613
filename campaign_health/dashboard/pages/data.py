"""Where the numbers come from: how fresh each source is, which days lack, and what went wrong."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from campaign_health.dashboard.csv_export import as_csv
from campaign_health.dashboard.figures.gap_calendar import gap_calendar, gap_text
from campaign_health.dashboard.markup import in_markdown, shown
from campaign_health.dashboard.page import Page, draw
from campaign_health.dashboard.published import answer
from campaign_health.dashboard.quiet import quiet
from campaign_health.dashboard.reads.data import days_of_sources, newest_runs
from campaign_health.detection.words import SOURCE_WORDS

OUTCOMES = {"complete": "● complete", "partial": "◔ in part", "failed": "× failed"}


def data(page: Page) -> None:
    """Draws freshness, the calendar of gaps, and the runs with their errors."""
    st.title("Data", anchor=False)
    quiet(f"Days are calendar days in {page.workspace.time_zone}. A day without an answer is never counted as zero.")
    _freshness(page)
    days = answer(days_of_sources, page.name)
    st.subheader("Which days have been collected", anchor=False)
    if len(days):
        text = gap_text(days)
        st.plotly_chart(
            gap_calendar(days, page.palette), theme=None, config={"displayModeBar": False}, key="gaps", alt=text
        )
        quiet(in_markdown(text))
    _runs(page)


def _freshness(page: Page) -> None:
    st.subheader("How fresh is it?", anchor=False)
    rows = [
        {
            "Source": SOURCE_WORDS.get(one.source, one.source),
            "Last run": OUTCOMES.get(one.outcome, one.outcome),
            "Complete": page.local_time(one.last_complete) if one.last_complete else "never",
            "What to do": shown(one.error) if one.error else "–",
        }
        for one in page.workspace.sources
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Freshness of each source")
    judged = page.workspace.judged_day
    quiet(f"Judged up to {judged:%-d %B %Y}." if judged else "Nothing has been judged yet.")


def _runs(page: Page) -> None:
    st.subheader("Collection runs", anchor=False)
    runs = answer(newest_runs, page.name)
    if runs.empty:
        quiet("None yet.")
        return
    local = pd.to_datetime(runs["started_at"]).dt.tz_localize("UTC").dt.tz_convert(page.workspace.time_zone)
    table = pd.DataFrame(
        {
            "Started": local.dt.strftime("%Y-%m-%d %H:%M"),
            "Source": [SOURCE_WORDS.get(source, source) for source in runs["source"]],
            "Outcome": [OUTCOMES.get(outcome, outcome) for outcome in runs["outcome"]],
            "First day": pd.to_datetime(runs["first_day"]).dt.date,
            "Last day": pd.to_datetime(runs["last_day"]).dt.date,
            "Requests": runs["requests"],
            "Rows": runs["rows"],
            "What went wrong, and the cure": [shown(text) if isinstance(text, str) else "–" for text in runs["error"]],
        }
    )
    st.dataframe(table, hide_index=True, alt="Collection runs, newest first")
    st.download_button(
        "Download as CSV", as_csv(table), file_name="collection-runs.csv", mime="text/csv", icon=":material/download:"
    )


draw(data)
