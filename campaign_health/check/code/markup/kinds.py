"""The kinds of pages, and who cuts them."""

from __future__ import annotations

from collections.abc import Callable

from campaign_health.check.code.markup.cutting import Cut, Page
from campaign_health.check.code.markup.html_pages import HtmlCutter
from campaign_health.check.code.markup.svelte_pages import SvelteCutter
from campaign_health.check.code.markup.vue_pages import VueCutter


def cut_page(kind: str, content: bytes) -> Page:
    """The code of a page in UTF-8, piece by piece in its place."""
    return _CUTTERS[kind](content)


def _vue(content: bytes) -> Page:
    cut = Cut(content)
    VueCutter(cut).run()
    return cut.page()


def _svelte(content: bytes) -> Page:
    cut = Cut(content)
    SvelteCutter(cut).run()
    return cut.page()


def _html(content: bytes) -> Page:
    cut = Cut(content)
    HtmlCutter(cut).run()
    return cut.page()


_CUTTERS: dict[str, Callable[[bytes], Page]] = {"vue": _vue, "svelte": _svelte, "html": _html}
