"""Where an expression in braces ends: a scanner that knows strings, comments and regular expressions."""

from __future__ import annotations

import re
from collections.abc import Callable

_HOP = re.compile(rb"""["'`{}/<]""")
_IN_TEMPLATE = re.compile(rb"\\.|`|\$\{", re.DOTALL)
_STRING = {
    b'"': re.compile(rb'"(?:[^"\\\n]|\\.)*"?', re.DOTALL),
    b"'": re.compile(rb"'(?:[^'\\\n]|\\.)*'?", re.DOTALL),
}
_PATTERN = re.compile(rb"/(?![/*])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.){0,300}\])+/")
_VALUE_FOLLOWS = frozenset(b"(,=:[!&|?{};+>")
_WORD_BEFORE_VALUE = re.compile(rb"(?:^|[^\w$.])(?:return|case|typeof|await|yield|default)$")
_TAG = re.compile(rb"<(?:[A-Za-z]|>)")


def expression_end(text: bytes, at: int, end: int, nested: Callable[[int], int | None] | None = None) -> int | None:
    """The place of the brace that closes an expression of JavaScript that begins at `at`; None where none does.

    `nested` is asked where a tag begins in a value's place, and tells where the markup ends.
    """
    begin = at
    depth = [b"{"]
    while at < end:
        if depth[-1] == b"`":
            found = _IN_TEMPLATE.search(text, at, end)
            if found is None:
                return None
            at = found.end()
            if found[0] == b"`":
                depth.pop()
            elif found[0] == b"${":
                depth.append(b"{")
            continue
        found = _HOP.search(text, at, end)
        if found is None:
            return None
        at = found.start()
        mark = found[0]
        if mark in _STRING:
            string = _STRING[mark].match(text, at, end)
            at = string.end() if string else at + 1
        elif mark == b"`" or mark == b"{":
            depth.append(mark)
            at += 1
        elif mark == b"}":
            depth.pop()
            if not depth:
                return at
            at += 1
        elif mark == b"/":
            at = _after_slash(text, begin, at, end)
        elif nested is not None and _TAG.match(text, at, end) and _is_value_place(text, begin, at):
            after = nested(at)
            if after is None:
                return None
            at = after
        else:
            at += 1
    return None


def _after_slash(text: bytes, begin: int, at: int, end: int) -> int:
    follows = text[at + 1 : at + 2]
    if follows == b"/":
        line_end = text.find(b"\n", at, end)
        return end if line_end < 0 else line_end
    if follows == b"*":
        closed = text.find(b"*/", at + 2, end)
        return end if closed < 0 else closed + 2
    if _is_value_place(text, begin, at):
        pattern = _PATTERN.match(text, at, end)
        return pattern.end() if pattern else at + 1
    return at + 1


def _is_value_place(text: bytes, begin: int, at: int) -> bool:
    """Whether a value may begin at a place, so that `/` and `<` there divide and compare nothing."""
    before = at
    while before > begin and text[before - 1] in b" \t\r\n":
        before -= 1
    if before <= begin or text[before - 1] in _VALUE_FOLLOWS:
        return True
    return bool(_WORD_BEFORE_VALUE.search(text, max(begin, before - 9), before))
