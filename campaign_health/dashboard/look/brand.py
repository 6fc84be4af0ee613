"""The product's own mark and name: on top of every page, as its icon, and in the title of the browser's tab."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from campaign_health.dashboard.look.theme import palette
from campaign_health.words.numbers import count

NAME = "Campaign Health"
MARK = Path(__file__).with_name("mark.svg").read_text(encoding="utf-8").strip()
_TITLE = "title of the page"


def begin_tab(title: str = "") -> None:
    """Gives the tab its icon and, on top of the page, the product its mark; `title` is that of the page."""
    st.session_state[_TITLE] = title
    st.set_page_config(page_title=tab_title(title), page_icon=MARK, layout="wide")
    st.logo(_word_mark(palette().text), icon_image=_word_mark(palette().text))


def count_in_tab(broken: int) -> None:
    """Puts how many campaigns are broken in front of the tab's title, for whoever keeps it open beside others."""
    st.set_page_config(page_title=tab_title(st.session_state.get(_TITLE, ""), broken))


def tab_title(title: str, broken: int = 0) -> str:
    """A tab's title: `(6) Overview · Campaign Health`."""
    number = f"({count(broken)}) " if broken else ""
    return f"{number}{title} · {NAME}" if title else f"{number}{NAME}"


def _word_mark(colour: str) -> str:
    """The mark with the name beside it: an image of its own, which knows no font but the computer's, so the name
    is given its width.
    """
    inside = MARK.split(">", 1)[1].removesuffix("</svg>")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 204 32" width="204" height="32">'
        f'{inside}<text x="42" y="22" font-family="system-ui, sans-serif" font-size="18" font-weight="650" '
        f'textLength="160" fill="{colour}">{NAME}</text></svg>'
    )
