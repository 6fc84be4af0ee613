"""What a server puts into a page, by ERB, EJS, PHP, Jinja, Handlebars and the like: holes in the code of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from campaign_health.check.code.markup.cutting import Hole

_ENDS = {
    b"<%--": b"--%>",
    b"<%": b"%>",
    b"<?": b"?>",
    b"{{!--": b"--}}",
    b"{{--": b"--}}",
    b"{{{": b"}}}",
    b"{{": b"}}",
    b"{!!": b"!!}",
    b"{%": b"%}",
    b"{#": b"#}",
}
_BEGINS = re.compile(b"|".join(map(re.escape, _ENDS)))
_ANGLES = re.compile(rb"<%--|<%|<\?(?=php\b|=)")
_OUTPUT = re.compile(rb"<%[=-]|<\?=|\{\{(?![#/^!>-])|\{!!")
_LONGEST = 5_000  # a tag that must end on its line
_TRIMS = re.compile(rb"[-_=]*")


@dataclass(frozen=True)
class ServerTag:
    """One tag: the place of the code in it, and whether it yields a value. A comment has no code."""

    start: int
    end: int
    code_start: int
    code_end: int
    yields: bool
    is_comment: bool

    @property
    def hole(self) -> Hole:
        """What it is in the code around it."""
        return Hole(self.start, self.end, 2, self.yields)


def server_tags(text: bytes, *, braces: bool = True, lines: bool = True) -> list[ServerTag]:
    """The tags of a page in order: with `braces` those of Jinja, too, with `lines` also over more than one line."""
    return list(_tags(text, _BEGINS if braces else _ANGLES, lines))


def _tags(text: bytes, begins: re.Pattern[bytes], lines: bool) -> Iterator[ServerTag]:
    last = {end: text.rfind(end) for end in set(_ENDS.values())}
    at = 0
    while (found := begins.search(text, at)) is not None:
        start, opens = found.start(), found[0]
        at = found.end()
        if text.startswith((b"<%%", b"<?xml"), start):
            continue
        closes = _ENDS[opens]
        if at > last[closes]:
            continue
        until = len(text) if lines or opens[:1] == b"<" else _line_end(text, at)
        end = text.find(closes, at, until)
        if end < 0:
            continue
        trims = _TRIMS.match(text, at)
        code_start = trims.end() if trims and opens[:1] == b"<" else at
        code_end = end - 1 if text[end - 1 : end] in (b"-", b"_") and end - 1 >= code_start else end
        comment = text[code_start : code_start + 1] == b"#" or opens in (b"<%--", b"{{!--", b"{{--", b"{#")
        is_output = bool(_OUTPUT.match(text, start))
        yield ServerTag(start, end + len(closes), code_start, code_end, is_output and not comment, comment)
        at = end + len(closes)


def _line_end(text: bytes, at: int) -> int:
    end = text.find(b"\n", at, at + _LONGEST)
    return end if end >= 0 else min(len(text), at + _LONGEST)
