"""Names that the code puts together while it runs, where they stood whole before."""

from __future__ import annotations

import re
from dataclasses import dataclass

from campaign_health.check.code.files.catalogues import HOLE
from campaign_health.check.code.files.snapshot import CodeFile

LEAST_LETTERS = 4  # that must stand written out
_QUOTES = re.compile(r"^[A-Za-z]{0,3}[\"'`]+|[\"'`]+$")


@dataclass(frozen=True)
class Pieces:
    """A string with holes, or one that others are added to, that may yield a name."""

    text: str
    path: str
    line: int


def pieces_that_yield(name: str, before: CodeFile | None, after: CodeFile) -> Pieces | None:
    """The first string of a file that is new in it and may yield the name when its holes are filled."""
    if after.is_catalogue:
        return None
    known = {text for text, _ in before.source.string_texts} if before is not None else set()
    for text, line in after.source.string_texts:
        if text not in known and _yields(_QUOTES.sub("", text), name):
            return Pieces(_QUOTES.sub("", text), after.path, line)
    tokens = after.source.tokens
    for index, token in enumerate(tokens):
        if token.value is None or len(token.value) < LEAST_LETTERS or token.text.strip("\"'`:") in known:
            continue
        plus_after = index + 1 < len(tokens) and tokens[index + 1].text == "+" and name.startswith(token.value)
        plus_before = index > 0 and tokens[index - 1].text == "+" and name.endswith(token.value)
        if (plus_after or plus_before) and token.value.strip() != name:
            return Pieces(f"{token.value}…" if plus_after else f"…{token.value}", after.path, token.line)
    return None


def _yields(text: str, name: str) -> bool:
    parts = HOLE.split(text)
    if len(parts) < 2 or sum(len(part) for part in parts) < LEAST_LETTERS:
        return False
    return re.fullmatch(".+".join(map(re.escape, parts)), name) is not None
