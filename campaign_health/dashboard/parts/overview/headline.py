"""The sentence on top of the overview: the state of everything."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from campaign_health.dashboard.look.theme import MUTED, TEXT
from campaign_health.state.overview import Overview


def draw_headline(overview: Overview) -> None:
    """What is broken and at risk as the page's heading, and the rest smaller below it."""
    news, rest = headline(overview)
    small = _small(rest, ".95rem") if rest else ""
    small += _small(overview.coverage, ".86rem")
    st.html(
        f'<h1 class="news" style="font-size:1.4rem;line-height:1.3;font-weight:650;margin:0;padding:0;color:{TEXT}">'
        f"{escape(news)}</h1>{small}"
    )


def headline(overview: Overview) -> tuple[str, str]:
    """The news and the rest, each a sentence; the rest may be empty."""
    news, rest = overview.news, overview.rest
    return (_sentence(news), _sentence(rest)) if news else (_sentence(rest[:1]), _sentence(rest[1:]))


def _small(text: str, size: str) -> str:
    return f'<p class="quiet" style="margin:.1rem 0 0;color:{MUTED};font-size:{size}">{escape(text)}</p>'


def _sentence(parts: Sequence[str]) -> str:
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""
