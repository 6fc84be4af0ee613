"""The sentence on top of the overview: the state of everything."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd
import streamlit as st

from campaign_health.dashboard.look.theme import MUTED, TEXT
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.parts.cost_words import RISK_IN_SHORT, risk_a_week
from campaign_health.state.incidents_now import Incident
from campaign_health.words.sentences import overview_parts
from campaign_health.words.status import BROKEN, EXPECTED


def draw_headline(page: Page, campaigns: pd.DataFrame, open_incidents: Sequence[Incident]) -> None:
    """What is broken and at risk as the page's heading, and the rest smaller below it."""
    news, rest = headline(page, campaigns, open_incidents)
    small = _small(rest, ".95rem") if rest else ""
    if any(one.dollars_a_week for one in open_incidents):
        small += _small(f"At risk: {RISK_IN_SHORT}; more on the page Help.", ".86rem")
    st.html(
        f'<h1 style="font-size:1.4rem;line-height:1.3;font-weight:650;margin:0;padding:0;color:{TEXT}">'
        f"{escape(news)}</h1>{small}"
    )


def headline(page: Page, campaigns: pd.DataFrame, open_incidents: Sequence[Incident]) -> tuple[str, str]:
    """The news and the rest, each a sentence; the rest may be empty."""
    statuses = {str(status): int(number) for status, number in campaigns["status"].value_counts().items()}
    statuses.pop(EXPECTED, None)
    weekly = [one.dollars_a_week for one in open_incidents if one.dollars_a_week]
    news, rest = overview_parts(statuses, sum(weekly) if weekly else None, _freshness(page))
    if any(status in BROKEN for status in statuses):
        news = risk_a_week(news, open_incidents)
    if not news:
        news, rest = rest[:1], rest[1:]
    return _sentence(news), _sentence(rest)


def _small(text: str, size: str) -> str:
    return f'<p style="margin:.1rem 0 0;color:{MUTED};font-size:{size}">{escape(text)}</p>'


def _sentence(parts: Sequence[str]) -> str:
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _freshness(page: Page) -> str | None:
    sources = page.workspace.sources
    complete = [source.last_complete for source in sources if source.outcome == "complete" and source.last_complete]
    if not sources or not complete:
        return None
    if len(complete) == len(sources):
        return f"all sources collected {page.local_time(page.workspace.oldest_core() or min(complete))}"
    return f"{len(sources) - len(complete)} of {len(sources)} sources could not be collected completely"
