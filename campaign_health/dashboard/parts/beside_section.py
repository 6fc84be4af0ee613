"""The part of the coverage page on what is sent beside campaigns: how each is watched, its sends, the newsletters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from campaign_health.dashboard.figures.sends_by_day import sends_by_day, sends_table, sends_text
from campaign_health.dashboard.look.data_table import draw_table
from campaign_health.dashboard.look.markup import in_markdown, shown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.parts.chart import draw_chart
from campaign_health.dashboard.published_cache import answer
from campaign_health.process.clock import local_day
from campaign_health.state.beside_campaigns import CHARTED, Newsletter, TriggeredState, triggered_day_rows
from campaign_health.words.beside_words import CHARTED_WORDS, DAY_WORDS, KIND_WORDS, NEWSLETTER_WORDS
from campaign_health.words.dates import day_text
from campaign_health.words.status_words import shape_and_label

NEWSLETTERS_SHOWN = 50


def _none_known(page: Page, *sources: str) -> str:
    """Whether there is none, or nobody knows yet."""
    is_known = not set(sources).intersection(page.workspace.beside.lacking)
    return "Customer.io has none." if is_known else "None has been collected yet."


def draw_triggered(page: Page) -> None:
    """Draws the broadcasts and transactional messages, and the sends of the one that is chosen."""
    st.subheader("Broadcasts and transactional messages", anchor=False)
    known = page.workspace.beside.triggered
    if not known:
        st.info(_none_known(page, "customerio_broadcasts", "customerio_transactional"))
        return
    for one in page.workspace.beside.broken:
        st.error(in_markdown(f"{one.title}: {one.sentence}"), icon=":material/error:")
    draw_table(
        triggered_table(known, page.today), "Broadcasts and transactional messages", "triggered",
        config={"How it is watched": st.column_config.TextColumn(width="large")},
    )  # fmt: skip
    _draw_sends(page, known)


def draw_newsletters(page: Page) -> None:
    """Draws the newsletters, those sent the latest first."""
    st.subheader("Newsletters", anchor=False)
    known = page.workspace.beside.newsletters
    if not known:
        st.info(_none_known(page, "customerio_newsletters"))
        return
    more = len(known) - NEWSLETTERS_SHOWN
    quiet(NEWSLETTER_WORDS + (f" The newest {NEWSLETTERS_SHOWN} of {len(known)} are shown." if more > 0 else ""))
    draw_table(newsletter_table(known[:NEWSLETTERS_SHOWN], page), "Newsletters", "newsletters")


def triggered_table(known: Sequence[TriggeredState], today: date) -> pd.DataFrame:
    """A row each: what it is, how it is watched, how it does, what it sent lately."""
    return pd.DataFrame(
        {
            "Name": [shown(one.name) for one in known],
            "Kind": [KIND_WORDS[one.kind].one for one in known],
            "State": [_how_it_does(one) for one in known],
            "How it is watched": [_how_watched(one) for one in known],
            "Sends, 28 days": [one.sent_recently for one in known],
            "Last sent": [_day(one.last_sent, today) for one in known],
        }
    )


def newsletter_table(known: Sequence[Newsletter], page: Page) -> pd.DataFrame:
    """A row each: its name, its channel, and the workspace's day on which it was sent."""
    return pd.DataFrame(
        {
            "Name": [shown(one.name) for one in known],
            "Channel": [one.channel or "–" for one in known],
            "Sent": [
                "not sent yet" if one.sent_at is None else day_text(local_day(one.sent_at, page.zone), page.today)
                for one in known
            ],
        }
    )


def _draw_sends(page: Page, known: Sequence[TriggeredState]) -> None:
    names = {f"{one.kind}-{one.object_id}": one for one in known}
    chosen = st.selectbox(
        "Sends of", list(names), key="triggered", bind="query-params", width=460,
        format_func=lambda key: shown(names[key].title) if key in names else shown(key),
    )  # fmt: skip
    if chosen not in names:
        return
    one = names[chosen]
    rows = [
        row
        for row in answer(triggered_day_rows, page.name)
        if (row["kind"], row["object_id"]) == (one.kind, one.object_id)
    ]
    days = pd.DataFrame(rows, columns=["day", "sent", "drafted", "failed", "state"])
    days["day"] = pd.to_datetime(days["day"])
    note = f"{CHARTED_WORDS} {DAY_WORDS}" if one.status == CHARTED else DAY_WORDS
    draw_chart(sends_by_day(days, page.palette), sends_text(days), sends_table(days), key="sends-beside", note=note)


def _how_it_does(one: TriggeredState) -> str:
    return "Not judged" if one.status == CHARTED else shape_and_label(one.status)


def _how_watched(one: TriggeredState) -> str:
    if one.queues_drafts:
        return "It only queues drafts: nothing is sent until somebody sends them."
    if one.state is not None and one.state != "running":
        return f"Not running: {shown(one.state)} in Customer.io."
    return CHARTED_WORDS if one.event is None else f"By its event {shown(one.event)}, which the manifest names."


def _day(day: date | None, today: date) -> str | None:
    return None if day is None else day_text(day, today)
