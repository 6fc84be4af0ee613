"""Vue's components: scripts, and the directives and mustaches of templates. Templates in pug are left to the rest."""

from __future__ import annotations

import re

from campaign_health.check.code.markup.cutting import Cut
from campaign_health.check.code.markup.pages import PageCutter, is_shown
from campaign_health.check.code.markup.tags import Attribute, Tag

_HANDLER = re.compile(r"^(?:@|v-on:)")
_NO_VALUE = re.compile(r"^(?:#|v-slot|v-pre|v-cloak|v-once|v-else$)")
_EXPRESSION = re.compile(r"^(?::|\.|v-)")
_FOR = re.compile(rb"^.*?\s(?:in|of)\s", re.DOTALL)
_LARGEST_MUSTACHE = 20_000
_TRIES = 20  # blocks that are never closed and are looked into


class VueCutter(PageCutter):
    """Reads the blocks of a component; only `<template>` holds markup."""

    stops = re.compile(rb"<|\{\{")
    script = "typed script"

    def __init__(self, cut: Cut) -> None:
        super().__init__(cut)
        self._templates = 0
        self._tries = _TRIES
        self._last_mustache_end = self.text.rfind(b"}}")

    def opening(self, tag: Tag) -> int:
        name = tag.name.lower()
        if self._templates == 0 and name not in ("template", "script", "style"):
            return self._block_end(tag)
        if name == "template" and not tag.closed:
            if self._templates == 0 and tag.value("lang", self.text) not in ("", "html"):
                return self._block_end(tag)
            self._templates += 1
        return super().opening(tag)

    def closing(self, name: str) -> None:
        if name.lower() == "template" and self._templates:
            self._templates -= 1

    def attribute(self, tag: Tag, attribute: Attribute) -> None:
        name, start, end = attribute.name, attribute.start, attribute.end
        if self._templates == 0 and tag.name.lower() in ("template", "script", "style"):
            return
        if not attribute.quote or _NO_VALUE.match(name):
            return
        if _HANDLER.match(name):
            self.statements(start, end)
        elif not _EXPRESSION.match(name):
            self.plain_attribute(tag, attribute)
        elif name == "v-for":
            head = _FOR.match(self.text[start:end])
            begins = start + (head.end() if head else 0)
            self.expression(begins, end)
        else:
            self.expression(start, end, shown=is_shown(tag, attribute))

    def braced(self, at: int) -> int | None:
        if self._templates == 0 or at > self._last_mustache_end:
            return None
        end = self.text.find(b"}}", at + 2, at + _LARGEST_MUSTACHE)
        if end < 0:
            return None
        self.expression(at + 2, end, entities=False)
        return end + 2

    def _block_end(self, tag: Tag) -> int:
        """The end of a block that is not read: translations, docs, a template in pug."""
        if tag.closed or self._tries == 0:
            return tag.end
        found = re.compile(rb"(?i)</" + re.escape(tag.name.encode()) + rb"\s*>").search(self.text, tag.end)
        self._tries -= found is None
        end = found.end() if found else tag.end
        if tag.name.lower() != "template":
            self.cut.quiet.append((tag.end, end))
        return end
