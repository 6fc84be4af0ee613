"""The arguments of a call, read from its tokens alike in every language."""

from __future__ import annotations

from dataclasses import dataclass, field

from campaign_health.check.code.syntax.languages import ELIXIR, RUBY, Language
from campaign_health.check.code.syntax.source import Token

_OPEN = {"(": ")", "{": "}", "[": "]", "%w[": "]", "%i[": "]", "%w(": ")", "%i(": ")", "${": "}", "#{": "}"}
_CLOSE = frozenset(_OPEN.values())
_BEFORE_ARGUMENTS = frozenset({"?.", "!", "?", "!!"})
_LABEL_MARKS = frozenset({":", "=", "=>"})


@dataclass
class Argument:
    """One argument: its label if it has one, its tokens, and what an object written there holds."""

    label: str | None
    tokens: list[Token]
    inside: list[Argument] = field(default_factory=list)

    @property
    def is_literal(self) -> bool:
        """Whether it is one string and nothing else."""
        return len(self.tokens) == 1 and self.tokens[0].is_string

    @property
    def line(self) -> int:
        """Its first line."""
        return self.tokens[0].line


def arguments_of(tokens: list[Token], start: int, language: Language) -> list[Argument]:
    """The arguments that follow a called name, whose next token is at `start`; empty if it is not called."""
    while start < len(tokens) and tokens[start].text in _BEFORE_ARGUMENTS:
        start += 1
    if start < len(tokens) and tokens[start].text == "<":  # type arguments
        depth = 0
        while start < len(tokens):
            depth += {"<": 1, ">": -1, ">>": -2}.get(tokens[start].text, 0)
            start += 1
            if depth <= 0:
                break
    if start >= len(tokens):
        return []
    if tokens[start].text in ("(", "{"):
        return _split(tokens, start + 1, until_line_ends=False)
    if language in (RUBY, ELIXIR):
        return _split(tokens, start, until_line_ends=True)
    return []


def _split(tokens: list[Token], start: int, *, until_line_ends: bool) -> list[Argument]:
    parts: list[list[Token]] = [[]]
    depth = 0
    previous: Token | None = None
    for token in tokens[start:]:
        if until_line_ends and depth == 0 and previous and token.line > previous.line and previous.text != ",":
            break
        previous = token
        if token.text in _OPEN and not token.is_string:
            depth += 1
        elif token.text in _CLOSE and not token.is_string:
            depth -= 1
            if depth < 0:
                break
        if depth == 0 and token.text == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [_argument(part) for part in parts if part]


def _argument(tokens: list[Token]) -> Argument:
    label = None
    if len(tokens) > 2 and tokens[1].text in _LABEL_MARKS and (tokens[0].is_name or tokens[0].value is not None):
        label = tokens[0].value if tokens[0].value is not None else tokens[0].text
        tokens = tokens[2:]
    inside: list[Argument] = []
    if tokens and tokens[0].text in ("{", "[") and not tokens[0].is_string:
        inside = _split(tokens, 1, until_line_ends=False)
    return Argument(label, tokens, inside)
