"""Names that the code gives to strings: constants, enum entries, object keys."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from campaign_health.check.code.files.snapshot import CodeFile, Snapshot, anchor_of
from campaign_health.check.code.syntax.languages import (
    COMPONENT,
    GO,
    JAVA,
    JAVASCRIPT,
    KOTLIN,
    OBJECTIVE_C,
    RUST,
    SCALA,
    SWIFT,
    TSX,
    TYPESCRIPT,
    Language,
    language_of,
)
from campaign_health.check.code.syntax.source import Token

# What is asked of a constant, or named like every parameter.
PASSED_ON = frozenset(
    "name event eventName event_name value rawValue raw_value key type id title label action toString freeze".split()  # noqa: SIM905
)
# A name that may be given to something, told without parsing: `NAME =`, `NAME: Type =`, `NAME Type =`, `NAME("`.
_GIVEN = rb"(?<![\w$])%s[\"'`]?(?:[ \t]+[\w.]+|[ \t]*\??:[ \t]*[\w<>?.\[\]| &']+)?\s*(?:[:=]|\(\s*[\"']|@?[\"'])"
_ASSIGNED = re.compile(
    rb"(?<![\w$])([A-Z][\w$]*)(?:[ \t]*:[ \t]*[\w<>?]+|[ \t]+[A-Za-z_]\w*)?\s*(?::?=|:|=>|\()\s*"
    rb"[\"'`]([^\"'`\n]{1,255})[\"'`]"
)
_ASSIGNS = frozenset({"=", ":", ":=", "=>"})


@dataclass(frozen=True)
class Constant:
    """A name that stands for a string; `start` is the string's offset in its file.

    `assigned` tells `name = "…"` from an object's key.
    """

    name: str
    value: str
    path: str
    line: int
    start: int
    assigned: bool = False


@lru_cache(maxsize=20_000)
def constants_in(file: CodeFile) -> list[Constant]:
    """The strings of a code file that have a name."""
    if file.is_catalogue:
        return []
    tokens = file.source.tokens
    found = []
    for index, token in enumerate(tokens):
        if token.value is not None and (name := _name_before(tokens, index, file)) is not None:
            assigned = tokens[index - 1].text in ("=", ":=")
            found.append(Constant(name, token.value, file.path, token.line, token.start, assigned))
    return found


def constants_of(values: Iterable[str], snapshots: Iterable[Snapshot]) -> set[bytes]:
    """The names with a capital that stand for one of the values and, in the same files, for nothing else.

    Told without parsing, so as not to read every call of a constant that is known.
    """
    wanted = {value.encode() for value in values}
    anchors = {anchor for value in values if (anchor := anchor_of(value))}
    found: dict[bytes, set[bytes]] = defaultdict(set)
    for file in {id(file): file for snapshot in snapshots for file in snapshot.with_words(anchors)}.values():
        for match in _ASSIGNED.finditer(file.source.content if not file.is_catalogue else b""):
            found[match[1]].add(match[2])
    return {name for name, held in found.items() if held <= wanted}


class Constants:
    """What names stand for. The same name in another file or language may stand for something else."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._by_name: dict[str, list[Constant]] = {}

    def values(self, name: str, near: str) -> set[str]:
        """The strings that a name may stand for in the file `near`: its own, else its language's, else any."""
        known = self._known(name)
        language = language_of(near)
        own = [constant for constant in known if constant.path == near]
        kin = [constant for constant in known if language_of(constant.path) in _family(language)]
        return {constant.value for constant in own or kin or known}

    def resolve(self, names: Sequence[str], near: str) -> str | None:
        """The string behind an expression such as `EVENTS.TRIAL` or `Event.TRIAL.value`, by its names in order.

        None where it is unknown or ambiguous. A single name in small letters may be a parameter: it is looked up
        only among what the same file (in Go, the same folder) assigns.
        """
        if len(names) == 1 and not names[0].lstrip("_$k")[:1].isupper():
            values = self._assigned_beside(names[0], near)
            return values.pop() if len(values) == 1 and names[0] not in PASSED_ON else None
        for name in reversed(names):
            if name in PASSED_ON:
                continue
            values = self.values(name, near)
            if values:
                return next(iter(values)) if len(values) == 1 else None
        return None

    def _assigned_beside(self, name: str, near: str) -> set[str]:
        folder = posixpath.dirname(near)
        in_folder = language_of(near) is GO
        return {
            constant.value
            for constant in self._known(name)
            if constant.assigned
            and (constant.path == near or (in_folder and posixpath.dirname(constant.path) == folder))
        }

    def _known(self, name: str) -> list[Constant]:
        if name not in self._by_name:
            files = self._snapshot.with_words([name.strip("$@#").encode()]) if name.isascii() else []
            given = re.compile(_GIVEN % re.escape(name.encode()))
            self._by_name[name] = [
                constant
                for file in files
                if given.search(file.source.content)
                for constant in constants_in(file)
                if constant.name == name
            ]
        return self._by_name[name]


def _family(language: Language | None) -> tuple[Language | None, ...]:
    families = ((JAVASCRIPT, TYPESCRIPT, TSX, COMPONENT), (JAVA, KOTLIN, SCALA), (SWIFT, OBJECTIVE_C))
    return next((family for family in families if language in family), (language,))


def _rust_name(tokens: list[Token], at: int) -> str | None:
    """The name in `const NAME: &'static str = "…"`, of which `at` is the last word of the type."""
    while at > 0 and (tokens[at].is_name or tokens[at].text in ("&", "'", "static")):
        at -= 1
    return tokens[at - 1].text if tokens[at].text == ":" and at and tokens[at - 1].is_name else None


def _name_before(tokens: list[Token], index: int, file: CodeFile) -> str | None:
    language = file.source.language
    if index < 2:
        return None
    before = tokens[index - 1]
    if before.text in _ASSIGNS:
        at = index - 2
        if before.text == "=" and language is RUST and (typed_at := _rust_name(tokens, at)) is not None:
            return typed_at
        if tokens[at].is_string and before.text in (":", "=>"):
            return tokens[at].value
        if not tokens[at].is_name:
            return None
        if before.text == "=" and at >= 2 and tokens[at - 1].text == ":" and tokens[at - 2].is_name:
            return tokens[at - 2].text  # NAME: Type = "…"
        typed = at >= 1 and tokens[at - 1].is_name and tokens[at - 1].line == tokens[at].line
        if language is GO and typed and tokens[at - 1].text not in ("const", "var"):
            return tokens[at - 1].text  # NAME Type = "…"
        return tokens[at].text
    if before.text == "(" and language in (JAVA, KOTLIN) and tokens[index - 2].is_name:
        # An enum entry: NAME("…")
        earlier = tokens[index - 3].text if index >= 3 else "{"
        if earlier in ("{", ",", ";") and tokens[index - 2].text[0].isupper():
            return tokens[index - 2].text
    return None
