"""What all pages have in common: tags, text between them, scripts and styles."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from campaign_health.check.code.markup.cutting import Cut
from campaign_health.check.code.markup.tags import Attribute, Tag, TagReader

_SCRIPT_END = re.compile(rb"(?i)</script\s*>")
_STYLE_END = re.compile(rb"(?i)</style\s*>")
_CLOSES = re.compile(rb"</([A-Za-z][^\s<>]*)?[^<>]*>")
_TYPED = re.compile(r"(?i)^(?:ts|typescript|text/typescript|application/typescript)$")
_WITH_MARKUP = re.compile(r"(?i)^(?:tsx|jsx|text/babel|text/jsx)$")
_SCRIPT_TYPE = re.compile(
    r"(?i)^(?:module|(?:text|application)/(?:x-)?(?:java|ecma|type)script\b.*|text/(?:babel|jsx))?$"
)
# Attributes that say how something looks, is called, found or translated: an event's name there sends nothing.
_SHOWN = re.compile(
    r"(?i)^(?:[@:.#]|v-bind:|\[)?(?:class(?:_?name)?|class:list|id|style|for|html-?for|rel|role|lang|dir|href|src|srcset|"
    r"title|alt|placeholder|label|caption|heading|description|tooltip|icon|colou?r|help|key|ref|slot|is|part|width|"
    r"height|aria-[\w-]+|i18n[\w-]*|data-(?:i18n|l10n|test|cy|qa)[\w-]*|test-?id|translation-?key|i18n-?key|v-t|v-i18n|v-translate|v-tooltip)\]?$"
)
_INLINE = re.compile(r"^on[a-z]+$")
# The same of HTML's own elements only: a component may be given an event's name under these.
_SHOWN_OF_HTML = re.compile(r"(?i)^:?(?:name|type|action|method|target|translate|enctype|autocomplete|charset|media)$")
# Attributes that by their name say what is tracked.
TRACKED = re.compile(r"(?i)(?:^|[-_:.])(?:event|track|tracking|analytics|mixpanel|segment|ga|cio)(?:$|[-_:.])")


def is_shown(tag: Tag, attribute: Attribute) -> bool:
    """Whether an attribute only says how something looks or is called."""
    if _SHOWN.match(attribute.name):
        return True
    return not tag.is_component and bool(_SHOWN_OF_HTML.match(attribute.name))


class PageCutter(ABC):
    """Reads one page from front to back; what is code in it, each kind of page says for itself."""

    stops = re.compile(rb"<")
    with_braces = False
    braces_in_quotes = False
    script = "script"

    def __init__(self, cut: Cut) -> None:
        self.cut = cut
        self.text = cut.masked
        brace = self.braced if self.with_braces else None
        self._reader = TagReader(self.text, brace, braces_in_quotes=self.braces_in_quotes)
        self._last_comment_end = self.text.rfind(b"-->")

    def run(self, at: int = 0) -> None:
        """Read the page from a place on."""
        text = self.text
        while at < len(text):
            found = self.stops.search(text, at)
            if found is None:
                return
            at = found.start()
            at = self.angle(at) if text[at] == 0x3C else self.braced(at) or at + 1

    def angle(self, at: int) -> int:
        """Read what begins with `<`; the place after it."""
        text = self.text
        if text.startswith(b"<!--", at):
            if at >= self._last_comment_end:
                return at + 4
            end = text.find(b"-->", at + 4) + 3
            self.cut.quiet.append((at, end if end > 2 else at + 4))
            return max(end, at + 4)
        if text.startswith(b"</", at):
            closes = _CLOSES.match(text, at)
            if closes is None:
                return at + 2
            self.closing((closes[1] or b"").decode("utf-8", "replace"))
            return closes.end()
        tag = self._reader.read(at)
        if tag is None:
            return at + 1
        return self.opening(tag)

    def opening(self, tag: Tag) -> int:
        """Read an opening tag and, of a script or a style, what it holds; the place after it."""
        for attribute in tag.attributes:
            self.attribute(tag, attribute)
        if tag.closed:
            return tag.end
        name = tag.name.lower()
        if name == "script":
            end = self._raw_end(tag.end, _SCRIPT_END)
            language = self.script_language(tag)
            if language is not None:
                self.cut.add(language, tag.end, end)
            elif self.is_data(tag):
                self.cut.quiet.append((tag.end, end))
            return end
        if name == "style":
            end = self._raw_end(tag.end, _STYLE_END)
            self.cut.quiet.append((tag.end, end))
            return end
        return tag.end

    def closing(self, name: str) -> None:  # noqa: B027 - most kinds of pages need not know
        """Note that an element is closed."""

    @abstractmethod
    def attribute(self, tag: Tag, attribute: Attribute) -> None:
        """Take what is code in one attribute."""

    @abstractmethod
    def braced(self, at: int) -> int | None:
        """Take an expression in braces; the place after it, None where it is none."""

    def script_language(self, tag: Tag) -> str | None:
        """The language of a `<script>`; None for data and templates."""
        said = tag.value("lang", self.text) or tag.value("type", self.text)
        if _TYPED.match(said):
            return "typed script"
        if _WITH_MARKUP.match(said):
            return "markup script"
        return self.script if _SCRIPT_TYPE.match(tag.value("type", self.text).strip()) else None

    def is_data(self, tag: Tag) -> bool:
        """Whether a `<script>` holds data that no one runs."""
        said = tag.value("type", self.text).lower()
        return "json" in said or said in ("importmap", "speculationrules")

    def plain_attribute(self, tag: Tag, attribute: Attribute) -> None:
        """Take a value without code: what a component or a tracking attribute is given is a string like any other."""
        if is_shown(tag, attribute):
            self.cut.quiet.append((attribute.start, attribute.end))
            return
        if attribute.quote not in (b'"', b"'"):
            return
        if _INLINE.match(attribute.name) and not tag.is_component:
            self.statements(attribute.start, attribute.end)
            return
        if not (tag.is_component or TRACKED.search(attribute.name)):
            return
        value = self.text[attribute.start : attribute.end]
        if not value or b"\\" in value or b"\n" in value or b"\r" in value or len(value) > 1000:
            return
        self.cut.add(
            self.script, attribute.start, attribute.end, opens=attribute.quote, closes=attribute.quote, entities=True
        )

    def statements(self, start: int, end: int, *, entities: bool = True) -> None:
        """Take what runs when something happens; it may also be the function to call."""
        function = re.match(rb"\s*(?:async\s+)?function\b", self.text[start : start + 60])
        opens, closes = (b"(", b")") if function else (b"{", b"}")
        if self.text[start:end].strip():
            self.cut.add(self.script, start, end, opens=opens, closes=closes, entities=entities)

    def expression(self, start: int, end: int, *, entities: bool = True, shown: bool = False) -> None:
        """Take what yields a value."""
        if self.text[start:end].strip():
            self.cut.add(self.script, start, end, opens=b"(", closes=b")", entities=entities, shown=shown)

    def _raw_end(self, at: int, closes: re.Pattern[bytes]) -> int:
        found = closes.search(self.text, at)
        return found.start() if found else len(self.text)
