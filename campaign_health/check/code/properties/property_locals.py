"""What a local name holds where an event is sent: one object, given once, and what was put into it since."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from campaign_health.check.code.properties.given_properties import OPAQUE, GivenProperties
from campaign_health.check.code.properties.property_objects import MERGERS, SETTERS, ConstantReader, ObjectReader
from campaign_health.check.code.properties.property_returns import SCRIPTS
from campaign_health.check.code.syntax.call_chains import chain_of
from campaign_health.check.code.syntax.functions import Function
from campaign_health.check.code.syntax.languages import PHP, PYTHON, RUBY, Language
from campaign_health.check.code.syntax.source import Token
from campaign_health.check.code.syntax.token_groups import closing, expression_from, opener_of, top_level

_MEMBER = frozenset({".", "?.", "&.", "::", "->", "!!."})
_DECLARES = frozenset({"const", "let", "var", "val", "final", "mut"})
_CHANGES = frozenset({"+=", "|=", "||=", "??=", "-=", "&&="})
_JOINS = frozenset({"...", "**", "+", "|", "(", ","})
_ONLY_READ = frozenset(
    {
        *("get", "has", "keys", "values", "items", "containsKey", "toString", "size", "length", "count", "isEmpty"),
        *("entries", "fetch", "key?", "hasOwnProperty", "opt", "optString", "getString", "to_s", "inspect", "dig"),
    }
)
_ASKS = frozenset({"return", "if", "while", "!", "&&", "||", "not", "unless", "?", "??"})


class Locals:
    """The local names around the call at a byte offset.

    `harmless` tells the functions that do not change what they are given.
    """

    def __init__(
        self,
        functions: Iterable[Function],
        language: Language,
        resolve: ConstantReader,
        call_at: int,
        harmless: Callable[[str], bool],
    ) -> None:
        self._rest = iter(functions)
        self._functions: list[Function] = []
        self._language = language
        self._call_at = call_at
        self._harmless = harmless
        self._so_far: dict[str, GivenProperties] = {}  # what the names that are being followed hold up to here
        self.reader = ObjectReader(language, self.follow, resolve)

    def follow(self, name: str) -> GivenProperties:
        """What a name holds when the call is reached; opaque for parameters and what is given more than once."""
        if name in self._so_far:
            return self._so_far[name]
        self._so_far[name] = OPAQUE
        try:
            return self._held(name)
        finally:
            del self._so_far[name]

    def _held(self, name: str) -> GivenProperties:
        may_be_given = re.compile(rb"(?<![\w$.])" + re.escape(name.encode()) + rb"\s*(?::|[|?+&-]{0,2}=|\bin\b)")
        for function in self._outwards():
            if not may_be_given.search(function.content):
                if name in function.header:
                    return OPAQUE
                continue
            tokens = function.tokens
            uses = [i for i, token in enumerate(tokens) if token.text == name and self._is_variable(tokens, i)]
            given = [(i, start) for i in uses if (start := self._given_at(tokens, i)) is not None]
            if not given:
                if name in function.header:
                    return OPAQUE
                continue
            first, *anew = given
            if not all(self._goes_on(tokens, start, name) for _, start in anew):
                return OPAQUE
            held = self.reader.read(expression_from(tokens, first[1])) if first[1] else OPAQUE
            starts = dict(anew)
            for index in uses:
                if index == first[0] or tokens[index].start >= self._call_at:
                    continue
                self._so_far[name] = held
                if index in starts:
                    held = self.reader.read(expression_from(tokens, starts[index]))
                elif not self._is_within(tokens, index, starts.values()):
                    held = self._after_use(held, tokens, index)
            return held
        return OPAQUE

    def _goes_on(self, tokens: Sequence[Token], start: int, name: str) -> bool:
        """Whether a name is given what it held and more: `props = props.Set("k", v)`, `props = {...props, k: v}`."""
        if start == 0:
            return False
        given = expression_from(tokens, start)
        for index, token in enumerate(given):
            before = given[index - 1].text if index else ""
            after = given[index + 1].text if index + 1 < len(given) else ""
            if token.text == name and token.is_name and (after in _MEMBER | _JOINS or before in _JOINS):
                return True
        return False

    def _is_within(self, tokens: Sequence[Token], index: int, starts: Iterable[int]) -> bool:
        return any(start <= index < start + len(expression_from(tokens, start)) for start in starts)

    def _outwards(self) -> Iterable[Function]:
        index = 0
        while True:
            if index == len(self._functions):
                self._functions += islice(self._rest, 1)
            if index == len(self._functions):
                return
            yield self._functions[index]
            index += 1

    def _is_variable(self, tokens: Sequence[Token], index: int) -> bool:
        """Whether a name stands for the variable, and is no field, key or label of the same name."""
        if not tokens[index].is_name:
            return False
        before = tokens[index - 1].text if index else ""
        after = tokens[index + 1].text if index + 1 < len(tokens) else ""
        if before in _MEMBER:
            return False
        if self._language is PHP:
            return True
        return not (before in ("(", ",", "{") and after in (":", "="))

    def _given_at(self, tokens: Sequence[Token], index: int) -> int | None:
        """Where the expression that the name is given begins; 0 where it cannot be read; None if it is given none."""
        before = tokens[index - 1].text if index else ""
        after = tokens[index + 1].text if index + 1 < len(tokens) else ""
        if after in ("=", ":="):
            return index + 2
        if after in _CHANGES:
            return 0
        annotated = self._language is PYTHON and index > 0 and tokens[index - 1].line < tokens[index].line
        if after == ":" and (before in _DECLARES or annotated):
            rest = tokens[index + 2 : index + 40]
            return next((index + 3 + i for i, token in top_level(rest) if token.text == "="), 0)
        return 0 if before in _DECLARES or (before == "for" and after == "in") else None

    def _after_use(self, held: GivenProperties, tokens: Sequence[Token], index: int) -> GivenProperties:
        before = tokens[index - 1].text if index else ""
        after = tokens[index + 1].text if index + 1 < len(tokens) else ""
        if before in ("delete", "del"):
            return OPAQUE
        if after == "[":
            end = closing(tokens, index + 1)
            if end + 1 < len(tokens) and tokens[end + 1].text == "=":
                key = tokens[index + 1 : end + 1] if self._language in SCRIPTS else tokens[index + 2 : end]
                return held.merged(self.reader.pair(key, expression_from(tokens, end + 2)))
            return held
        if after in _MEMBER and index + 3 < len(tokens):
            return self._after_member(held, tokens, index)
        if before in ("...", "**", "*") or before in _ASKS:
            return held
        if before in ("(", ",") and self._harmless(_called(tokens, index)):
            return held
        return held.opened()

    def _after_member(self, held: GivenProperties, tokens: Sequence[Token], index: int) -> GivenProperties:
        name, after = tokens[index + 2].text, tokens[index + 3].text
        if after == "=":
            if self._language in SCRIPTS:
                value = expression_from(tokens, index + 4)
                return held.merged(self.reader.pair([tokens[index + 2]], value))
            return held.opened()
        changes = name in SETTERS or name in MERGERS or name == "apply"
        if changes and (steps := chain_of(expression_from(tokens, index))):
            for step in steps:
                held = self.reader.after(held, step)
            return held
        if (after != "(" and self._language is not RUBY) or name in _ONLY_READ:
            return held
        return OPAQUE  # `remove`, `delete`, or something unknown


def _called(tokens: Sequence[Token], index: int) -> str:
    """The name of the call among whose arguments a token stands; empty if it stands in none."""
    at = opener_of(tokens, index)
    return tokens[at - 1].text if at and tokens[at].text == "(" and tokens[at - 1].is_name else ""
