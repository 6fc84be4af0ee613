"""Svelte's components: scripts, and what stands in braces in the markup."""

from __future__ import annotations

import re

from campaign_health.check.code.markup.cutting import Cut
from campaign_health.check.code.markup.expressions import expression_end
from campaign_health.check.code.markup.pages import PageCutter, is_shown
from campaign_health.check.code.markup.tags import Attribute, Tag

_HEAD = re.compile(
    rb"\{\s*(?:#(?:if|each|await|key|snippet)\b|:else\s+if\b|@(?:html|const|render|attach|debug)\b|\.\.\.)?(?=[^#:/@]|/[/*]|$)"
)
_NO_CODE = re.compile(rb"\{\s*(?:/\w+|:(?:else|then|catch)\b[^}]{0,500})\s*\}")
_TRIES = 5


class SvelteCutter(PageCutter):
    """Reads a component of Svelte. An expression that is never closed is passed over, five of them at most."""

    stops = re.compile(rb"[<{]")
    with_braces = True
    braces_in_quotes = True
    script = "typed script"

    def __init__(self, cut: Cut) -> None:
        super().__init__(cut)
        self._tries = _TRIES

    def attribute(self, tag: Tag, attribute: Attribute) -> None:
        if is_shown(tag, attribute):
            self.cut.only_shown(attribute.start, attribute.end)
        if attribute.quote in (b'"', b"'") and b"{" not in self.text[attribute.start : attribute.end]:
            self.plain_attribute(tag, attribute)

    def braced(self, at: int) -> int | None:
        no_code = _NO_CODE.match(self.text, at)
        if no_code is not None:
            return no_code.end()
        head = _HEAD.match(self.text, at)
        if head is None or self._tries == 0:
            return None
        end = expression_end(self.text, head.end(), len(self.text))
        if end is None:
            self._tries -= 1
            return None
        until = self._until(head[0], head.end(), end)
        self.cut.add(self.script, head.end(), until, opens=b"(", closes=b")")
        return end + 1

    def _until(self, head: bytes, start: int, end: int) -> int:
        """Where the expression of a block ends: what follows names what it yields."""
        if b"#each" in head:
            named = self.text.rfind(b" as ", start, end)
            return named if named >= 0 else end
        if b"#await" in head:
            then = re.compile(rb"\s(?:then|catch)\b").search(self.text, start, end)
            return then.start() if then else end
        return end
