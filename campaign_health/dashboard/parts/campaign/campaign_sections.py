"""The parts of the campaign page that are drawn from its days: timeline, chain, incidents and all numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

import pandas as pd
import streamlit as st

from campaign_health.dashboard.figures.funnel import chain_figure, chain_steps, chain_table, chain_text
from campaign_health.dashboard.figures.timeline import Mark, Shade, ratio_timeline, timeline
from campaign_health.dashboard.figures.timeline_text import timeline_text
from campaign_health.dashboard.look.data_table import draw_table
from campaign_health.dashboard.look.markup import safe
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.look.theme import MUTED
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.parts.campaign.day_table import day_table
from campaign_health.dashboard.parts.chart import draw_chart
from campaign_health.dashboard.parts.download import offer_csv
from campaign_health.state.campaign_view import CampaignNow
from campaign_health.state.handling import handling
from campaign_health.state.incident import Incident
from campaign_health.words.currency import sign_before
from campaign_health.words.dates import day_text
from campaign_health.words.ended import INCIDENT_STATES
from campaign_health.words.numbers import in_round_figures
from campaign_health.words.status_words import cause_label, legend, status_label
from campaign_health.words.visible import visible

SPANS = {"4 weeks": 28, "3 months": 92, "Everything": 100_000}


def draw_timeline(
    page: Page, now: CampaignNow, days: pd.DataFrame, shades: Sequence[Shade], marks: Sequence[Mark]
) -> None:
    """Event count and sends on one axis, with the choice of span and of the ratio."""
    st.subheader("Events and sends", anchor=False)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        span = st.segmented_control(
            "Span", list(SPANS), default="3 months", key="span", bind="query-params", required=True
        )
        as_ratio = st.toggle("Sends for 100 events", key="ratio", bind="query-params", disabled=now.event is None)
    part = days.tail(SPANS.get(str(span), 92))
    if part.empty:
        st.info("No day has been collected yet.")
        return
    first = pd.Timestamp(part["day"].iloc[0]).date()
    near = [shade for shade in shades if shade.last >= first]
    seen = [mark for mark in marks if mark.day >= first]
    if as_ratio and now.event is not None:
        drawn: Sequence[Mark] = ()
        figure = ratio_timeline(part, near, page.palette)
    else:
        drawn = seen
        figure = timeline(part, near, drawn, page.palette, event=now.event)
    draw_chart(figure, timeline_text(part, near), day_table(part), key="timeline", note=chart_note(part, near, drawn))
    if seen:
        st.html(marks_html(seen, page.today))


def chart_note(days: pd.DataFrame, shades: Sequence[Shade], marks: Sequence[Mark] = ()) -> str:
    """What the band and the coloured days mean, of those that are there."""
    parts = []
    if days["expected_low"].notna().any():
        parts.append("the band is what a healthy campaign would have sent")
    if any(shade.is_open for shade in shades):
        parts.append("red days are the open incident")
    if any(not shade.is_open for shade in shades):
        parts.append("amber days are an incident that has ended")
    if any(mark.after is not None for mark in marks):
        parts.append("something changed on one of the grey days; not each of them was looked at")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def marks_html(marks: Sequence[Mark], today: date) -> str:
    """What happened on the marked days, one line each; the sources' own spelling shows when pointed at."""
    lines = "".join(
        f'<li title="{escape(visible(mark.detail, 300)) if mark.detail else ""}">▲ {day_text(mark.day, today)}: '
        f"{safe(mark.text)}</li>"
        for mark in marks
    )
    return (
        f'<ul style="list-style:none;margin:0;padding:0;color:{MUTED};font-size:.875rem;overflow-wrap:anywhere">'
        f"{lines}</ul>"
    )


def draw_chain(page: Page, days: pd.DataFrame) -> None:
    """The chain on a day, from the event to the conversion."""
    known = days[days["sent"].notna()]
    if known.empty:
        return
    st.subheader("The chain on one day", anchor=False)
    choices = [pd.Timestamp(day).date() for day in known["day"].iloc[::-1]]
    day = st.selectbox(
        "Day", choices, key="day", bind="query-params", format_func=lambda one: day_text(one, page.today), width=220
    )
    row = known[known["day"] == pd.Timestamp(day)].iloc[-1]
    steps = chain_steps(row, row["stage"] if isinstance(row["stage"], str) else None)
    draw_chart(chain_figure(steps, page.palette), chain_text(steps), chain_table(steps), key="chain")


def draw_history(incidents: Sequence[Incident], today: date) -> None:
    """Every incident the campaign ever had."""
    st.subheader("Incident history", anchor=False)
    quiet("An incident is a run of bad days. It opens and closes by itself; back within a week, it is the same one.")
    if not incidents:
        quiet("This campaign has had none.")
        return
    rows = [
        {
            "Began": one.opened_on,
            "Ended": one.recovered_on,
            "State": ", ".join(
                text for text in (INCIDENT_STATES.get(one.status, one.status), handling(one, today)) if text
            ),
            "How it ended": one.end_text(today) or None,
            "What": f"{status_label(one.kind)}, {one.campaign}" if one.is_of_source else status_label(one.kind),
            "Probable cause": cause_label(one.cause),
            # Nobody missed none.
            "Missed sends": round(one.missed_sends or 0) or None,
            "At risk": in_round_figures(one.revenue_at_risk or 0) or None,
        }
        for one in incidents
    ]
    sums = f"{sign_before(incidents[0].currency)}%,d"
    table = pd.DataFrame(rows)
    draw_table(
        table, "Incidents of this campaign", "history",
        config={"At risk": st.column_config.NumberColumn(format=sums)},
    )  # fmt: skip


def draw_numbers(now: CampaignNow, days: pd.DataFrame) -> None:
    """All numbers as CSV, with each day's verdict as it is known now, and what those mean."""
    whole = {name: pd.to_numeric(days[name]).round(1) for name in ("expected", "expected_low", "expected_high")}
    rows = days.assign(day=pd.to_datetime(days["day"]).dt.strftime("%Y-%m-%d"), **whole)
    offer_csv(rows, f"campaign-{now.campaign_id}.csv", "Download all days as CSV")
    quiet(legend(set(days["status"].dropna())))
