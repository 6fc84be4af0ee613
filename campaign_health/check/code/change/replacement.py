"""What became of a string between the base and the head of a file: kept, replaced by what, or gone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import accumulate, groupby
from operator import itemgetter

from campaign_health.check.code.files.snapshot import CodeFile
from campaign_health.check.code.syntax.piece import Token
from campaign_health.check.likely_rename import is_likely_rename
from campaign_health.names.likeness import name_likeness

_LARGE = 4000  # tokens above which files are compared line by line first
_TOO_LARGE = 60_000  # lines above which they are not compared at all

_Key = tuple[bool, str]
_Opcode = tuple[str, int, int, int, int]


@dataclass(frozen=True)
class Replacement:
    """What stands at the head where a string stood at the base.

    Attributes:
        line: The line (from 1) at the head.
        value: The string that stands there now, if it is another string.
        names: The names that stand there now, if the string gave way to names.
        kept: It is still the same string.
        in_place: What is around it is the same, so that one took the other's place.
    """

    line: int
    value: str | None = None
    names: tuple[str, ...] = ()
    kept: bool = False
    in_place: bool = False


def replacement_of(base: CodeFile, head: CodeFile, start: int) -> Replacement:
    """What became of the string at offset `start` of the base's file."""
    before, after = base.source.tokens, head.source.tokens
    index = next(
        (i for i, token in enumerate(before) if token.start <= start < token.start + len(token.text.encode())), None
    )
    if index is None:
        return Replacement(line=1)
    if not after:  # a page whose last piece of code went
        return Replacement(line=min(before[index].line, head.source.content.count(b"\n") or 1))
    for kind, i1, i2, j1, j2 in _opcodes(base, head):
        if not i1 <= index < i2:
            continue
        if kind == "equal":
            return Replacement(after[j1 + index - i1].line, kept=True)
        near = after[min(j1, len(after) - 1)].line
        if kind == "delete":
            return Replacement(near)
        return _pick(before, after, index, (i1, i2), (j1, j2)) or Replacement(near)
    return Replacement(after[-1].line)


def _pick(
    before: list[Token], after: list[Token], index: int, old: tuple[int, int], new: tuple[int, int]
) -> Replacement | None:
    old_value = before[index].value or ""
    old_strings = [i for i in range(*old) if before[i].is_string]
    new_strings = [j for j in range(*new) if after[j].is_string and after[j].value is not None]
    if new_strings:
        alike = max(new_strings, key=lambda j: name_likeness(old_value, after[j].value or ""))
        if len(old_strings) == len(new_strings):
            chosen = new_strings[old_strings.index(index)]
        elif is_likely_rename(old_value, after[alike].value or ""):
            chosen = alike
        else:
            chosen = next((j for j in new_strings if _same_before(before, after, index, j)), alike)
        value = after[chosen].value or ""
        named_anew = len(old_strings) == len(new_strings) and _both_assigned(before, after, index, chosen)
        in_place = _same_before(before, after, index, chosen) or named_anew or is_likely_rename(old_value, value)
        return Replacement(after[chosen].line, value=value, in_place=in_place)
    names = tuple(after[j].text for j in range(*new) if after[j].is_name)
    if names:
        return Replacement(after[new[0]].line, names=names, in_place=_same_before(before, after, index, new[0]))
    return None


def _same_before(before: list[Token], after: list[Token], i: int, j: int) -> bool:
    """Whether both stand after the same words: the same call, the same key."""
    if i == 0 or j == 0 or before[i - 1].text != after[j - 1].text:
        return False
    return i == 1 or j == 1 or before[i - 2].text == after[j - 2].text


def _both_assigned(before: list[Token], after: list[Token], i: int, j: int) -> bool:
    """Whether both are the value of a constant, whose name may have changed with it."""
    return i > 0 and j > 0 and before[i - 1].text == after[j - 1].text and before[i - 1].text in ("=", ":", ":=", "=>")


@lru_cache(maxsize=256)
def _opcodes(base: CodeFile, head: CodeFile) -> list[_Opcode]:
    before = [_key(token) for token in base.source.tokens]
    after = [_key(token) for token in head.source.tokens]
    front = 0
    while front < min(len(before), len(after)) and before[front] == after[front]:
        front += 1
    back = 0
    while back < min(len(before), len(after)) - front and before[-1 - back] == after[-1 - back]:
        back += 1
    middle = _compare(before[front : len(before) - back], after[front : len(after) - back], base, head, front)
    return [
        ("equal", 0, front, 0, front),
        *((kind, i1 + front, i2 + front, j1 + front, j2 + front) for kind, i1, i2, j1, j2 in middle),
        ("equal", len(before) - back, len(before), len(after) - back, len(after)),
    ]


def _compare(before: list[_Key], after: list[_Key], base: CodeFile, head: CodeFile, skip: int) -> list[_Opcode]:
    if len(before) + len(after) <= _LARGE:
        return list(SequenceMatcher(None, before, after, autojunk=False).get_opcodes())
    # Line by line first, then within the lines that differ: comparing every token would take minutes.
    old = _by_line(before, [token.line for token in base.source.tokens[skip : skip + len(before)]])
    new = _by_line(after, [token.line for token in head.source.tokens[skip : skip + len(after)]])
    if len(old) + len(new) > _TOO_LARGE:
        return [("replace", 0, len(before), 0, len(after))]
    starts_old, starts_new = _starts(old), _starts(new)
    found: list[_Opcode] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new).get_opcodes():
        a1, a2, b1, b2 = starts_old[i1], starts_old[i2], starts_new[j1], starts_new[j2]
        if kind == "replace" and (a2 - a1) + (b2 - b1) <= _LARGE:
            inner = SequenceMatcher(None, before[a1:a2], after[b1:b2], autojunk=False).get_opcodes()
            found += [(k, a1 + x1, a1 + x2, b1 + y1, b1 + y2) for k, x1, x2, y1, y2 in inner]
        else:
            found.append((kind, a1, a2, b1, b2))
    return found


def _by_line(keys: list[_Key], lines: list[int]) -> list[tuple[_Key, ...]]:
    return [tuple(key for _, key in group) for _, group in groupby(zip(lines, keys, strict=True), key=itemgetter(0))]


def _starts(lines: list[tuple[_Key, ...]]) -> list[int]:
    return [0, *accumulate(len(line) for line in lines)]


def _key(token: Token) -> _Key:
    return (token.is_string, token.value.strip() if token.value is not None else token.text)


def is_like_a_name(value: str) -> bool:
    """Whether a string could be an event's name at all."""
    text = value.strip()
    return 0 < len(text) <= 150 and "\n" not in text and "://" not in text and not re.fullmatch(r"[\W\d_]+", text)
