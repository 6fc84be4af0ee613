"""Astro's pages: the frontmatter, scripts, and expressions in braces with markup in them."""

from __future__ import annotations

import re

from campaign_health.check.code.markup.cutting import Cut, Hole
from campaign_health.check.code.markup.expressions import expression_end
from campaign_health.check.code.markup.pages import PageCutter, is_shown
from campaign_health.check.code.markup.tags import Attribute, Tag

_FRONTMATTER = re.compile(rb"\s*---[^\S\n]*\n")
_FRONTMATTER_END = re.compile(rb"(?m)^[^\S\n]*---")
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())  # noqa: SIM905
_DEEPEST = 40  # expressions within markup within expressions
_TRIES = 5  # expressions that are never closed and are passed over


class AstroCutter(PageCutter):
    """Reads a page of Astro; markup in an expression is a hole in it, and is read by itself."""

    stops = re.compile(rb"[<{]")
    with_braces = True
    script = "typed script"

    def __init__(self, cut: Cut) -> None:
        super().__init__(cut)
        self._tries = _TRIES
        self._depth = 0
        self._open = 0
        self._failed: set[int] = set()  # without it, braces in attributes in braces are tried again and again

    def run(self, at: int = 0) -> None:
        begins = _FRONTMATTER.match(self.text)
        ends = _FRONTMATTER_END.search(self.text, begins.end()) if begins else None
        if begins and ends:
            self.cut.add(self.script, begins.end(), ends.start())
            at = ends.end()
        super().run(at)

    def angle(self, at: int) -> int:
        if self.text.startswith(b"<>", at):
            self._open += 1
            return at + 2
        return super().angle(at)

    def opening(self, tag: Tag) -> int:
        name = tag.name.lower()
        if not tag.closed and name not in _VOID:
            self._open += 1
        return super().opening(tag)

    def closing(self, name: str) -> None:
        if name.lower() not in _VOID:
            self._open -= 1

    def attribute(self, tag: Tag, attribute: Attribute) -> None:
        if attribute.quote == b"`":
            self.cut.add(self.script, attribute.start, attribute.end, opens=b"`", closes=b"`")
        elif attribute.quote != b"{":
            self.plain_attribute(tag, attribute)
        if is_shown(tag, attribute):
            self.cut.only_shown(attribute.start, attribute.end)

    def braced(self, at: int) -> int | None:
        if self._tries == 0 or self._depth >= _DEEPEST or at in self._failed:
            return None
        mark, were_open, depth = self.cut.mark(), self._open, self._depth
        holes: list[Hole] = []

        def element(begins: int) -> int | None:
            ends = self._element_end(begins)
            if ends is not None:
                holes.append(Hole(begins, ends, 1))
            return ends

        begins = at + 4 if self.text.startswith(b"{...", at) else at + 1
        self._depth += 1
        end = expression_end(self.text, begins, len(self.text), element)
        self._depth = depth
        if end is None:
            self._failed.add(at)
            self._tries -= depth == 0
            self._open = were_open
            self.cut.back_to(mark)
            return None
        if self.text[begins:end].strip():
            self.cut.add(self.script, begins, end, opens=b"(", closes=b")", holes=holes)
        return end + 1

    def _element_end(self, at: int) -> int | None:
        """Read the element at a place, and all in it."""
        were_open = self._open
        while at < len(self.text):
            after = self.angle(at) if self.text[at] == 0x3C else self.braced(at)
            if after is None:  # what is around it cannot be closed either
                return None
            at = after
            if self._open <= were_open:
                self._open = were_open
                return at
            found = self.stops.search(self.text, at)
            if found is None:
                return None
            at = found.start()
        return None
