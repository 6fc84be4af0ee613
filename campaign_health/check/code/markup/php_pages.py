"""PHP's files: PHP between its tags, and the page of HTML around them."""

from __future__ import annotations

import re

from campaign_health.check.code.markup.cutting import Cut, Hole, Page, Span
from campaign_health.check.code.markup.html_pages import HtmlCutter

_OPENS = re.compile(rb"<\?(?:php\b|=)")
# What hides a `?>`, and the `?>` itself; a comment of one line hides none.
_HOP = re.compile(
    rb"""\?>|/\*.*?(?:\*/|\Z)|'(?:[^'\\]|\\.)*(?:'|\\?\Z)|"(?:[^"\\]|\\.)*(?:"|\\?\Z)|(?://|\#(?!\[))(?:[^?\n]|\?(?!>))*""",
    re.DOTALL,
)
_HEREDOC = re.compile(rb"<<<")


def cut_php(content: bytes) -> Page:
    """A file of PHP. One that is nothing but PHP, or holds a heredoc, is read as it stands."""
    tags = [] if _HEREDOC.search(content) else _tags(content)
    if not tags or (tags[-1][1] == len(content) and len(tags) == 1):
        cut = Cut(content)
        cut.add("PHP", 0, len(content))
        return cut.page()
    holes = [_hole(content, start, end) for start, end in tags]
    cut = Cut(content, holes)
    pieces: list[Span] = []
    for (start, end), hole in zip(tags, holes, strict=True):
        after = end if hole.mark_at is None else hole.mark_at
        pieces += [(start, after), (after + hole.mark, end)] if hole.mark_at is not None else [(start, end)]
    cut.add_with_tags("PHP", pieces)
    HtmlCutter(cut).run()
    return cut.page()


def _tags(content: bytes) -> list[Span]:
    found: list[Span] = []
    at = 0
    while (opens := _OPENS.search(content, at)) is not None:
        end = next((hop.end() for hop in _HOP.finditer(content, opens.end()) if hop[0] == b"?>"), len(content))
        found.append((opens.start(), end))
        at = end
    return found


def _hole(content: bytes, start: int, end: int) -> Hole:
    """A tag's hole; the space before `?>`, which PHP does not need, stands for it in a script."""
    space = end - 3
    has_space = content.endswith(b"?>", start, end) and content[space : space + 1] == b" " and space > start + 5
    yields = content.startswith(b"<?=", start) or b"echo" in content[start : start + 12]
    return Hole(start, end, int(has_space), yields, space if has_space else None)
