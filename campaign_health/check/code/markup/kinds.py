"""The kinds of pages, and who cuts them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from campaign_health.check.code.markup.astro_pages import AstroCutter
from campaign_health.check.code.markup.cutting import Cut, Page
from campaign_health.check.code.markup.html_pages import HtmlCutter
from campaign_health.check.code.markup.php_pages import cut_php
from campaign_health.check.code.markup.server_tags import ServerTag, server_tags
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


def _astro(content: bytes) -> Page:
    cut = Cut(content)
    AstroCutter(cut).run()
    return cut.page()


def _html(content: bytes) -> Page:
    return _of_server(content, server_tags(content, lines=False))


def _template(content: bytes) -> Page:
    return _of_server(content, server_tags(content))


def _erb(content: bytes) -> Page:
    return _of_server(content, server_tags(content, braces=False), "Ruby")


def _erb_script(content: bytes) -> Page:
    tags = server_tags(content, braces=False)
    cut = _with_code_of(tags, content, "Ruby")
    cut.add("script", 0, len(content))
    return cut.page()


def _ejs(content: bytes) -> Page:
    return _of_server(content, server_tags(content, braces=False), "script")


def _eex(content: bytes) -> Page:
    return _of_server(content, server_tags(content, braces=False), "Elixir")


def _of_server(content: bytes, tags: list[ServerTag], language: str | None = None) -> Page:
    """A page of HTML that a server fills in; `language` is that of the code in its tags, where it is read."""
    cut = _with_code_of(tags, content, language)
    HtmlCutter(cut).run()
    return cut.page()


def _with_code_of(tags: Iterable[ServerTag], content: bytes, language: str | None) -> Cut:
    cut = Cut(content, [tag.hole for tag in tags])
    cut.quiet += [(tag.start, tag.end) for tag in tags if tag.is_comment]
    if language is not None:
        cut.add_together(language, [(tag.code_start, tag.code_end, tag.end) for tag in tags if not tag.is_comment])
    return cut


_CUTTERS: dict[str, Callable[[bytes], Page]] = {
    "vue": _vue,
    "svelte": _svelte,
    "astro": _astro,
    "html": _html,
    "template": _template,
    "erb": _erb,
    "erb script": _erb_script,
    "ejs": _ejs,
    "eex": _eex,
    "php": cut_php,
}
