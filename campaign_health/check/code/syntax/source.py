"""One parsed file: its string literals, and its tokens without comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from tree_sitter import Node, Query, QueryCursor, Tree

from campaign_health.check.code.syntax.languages import (
    DART,
    KOTLIN,
    PYTHON,
    SWIFT,
    Language,
    grammar_of,
    parser_of,
)
from campaign_health.check.code.syntax.spelling import Part, Word, rules_of
from campaign_health.check.code.syntax.string_values import quoted_text

_HOLES = frozenset({"template_substitution", "interpolation", "interpolated_expression", "template_type"})
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})|(\r?\n)|(.))", re.DOTALL
)
_KOTLIN_HOLE = re.compile(rb"(?<!\\)\$[A-Za-z_{]")
_SPECIAL = re.compile(rb"[\\'\"{$#]")  # what could be an escape, a hole or another kind of quote
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0", "a": "\a", "v": "\v", "e": "\x1b"}


@dataclass(frozen=True)
class Literal:
    """A string literal without holes: its value, its line (from 1) and its place in the file's bytes."""

    value: str
    line: int
    start: int
    end: int


@dataclass(frozen=True)
class Token:
    """One word of the code. `value` is set for string literals without holes only."""

    text: str
    line: int
    start: int
    is_name: bool
    is_string: bool
    value: str | None = None


class Source:
    """A file's code, parsed once and read in several ways."""

    def __init__(self, content: bytes, language: Language) -> None:
        self.language = language
        text = decode(content)
        self.content = (only_scripts(text) if language.embedded else text).encode("utf-8")

    @cached_property
    def _tree(self) -> Tree:
        return parser_of(self.language).parse(self.content)

    @cached_property
    def literals(self) -> list[Literal]:
        """Every string literal without holes, in order; docstrings are no literals."""
        found = []
        for node in self._string_nodes():
            value = self._value(node)
            if value is not None and not self._is_docstring(node):
                found.append(Literal(value, node.start_point[0] + 1, node.start_byte, node.end_byte))
        if self.language is SWIFT:
            found += self._raw_values()
            found.sort(key=lambda literal: literal.start)
        return found

    @cached_property
    def tokens(self) -> list[Token]:
        """Every token but comments, in order; a literal is one token."""
        return list(self._walk(self._tree.root_node))

    @cached_property
    def string_texts(self) -> list[tuple[str, int]]:
        """What stands between the quotes of every string, holes included, and its line (from 1)."""
        return [(self.text_of(node).strip("\"'`:"), node.start_point[0] + 1) for node in self._string_nodes()]

    def leaf_at(self, at: int) -> Node | None:
        """The smallest node that holds a byte offset."""
        return self._tree.root_node.descendant_for_byte_range(at, at + 1)

    def tokens_of(self, node: Node) -> list[Token]:
        """The tokens of one node, comments left out."""
        return list(self._walk(node))

    def tokens_around_call(self, at: int) -> list[Token]:
        """The tokens of the smallest call that holds the byte offset `at` in what it calls."""
        node: Node | None = self._tree.root_node.descendant_for_byte_range(at, at + 1)
        while node is not None and node.type not in _CALLS:
            if node.type in _STATEMENTS or "comment" in node.type or node.type in self.language.strings:
                return []
            if self.language is DART and node.type in _SELECTORS:
                node = node.parent
                break
            node = node.parent
        return list(self._walk(node)) if node is not None else []

    def node_at(self, start: int) -> Node | None:
        """The node of the string or the name at an offset; None in a comment or inside another string."""
        leaf = self._tree.root_node.descendant_for_byte_range(start, start + 1)
        kinds = self.language.strings | self.language.symbols | self.language.joined
        node, string = leaf, None
        while node is not None and node.start_byte == start:
            string = node if node.type in kinds else string
            node = node.parent
        if string is not None or leaf is None:
            return string
        return None if "comment" in leaf.type or leaf.type in kinds or leaf.type in _TEXTS else leaf

    def _string_nodes(self) -> list[Node]:
        captures = QueryCursor(_string_query(self.language)).captures(self._tree.root_node)
        nodes = captures.get("string", [])
        if joined := captures.get("joined"):
            spans = [(node.start_byte, node.end_byte) for node in joined]
            nodes = [n for n in nodes if not any(s <= n.start_byte and n.end_byte <= e for s, e in spans)] + joined
        nodes.sort(key=lambda node: node.start_byte)
        return nodes

    def _value(self, node: Node) -> str | None:
        """The text that a string node stands for; None if it has holes."""
        if node.type in self.language.joined:
            parts = [self._value(child) for child in node.named_children if child.type in self.language.strings]
            return None if None in parts else "".join(part for part in parts if part is not None)
        if node.type in self.language.symbols:
            return self.text_of(node).strip().strip(":").strip()
        raw = self.content[node.start_byte : node.end_byte]
        quote = raw[:1]
        if quote in (b'"', b"'") and raw[-1:] == quote and len(raw) > 1 and not _SPECIAL.search(raw, 1, len(raw) - 1):
            return raw[1:-1].decode("utf-8")
        if self.language.own_quotes:
            quoted = quoted_text(node, self.text_of(node), self.language)
            if quoted is None:
                return None
            return _ESCAPE.sub(_unescape, quoted[0]) if quoted[1] else quoted[0]
        children = node.children
        if len(children) < 2 or node.type.startswith("bare_"):
            if any(child.type in _HOLES for child in children):
                return None
            return re.sub(r'^(#*)"|"(#*)$', "", self.text_of(node))
        if any(child.type in _HOLES for child in children):
            return None
        if self.language is KOTLIN and _KOTLIN_HOLE.search(self.content, node.start_byte, node.end_byte):
            return None
        inner = self.content[children[0].end_byte : children[-1].start_byte].decode("utf-8")
        if "\\" not in inner:
            return inner.replace("''", "'") if node.type == "single_quote_scalar" else inner
        prefix = self.content[children[0].start_byte : children[0].end_byte]
        if node.type in self.language.raw or (self.language is PYTHON and b"r" in prefix.lower()):
            return inner
        return _ESCAPE.sub(_unescape, inner)

    def _is_docstring(self, node: Node) -> bool:
        if self.language is not PYTHON:
            return False
        parent = node.parent
        return parent is not None and parent.type == "expression_statement" and parent.named_child_count == 1

    def _raw_values(self) -> Iterator[Literal]:
        # `enum Event: String { case trial_started }` stands for the string of the same name.
        for node in QueryCursor(_enum_query()).captures(self._tree.root_node).get("enum", []):
            inherits = next((child for child in node.children if child.type == "inheritance_specifier"), None)
            if inherits is None or self.text_of(inherits) != "String":
                continue
            body = node.child_by_field_name("body")
            for entry in body.named_children if body else ():
                if entry.type == "enum_entry" and entry.child_by_field_name("raw_value") is None:
                    for name in entry.children_by_field_name("name"):
                        yield Literal(self.text_of(name), name.start_point[0] + 1, name.start_byte, name.end_byte)

    def _walk(self, root: Node) -> Iterator[Token]:
        strings = self.language.strings | self.language.joined | self.language.symbols
        words, rules = self.language.words, rules_of(self.language)
        stack: list[Part] = [root]
        while stack:
            node = stack.pop()
            if isinstance(node, Word):
                is_name = node.value is None and (node.text[0].isalpha() or node.text[0] in "_$@")
                yield Token(node.text, node.row + 1, node.at, is_name, node.value is not None, node.value)
                continue
            kind = node.type
            if "comment" in kind:
                continue
            if kind in strings:
                yield self._token(node, is_string=True, value=self._value(node))
            elif (rule := rules.get(kind)) is not None and (parts := rule(node)) is not None:
                stack.extend(reversed(parts))
            elif node.child_count == 0 or kind in words:
                if node.end_byte > node.start_byte:
                    yield self._token(node)
            else:
                stack.extend(reversed(node.children))

    def _token(self, node: Node, *, is_string: bool = False, value: str | None = None) -> Token:
        text = self.text_of(node)
        is_name = not is_string and (text[0].isalpha() or text[0] in "_$@")
        return Token(text, node.start_point[0] + 1, node.start_byte, is_name, is_string, value)

    def text_of(self, node: Node) -> str:
        """A node as it is written."""
        return self.content[node.start_byte : node.end_byte].decode("utf-8", "replace")


_TEXTS = frozenset(
    {
        "string_literal_content",
        "quoted_content",
        "string_content",
        "string_fragment",
        "heredoc_content",
        "line_str_text",
        "jsx_text",
    }
)
_CALLS = frozenset(
    """call_expression call method_invocation composite_literal new_expression member_call_expression
    nullsafe_member_call_expression scoped_call_expression function_call_expression invocation_expression
    message_expression struct_expression map""".split()  # noqa: SIM905
)
_SELECTORS = frozenset({"selector", "cascade_section"})  # Dart's calls are a row of them
_STATEMENTS = frozenset({"expression_statement", "statement_block", "block", "program", "source_file", "module"})


@cache
def _string_query(language: Language) -> Query:
    kinds = " ".join(f"({kind})" for kind in sorted(language.strings | language.symbols))
    joined = " ".join(f"({kind})" for kind in sorted(language.joined))
    return Query(grammar_of(language), f"[{kinds}] @string" + (f" [{joined}] @joined" if joined else ""))


@cache
def _enum_query() -> Query:
    return Query(grammar_of(SWIFT), "(class_declaration body: (enum_class_body)) @enum")


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3] or match[4]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 else ""
    return "" if match[5] else _LETTERS.get(match[6], match[6])


def decode(content: bytes) -> str:
    """A file's text: UTF-8, UTF-16 with its mark, else Latin-1, which never fails and keeps ASCII as it is."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def only_scripts(page: str) -> str:
    """A page in which all but the inside of its `<script>` elements is blank, line by line in its old place."""
    kept, at = "", 0
    for found in re.finditer(r"(?is)(<script\b[^>]*>)(.*?)(</script\s*>)", page):
        kept += re.sub(r"[^\n]", " ", page[at : found.start(2)]) + found[2]
        at = found.end(2)
    return kept + re.sub(r"[^\n]", " ", page[at:])


def is_binary(content: bytes) -> bool:
    """Whether git would call it binary: a zero byte near the beginning, unless a mark says UTF-16."""
    return b"\0" in content[:8000] and not content.startswith((b"\xff\xfe", b"\xfe\xff"))
