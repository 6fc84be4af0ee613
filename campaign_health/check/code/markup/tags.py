"""Tags of HTML and of what is written like it, read once from front to back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

_OPENS = re.compile(rb"<([A-Za-z][^\s/>\"'<{]*)")
_SPACE = re.compile(rb"[\s/]*")
_NAME = re.compile(rb"[^\s/>=][^\s/>=]*")
_EQUALS = re.compile(rb"\s*=\s*")
_UNQUOTED = re.compile(rb"[^\s>]+")


@dataclass(frozen=True)
class Attribute:
    """One attribute; `quote` is the byte before its value: a quote, `{`, or nothing for a bare value."""

    name: str
    start: int
    end: int
    quote: bytes


@dataclass
class Tag:
    """An opening tag from `start` to `end`, the name in small letters unless it is a component's."""

    name: str
    start: int
    end: int
    attributes: list[Attribute] = field(default_factory=list)
    closed: bool = False

    def value(self, name: str, text: bytes) -> str:
        """What an attribute is given as it is written; empty without it."""
        for attribute in self.attributes:
            if attribute.name.lower() == name:
                return text[attribute.start : attribute.end].decode("utf-8", "replace")
        return ""

    @property
    def is_component(self) -> bool:
        """Whether it is one of the project's own elements rather than one of HTML's."""
        return self.name[:1].isupper() or "-" in self.name or "." in self.name


class TagReader:
    """Reads the tags of one page.

    `brace` reads an expression in braces from its first brace and tells where it ends; without it braces mean nothing.
    `braces_in_quotes`: they mean something between quotes, too.
    """

    def __init__(
        self, text: bytes, brace: Callable[[int], int | None] | None = None, *, braces_in_quotes: bool = False
    ) -> None:
        self._text = text
        self._brace = brace
        self._braces_in_quotes = braces_in_quotes
        self._last = {quote: text.rfind(quote) for quote in (b'"', b"'", b"`")}

    def read(self, at: int) -> Tag | None:
        """The opening tag at a place; None where none begins. One that never ends is read to the end of the page."""
        text = self._text
        opens = _OPENS.match(text, at)
        if opens is None:
            return None
        tag = Tag(opens[1].decode("utf-8", "replace"), at, opens.end())
        at = opens.end()
        while True:
            space = _SPACE.match(text, at)
            after = space.end() if space else at
            if after >= len(text):
                tag.end = len(text)
                return tag
            if text[after] == 0x3E:  # >
                tag.end = after + 1
                tag.closed = text[after - 1] == 0x2F and after > at
                return tag
            if text[after] == 0x3C:  # `<`: a tag that was never ended
                tag.end = after
                return tag
            at = self._attribute(tag, after)

    def _attribute(self, tag: Tag, at: int) -> int:
        text = self._text
        if self._brace is not None and text[at] == 0x7B and (after := self._brace(at)) is not None:
            return after
        name = _NAME.match(text, at)
        if name is None:
            return at + 1
        equals = _EQUALS.match(text, name.end())
        said = name[0].decode("utf-8", "replace")
        if equals is None:
            tag.attributes.append(Attribute(said, name.end(), name.end(), b""))
            return name.end()
        at = equals.end()
        quote = text[at : at + 1]
        if quote == b"{" and self._brace is not None and (after := self._brace(at)) is not None:
            tag.attributes.append(Attribute(said, at + 1, after - 1, quote))
            return after
        if quote in self._last and (quote != b"`" or self._brace is not None):
            end = self._quoted_end(at + 1, quote)
            if end is not None:
                tag.attributes.append(Attribute(said, at + 1, end, quote))
                return end + 1
        bare = _UNQUOTED.match(text, at)
        if bare is None:
            return at
        tag.attributes.append(Attribute(said, at, bare.end(), b""))
        return bare.end()

    def _quoted_end(self, at: int, quote: bytes) -> int | None:
        if at > self._last[quote]:
            return None
        if self._braces_in_quotes and self._brace is not None:
            end = at - 1
            while True:
                end = self._text.find(quote, at) if end < at else end
                brace = self._text.find(b"{", at, end if end >= 0 else None)
                if brace < 0 or (after := self._brace(brace)) is None:
                    return end if end >= 0 else None
                at = after
        end = self._text.find(quote, at)
        return end if end >= 0 else None
