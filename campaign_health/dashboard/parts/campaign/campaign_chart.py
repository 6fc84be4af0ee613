"""The chart of the campaign page: events and sends over a span of days, what was expected, and what happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

import pandas as pd
import streamlit as st

from campaign_health.dashboard.acts.day_note import draw_day_notes, offer_day_note
from campaign_health.dashboard.figures.span_choice import DEFAULT_SPAN, SPANS, before_span, span_of
from campaign_health.dashboard.figures.timeline import Mark, Shade, ratio_timeline, timeline
from campaign_health.dashboard.figures.timeline_text import timeline_text
from campaign_health.dashboard.look.markup import safe
from campaign_health.dashboard.look.theme import MUTED
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.parts.campaign.day_table import day_table
from campaign_health.dashboard.parts.chart import draw_chart
from campaign_health.state.campaign_view import CampaignNow
from campaign_health.words.dates import day_text
from campaign_health.words.numbers import plural
from campaign_health.words.visible import visible
from storage.read.decisions_made import Decision


def draw_timeline(
    page: Page,
    now: CampaignNow,
    days: pd.DataFrame,
    shades: Sequence[Shade],
    marks: Sequence[Mark],
    notes: Sequence[Decision],
) -> None:
    """Event count and sends on one axis; span, ratio and the period before are chosen in its header. `marks` are with
    the `notes` of people on days.
    """
    with st.container(horizontal=True, gap="medium", vertical_alignment="center", key="chart-head"):
        st.subheader("Events and sends", anchor=False, width="content")
        span = st.segmented_control(
            "Span", list(SPANS), default=DEFAULT_SPAN, key="span", bind="query-params", required=True,
            label_visibility="collapsed", width="content",
        )  # fmt: skip
        as_ratio = now.event is not None and st.toggle(
            "Sends for 100 events", key="ratio", bind="query-params", width="content"
        )
        compared = not as_ratio and st.toggle(
            "Compare with the period before", key="before", bind="query-params", width="content"
        )
        if len(days):
            offer_day_note(page, now.campaign_id, pd.Timestamp(days["day"].iloc[0]).date())
    part = span_of(days, span)
    if part.empty:
        st.info("No day has been collected yet.")
        return
    first = pd.Timestamp(part["day"].iloc[0]).date()
    near = [shade for shade in shades if shade.last >= first]
    seen = [mark for mark in marks if mark.day >= first]
    before = before_span(days, part) if compared else None
    drawn: Sequence[Mark] = () if as_ratio else seen
    figure = (
        ratio_timeline(part, near, page.palette)
        if as_ratio
        else timeline(part, near, drawn, page.palette, before=before)
    )
    note = chart_note(part, near, drawn)
    if compared and before is None:
        note += f" Nothing is known of the {plural(len(part), 'day')} before these."
    draw_chart(figure, timeline_text(part, near), day_table(part), key="timeline", note=note)
    if happened := [mark for mark in seen if not mark.is_note]:
        st.html(marks_html(happened, page.today))
    draw_day_notes(page, [note for note in notes if note.about_day and note.about_day >= first])


def chart_note(days: pd.DataFrame, shades: Sequence[Shade], marks: Sequence[Mark] = ()) -> str:
    """What the band and the coloured days mean, of those that are there."""
    statuses = set(days["status"].dropna())
    said = (
        (days["expected_low"].notna().any(), "the band is what a healthy campaign would have sent"),
        (any(shade.is_open for shade in shades), "red days are the open incident"),
        (any(not shade.is_open for shade in shades), "amber days are an incident that has ended"),
        ("volume_down" in statuses, "blue-green days are down in volume: events and sends fell together"),
        ("surging" in statuses, "violet days surge"),
        (
            any(mark.after is not None for mark in marks),
            "something changed on one of the dotted days; not each of them was looked at",
        ),
    )
    text = "; ".join(words for is_there, words in said if is_there)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def marks_html(marks: Sequence[Mark], today: date) -> str:
    """What happened on the marked days, one line each; the sources' own spelling shows when pointed at."""
    lines = "".join(
        f'<li title="{escape(visible(mark.detail, 300)) if mark.detail else ""}">{mark.shape} '
        f"{day_text(mark.day, today)}: {safe(mark.text)}</li>"
        for mark in marks
    )
    return (
        f'<ul style="list-style:none;margin:0;padding:0;color:{MUTED};font-size:.875rem;overflow-wrap:anywhere">'
        f"{lines}</ul>"
    )
