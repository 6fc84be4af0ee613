"""What a page is cut into: regions of code in their old places, and the rest."""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

Span = tuple[int, int]

_ENTITY = re.compile(rb"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_NOT_LINE_END = re.compile(rb"[^\n]")
_BLANK = bytes(0x0A if byte == 0x0A else 0x20 for byte in range(256))


@dataclass(frozen=True)
class Hole:
    """What a page's server, or markup within an expression, puts into code when it runs.

    `mark` bytes of it, from its beginning or from `mark_at`, stay in the code that it stands in: as a name if it yields
    a value, else as spaces.
    """

    start: int
    end: int
    mark: int
    yields: bool = True
    mark_at: int | None = None


@dataclass(frozen=True)
class Region:
    """One piece of code.

    Attributes:
        language: Its language's name; `script`, `typed script` and `markup script` for the kinds of JavaScript.
        spans: The parts of the page that it is read from, in order, as if nothing stood between them.
        holes: Where in them something unknown is put in.
        shown: It only says how something looks or is called: a style, a title.
        apart: The same code in pieces that can be read by themselves, for where it cannot be read in one.
    """

    language: str
    spans: tuple[Span, ...]
    holes: tuple[Span, ...] = ()
    shown: bool = False
    apart: tuple[Region, ...] = ()


@dataclass(frozen=True)
class Page:
    """A page of which only the code is left, each piece in its old place.

    Attributes:
        content: As long as the page, all but the code blank.
        regions: Pieces of code that have no byte in common, by their place.
    """

    content: bytes
    regions: tuple[Region, ...]
    raw: bytes
    quiet: tuple[Span, ...]

    def rest(self, read: Iterable[Region]) -> bytes:
        """As long as the page: all but the regions that are read and what is certain to send nothing, as comments."""
        rest = bytearray(self.raw)
        for start, end in (*self.quiet, *(span for region in read for span in region.spans)):
            rest[start:end] = rest[start:end].translate(_BLANK)
        return bytes(rest)


class Cut:
    """Collects the regions of one page."""

    def __init__(self, raw: bytes, holes: Iterable[Hole] = ()) -> None:
        self.raw = raw
        self.regions: list[Region] = []
        self.quiet: list[Span] = []
        self._holes = sorted(holes, key=lambda hole: hole.start)
        self._starts = [hole.start for hole in self._holes]
        self._writes: list[tuple[int, bytes]] = []

    @cached_property
    def masked(self) -> bytes:
        """The page with a word in each hole's place, to find tags and quotes by."""
        masked = bytearray(self.raw)
        for hole in self._holes:
            masked[hole.start : hole.end] = _NOT_LINE_END.sub(b"_", masked[hole.start : hole.end])
        return bytes(masked)

    def add(
        self,
        language: str,
        start: int,
        end: int,
        *,
        opens: bytes = b"",
        closes: bytes = b"",
        entities: bool = False,
        shown: bool = False,
        holes: Iterable[Hole] = (),
    ) -> None:
        """Take a region; `opens` and `closes` are written over the bytes before and after it.

        With `entities`, what HTML writes as `&quot;` is read as what it stands for.
        """
        gaps = sorted([*self._within(start, end), *holes], key=lambda hole: hole.start)
        spans: list[Span] = []
        marks: list[Span] = []
        at = start - len(opens)
        self._writes += [(at, opens), (end, closes)]

        def text_until(until: int) -> None:
            nonlocal at
            for entity in _ENTITY.finditer(self.raw, max(at, start), until) if entities else ():
                decoded = html.unescape(entity[0].decode()).encode()
                if len(decoded) > len(entity[0]) or decoded == entity[0]:
                    continue
                follows = self.raw[entity.end() : entity.end() + 1]
                # A quote stands beside what it quotes, so that both are found together.
                place = entity.end() - len(decoded) if follows.isalnum() else entity.start()
                self._writes.append((place, decoded))
                if at < entity.start() or place == entity.start():
                    spans.append((at, entity.start() if place != entity.start() else place + len(decoded)))
                if place != entity.start():
                    spans.append((place, entity.end()))
                at = entity.end()

        for gap in gaps:
            if gap.start < at:
                continue
            text_until(gap.start)
            marked = gap.start if gap.mark_at is None else gap.mark_at
            mark = (marked, min(marked + gap.mark, end))
            self._writes.append((marked, (b"_" if gap.yields else b" ") * (mark[1] - mark[0])))
            spans += [(at, mark[1])] if marked == gap.start else [(at, gap.start), mark]
            marks.append(mark)
            at = min(gap.end, end)
        text_until(end)
        spans.append((at, end + len(closes)))
        whole = tuple(span for span in spans if span[0] < span[1])
        if whole:
            self.regions.append(Region(language, whole, tuple(marks), shown))

    def add_together(self, language: str, pieces: Iterable[tuple[int, int, int]]) -> None:
        """Take pieces of one program, each from its start to its end, with a semicolon before what stands at the third.

        Where they cannot be read as one, each is read by itself.
        """
        spans = []
        for start, end, after in pieces:
            self._writes.append((end, b";" + b" " * (after - end - 1)))
            spans.append((start, after))
        if spans:
            apart = tuple(Region(language, (span,)) for span in spans) if len(spans) > 1 else ()
            self.regions.append(Region(language, tuple(spans), apart=apart))

    def add_with_tags(self, language: str, pieces: Iterable[Span]) -> None:
        """Take pieces of one program, the tags that part them from the page included."""
        if spans := tuple(span for span in pieces if span[0] < span[1]):
            self.regions.append(Region(language, spans))

    def mark(self) -> tuple[int, int, int]:
        """How much was taken so far, to come back to."""
        return len(self.regions), len(self.quiet), len(self._writes)

    def back_to(self, mark: tuple[int, int, int]) -> None:
        """Forget what was taken since."""
        del self.regions[mark[0] :], self.quiet[mark[1] :], self._writes[mark[2] :]

    def only_shown(self, start: int, end: int) -> None:
        """Note that the regions between two places only say how something looks or is called."""
        first = bisect_left(self.regions, start - 1, key=lambda region: region.spans[-1][0])
        for index in range(first, len(self.regions)):
            if self.regions[index].spans[0][0] >= end:
                break
            self.regions[index] = replace(self.regions[index], shown=True)

    def page(self) -> Page:
        """What was cut."""
        content = bytearray(self.raw.translate(_BLANK))
        regions = sorted(self.regions, key=lambda region: region.spans[0])
        for region in regions:
            for start, end in region.spans:
                content[start:end] = self.raw[start:end]
        for at, written in self._writes:
            content[at : at + len(written)] = written
        return Page(bytes(content), tuple(regions), self.raw, tuple(self.quiet))

    def _within(self, start: int, end: int) -> list[Hole]:
        first = bisect_left(self._starts, start)
        found = []
        while first < len(self._holes) and self._holes[first].start < end:
            found.append(self._holes[first])
            first += 1
        return found
