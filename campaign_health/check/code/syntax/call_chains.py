"""Expressions such as `new A<B>(x).put("k", v).build()`, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from campaign_health.check.code.syntax.piece import Token
from campaign_health.check.code.syntax.token_groups import closing, inside, split, type_arguments_end

_DOTS = frozenset({".", "?.", "&.", "!!.", "::"})
_WORDS_BEFORE = frozenset({"new", "await"})


@dataclass(frozen=True)
class ChainStep:
    """One call of a chain: the dotted name called, its arguments (None: not called), and the block after it."""

    name: str
    arguments: list[list[Token]] | None
    block: list[Token] | None

    @property
    def last_name(self) -> str:
        """`put` of `this.put`."""
        return self.name.rsplit(".", 1)[-1]


def chain_of(tokens: Sequence[Token]) -> list[ChainStep] | None:
    """The steps of an expression that is nothing but a chain of names and calls; None where it is not."""
    steps: list[ChainStep] = []
    index = 0
    while index < len(tokens) and tokens[index].text in _WORDS_BEFORE:
        index += 1
    while index < len(tokens):
        names: list[str] = []
        while index < len(tokens) and tokens[index].is_name:
            names.append(tokens[index].text)
            index += 1
            if index + 1 < len(tokens) and tokens[index].text in _DOTS and tokens[index + 1].is_name:
                index += 1
            else:
                break
        if not names:
            return None
        after = type_arguments_end(tokens, index) if index < len(tokens) and tokens[index].text == "<" else None
        index = after if after is not None else index
        arguments, block = None, None
        if index < len(tokens) and tokens[index].text == "(":
            arguments = split(inside(tokens, index), ",")
            index = closing(tokens, index) + 1
        if index < len(tokens) and tokens[index].text == "{":
            block = inside(tokens, index)
            index = closing(tokens, index) + 1
        steps.append(ChainStep(".".join(names), arguments, block))
        if index < len(tokens):
            if tokens[index].text not in _DOTS:
                return None
            index += 1
    return steps or None
