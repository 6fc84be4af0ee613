"""HTML: scripts, handlers, and the attributes that Alpine, Angular, htmx and Vue read code from."""

from __future__ import annotations

import re

from campaign_health.check.code.markup.pages import PageCutter, is_shown
from campaign_health.check.code.markup.tags import Attribute, Tag

_HANDLER = re.compile(
    r"(?i)^(?:on[a-z]+$|@|v-on:|x-on:|x-init$|hx-on|\(|on-|ng-[a-z]*(?:click|change|submit|init|blur)$)"
)
_EXPRESSION = re.compile(
    r"(?i)^(?::|\[|\*ng|v-(?!for$|slot|pre$|cloak$|once$|else$)|x-(?:data|bind|show|if|effect|text|html|model))"
)
_LINK = re.compile(rb"(?i)\s*javascript:")


class HtmlCutter(PageCutter):
    """Reads a page of HTML."""

    def attribute(self, tag: Tag, attribute: Attribute) -> None:
        if attribute.quote not in (b'"', b"'"):
            return
        name, start, end = attribute.name, attribute.start, attribute.end
        link = _LINK.match(self.text, start, end)
        if _HANDLER.match(name):
            self.statements(start, end)
        elif link is not None:
            self.statements(link.end(), end)
        elif _EXPRESSION.match(name):
            self.expression(start, end, shown=is_shown(tag, attribute))
        else:
            self.plain_attribute(tag, attribute)

    def braced(self, at: int) -> int | None:
        return None
