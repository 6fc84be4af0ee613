"""How fresh the data is: runs, gaps, and what to do where one went wrong."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from campaign_health.dashboard.figures.gap_calendar import (
    ALL,
    calendar_width,
    gap_calendar,
    gap_days,
    gap_text,
    single_campaigns_text,
)
from campaign_health.dashboard.look.data_table import draw_table
from campaign_health.dashboard.look.markup import in_markdown, said_in_markdown, shown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.page import Page, draw, say_not_configured
from campaign_health.dashboard.parts.chart import draw_chart
from campaign_health.dashboard.parts.download import offer_csv
from campaign_health.dashboard.parts.where_it_is import show_where_it_is
from campaign_health.dashboard.published_cache import answer
from campaign_health.state.data_view import data_view
from campaign_health.words.dates import clock_text, day_text
from campaign_health.words.event_service import of_service
from campaign_health.words.source_names import source_name

OUTCOMES = {"complete": "● complete", "partial": "◔ in part", "failed": "× failed"}
SOURCE_MEANINGS = {
    "mixpanel_events": "how often each event happened",
    "mixpanel_properties": "which properties the events carried",
    "mixpanel_lexicon": "which events are hidden or blocked in Mixpanel",
    "customerio_campaigns": "the campaigns, their triggers and messages",
    "customerio_segments": "how many people are in the segments that campaigns name",
    "customerio_metrics": "what was sent, delivered, opened",
    "customerio_journeys": "how many people started a campaign and got past its filters",
    "customerio_messages": "what each message of a campaign with several sent, a few in every run",
    "customerio_broadcasts": "what broadcasts started by code sent",
    "customerio_transactional": "what transactional messages sent",
    "customerio_newsletters": "the newsletters, and when each was sent",
    "share": "what is published, where else the team looks",
}


def data(page: Page) -> None:
    """Draws freshness, the calendar of gaps, the runs with their errors, and where the file is."""
    st.title("Data", anchor=False)
    zone = in_markdown(page.zone.key)
    quiet(f"Days are calendar days in {zone}. A day without an answer is *not collected*, never zero.")
    _freshness(page)
    view = answer(data_view, page.name)
    _calendar(page, view.days)
    _runs(page, view.runs)
    show_where_it_is(page)
    say_not_configured(page.settings)


def _freshness(page: Page) -> None:
    st.subheader("How fresh is it?", anchor=False)
    rows = [
        {
            "Source": source_name(one.source),
            "Last complete": page.local_time(one.complete_at) if one.complete_at else "never",
            "Newest run": OUTCOMES.get(one.outcome, one.outcome),
            "What it is for": of_service(SOURCE_MEANINGS.get(one.source, "–")),
        }
        for one in page.workspace.sources
    ]
    draw_table(pd.DataFrame(rows), "Freshness of each source", "freshness", height="content")
    for one in page.workspace.sources:
        if one.trouble:
            label = in_markdown(source_name(one.source))
            st.warning(f"**{label}.** {said_in_markdown(one.trouble)}", icon=":material/cloud_off:")
    judged = page.workspace.judged_day
    quiet(f"Judged up to {day_text(judged, page.today)}." if judged else "Nothing has been judged yet.")


def _calendar(page: Page, days: pd.DataFrame) -> None:
    st.subheader("Which days have been collected", anchor=False)
    if days.empty:
        quiet("None yet.")
        return
    found = gap_days(days)
    table = found[found["state"] != ALL].iloc[::-1]
    table = pd.DataFrame(
        {"Day": table["day"].dt.date, "State": table["state"], "Not collected": table["missing"].replace("", "–")}
    )
    text = gap_text(days) + single_campaigns_text(page.overview.unchecked)
    draw_chart(
        gap_calendar(found, page.palette), text, table, key="gaps", label="Show the gaps as a table",
        width=calendar_width(found),
        note="*Provisional*: the day is not over, or its numbers are still growing. What is missing of a single "
        "campaign is on that campaign's page.",
    )  # fmt: skip


def _runs(page: Page, runs: pd.DataFrame) -> None:
    st.subheader("Collection runs", anchor=False)
    if runs.empty:
        quiet("None yet.")
        return
    local = pd.to_datetime(runs["started_at"]).dt.tz_localize("UTC").dt.tz_convert(page.zone.key)
    table = pd.DataFrame(
        {
            "Started": [clock_text(moment.to_pydatetime(), page.zone) for moment in local],
            "Source": [source_name(source) for source in runs["source"]],
            "Outcome": [OUTCOMES.get(outcome, outcome) for outcome in runs["outcome"]],
            "What went wrong, and the cure": [shown(text) if isinstance(text, str) else "–" for text in runs["error"]],
            "First day": pd.to_datetime(runs["first_day"]).dt.date,
            "Last day": pd.to_datetime(runs["last_day"]).dt.date,
            "Requests": runs["requests"],
            "Rows": runs["rows"],
        }
    )
    draw_table(
        table, "Collection runs, newest first", "runs",
        config={
            "What went wrong, and the cure": st.column_config.TextColumn(width="large"),
            "Requests": st.column_config.NumberColumn(format="localized"),
            "Rows": st.column_config.NumberColumn(format="localized"),
        },
    )  # fmt: skip
    offer_csv(table.assign(Started=local.dt.strftime("%Y-%m-%d %H:%M")), "collection-runs.csv")


draw(data, unchecked="above")
