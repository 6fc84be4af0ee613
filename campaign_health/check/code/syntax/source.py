"""One file's code: its string literals, and its tokens without comments, in whatever languages it is written."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

from tree_sitter import Node

from campaign_health.check.code.markup.cutting import Page, Region
from campaign_health.check.code.markup.kinds import cut_page
from campaign_health.check.code.syntax.languages import Language, language_of_region
from campaign_health.check.code.syntax.piece import CodePiece, Literal, Token


class Source:
    """A file's code, parsed once and read in several ways.

    A page's code is in several pieces, each parsed by itself, so that an error in one is none in another; all offsets
    are those of the file. `content` has spaces where no code stands.
    """

    def __init__(self, content: bytes, language: Language) -> None:
        self.language = language
        text = decode(content).encode("utf-8")
        self._page: Page | None = None
        if language.page is None:
            self.content = text
            self._pieces = [CodePiece(text, language)]
        else:
            self._page = cut_page(language.page, text)
            self.content = self._page.content
            self._pieces = list(_pieces(self._page.content, self._page.regions))
        places = sorted((start, end, index) for index, piece in enumerate(self._pieces) for start, end in piece.spans)
        self._starts = [start for start, _, _ in places]
        self._ends = [end for _, end, _ in places]
        self._owners = [self._pieces[index] for _, _, index in places]

    @cached_property
    def literals(self) -> list[Literal]:
        """Every string literal without holes, in order; docstrings are no literals."""
        found = [literal for piece in self._pieces for literal in piece.literals]
        return sorted(found, key=lambda literal: literal.start) if len(self._pieces) > 1 else found

    @cached_property
    def tokens(self) -> list[Token]:
        """Every token but comments, in order; a literal is one token."""
        found = [token for piece in self._pieces for token in piece.tokens]
        return sorted(found, key=lambda token: token.start) if len(self._pieces) > 1 else found

    @cached_property
    def string_texts(self) -> list[tuple[str, int]]:
        """What stands between the quotes of every string, holes included, and its line (from 1)."""
        return [text for piece in self._pieces for text in piece.string_texts]

    @cached_property
    def rest(self) -> str:
        """What of a page is neither read as code nor certain to send nothing; the rest of it is blank."""
        if self._page is None:
            return ""
        read = [piece.region for piece in self._pieces if piece.region is not None]
        return self._page.rest(read).decode("utf-8", "replace")

    def language_at(self, at: int) -> Language:
        """The language of the code at a byte offset."""
        piece = self._piece_at(at)
        return piece.language if piece else self.language

    def is_shown(self, at: int) -> bool:
        """Whether the code at a byte offset only says how something looks or is called."""
        piece = self._piece_at(at)
        return piece is not None and piece.region is not None and piece.region.shown

    def leaf_at(self, at: int) -> Node | None:
        """The smallest node that holds a byte offset."""
        piece = self._piece_at(at)
        return piece.leaf_at(at) if piece else None

    def tokens_of(self, node: Node) -> list[Token]:
        """The tokens of one node, comments left out."""
        piece = self._piece_at(node.start_byte)
        return piece.tokens_of(node) if piece else []

    def tokens_around_call(self, at: int) -> list[Token]:
        """The tokens of the smallest call that holds the byte offset `at` in what it calls."""
        piece = self._piece_at(at)
        return piece.tokens_around_call(at) if piece else []

    def node_at(self, start: int) -> Node | None:
        """The node of the string or the name at an offset; None in a comment or inside another string."""
        piece = self._piece_at(start)
        return piece.node_at(start) if piece else None

    def text_of(self, node: Node) -> str:
        """A node as it is written."""
        piece = self._piece_at(node.start_byte)
        return piece.text_of(node) if piece else ""

    def _piece_at(self, at: int) -> CodePiece | None:
        index = bisect_right(self._starts, at) - 1
        return self._owners[index] if index >= 0 and at < self._ends[index] else None


def _pieces(content: bytes, regions: tuple[Region, ...]) -> Iterator[CodePiece]:
    starts = [0]
    at = content.find(b"\n")
    while at >= 0:
        starts.append(at + 1)
        at = content.find(b"\n", at + 1)
    for region in regions:
        language = language_of_region(region.language)
        if language is None:
            continue
        piece = CodePiece(content, language, region, starts)
        if region.apart and piece.tree.root_node.has_error:
            yield from (CodePiece(content, language, part, starts) for part in region.apart)
        else:
            yield piece


def decode(content: bytes) -> str:
    """A file's text: UTF-8, UTF-16 with its mark, else Latin-1, which never fails and keeps ASCII as it is."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def is_binary(content: bytes) -> bool:
    """Whether git would call it binary: a zero byte near the beginning, unless a mark says UTF-16."""
    return b"\0" in content[:8000] and not content.startswith((b"\xff\xfe", b"\xfe\xff"))
