"""The wall: every campaign's last weeks as one small chart each, a screenful at a time, for the eye to compare."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from campaign_health.dashboard.figures.small_chart import lines_of
from campaign_health.dashboard.look.markup import in_markdown, safe, shown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.look.theme import MUTED, tone
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.page_files import page_file
from campaign_health.dashboard.parts.overview.incident_card import chart_html
from campaign_health.dashboard.parts.overview.lines_of_shown import with_lines
from campaign_health.words.numbers import count, plural
from campaign_health.words.status_words import legend, status_words

# What fits on a screen of 1440 by 900 at once.
ON_A_SCREEN = 24
PARAMETER = "screen"


def draw_wall(page: Page, campaigns: pd.DataFrame) -> None:
    """Draws one screenful of the campaigns, in their order, with the way to the others."""
    screens = max(1, -(-len(campaigns) // ON_A_SCREEN))
    screen = min(_asked(), screens)
    first = (screen - 1) * ON_A_SCREEN
    part = campaigns.iloc[first : first + ON_A_SCREEN]
    if part.empty:
        return
    _turning(screen, screens, first, len(part), len(campaigns))
    with st.container(key="wall"):
        for row in with_lines(page, part).itertuples():
            with st.container(key=f"tile-{row.campaign_id}"):
                st.page_link(
                    page_file("campaign"),
                    label=in_markdown(shown(row.campaign)[:60]),
                    query_params={"campaign": str(row.campaign_id), "workspace": page.name},
                )
                st.html(_tile(page, row))
    quiet(
        "Events are dotted and sends are solid, over 28 days and on one scale (events that are many times the sends "
        "have their own); the band is what a healthy campaign would have sent. Red days are an open incident, "
        "blue-green ones are down in volume, violet ones surge; of hatched ones no sends are known."
    )
    quiet(legend(set(part["status"])))


def _asked() -> int:
    asked = st.query_params.get(PARAMETER, "")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else 1


def _turning(screen: int, screens: int, first: int, drawn: int, campaigns: int) -> None:
    if screens == 1:
        quiet(f"{plural(campaigns, 'campaign')}.")
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="turning"):
        st.button("Before", key="wall-before", disabled=screen == 1, on_click=_go_to, args=(screen - 1,))
        st.button("Next", key="wall-next", disabled=screen == screens, on_click=_go_to, args=(screen + 1,))
        quiet(f"{count(first + 1)} to {count(first + drawn)} of {plural(campaigns, 'campaign')}")


def _go_to(screen: int) -> None:
    st.query_params[PARAMETER] = str(screen)


def _tile(page: Page, row: object) -> str:
    status = getattr(row, "status", "")
    words = status_words(status)
    lines = lines_of(row)
    event = getattr(row, "event", None)
    chart = chart_html(lines, page.palette, "3rem") if lines is not None else ""
    small = f"font-size:.78rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;margin:0;color:{MUTED}"
    return (
        f'{chart}<p style="{small}" title="{escape(words.meaning)}">'
        f'<span style="color:{tone(status)[0]};font-weight:650">'
        f'<span aria-hidden="true">{words.shape}</span> {escape(words.label)}</span>'
        f"{f' · {safe(event)}' if isinstance(event, str) else ''}</p>"
    )
