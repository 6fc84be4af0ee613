"""Sentences cut to what fits on a card; the campaign page has them whole."""

from __future__ import annotations

import re

# How rare a day is belongs to the campaign page; on the card the numbers speak. What an older version stored says it
# otherwise.
_RARITY = re.compile(r"; (?:by accident this happens|a healthy campaign does this) [^;`]*\.$")
# The end of a sentence outside of backticks, in which names stand; an abbreviation is followed by a small letter.
_SENTENCE = re.compile(r"(?:`[^`]*`|[^`])*?[.!?](?=\s+[A-Z0-9`@\"]|$)")


def without_rarity(sentence: str) -> str:
    """The sentence without its last part, which says how rare that is."""
    return _RARITY.sub(".", sentence)


def rarity_of(sentence: str) -> str:
    """What `without_rarity` leaves out, as a sentence; empty where nothing is."""
    found = _RARITY.search(sentence)
    said = found[0].removeprefix("; ") if found else ""
    return said[:1].upper() + said[1:]


def first_sentence(text: str) -> str:
    """The first sentence of several; all of the text where it is one."""
    return first_sentences(text, 0)


def first_sentences(text: str, room: int) -> str:
    """The first sentence, and as many more as stay within `room` signs together; none is ever cut."""
    end = 0
    while end < len(text) and (found := _SENTENCE.match(text, end)):
        if end and found.end() > room:
            return text[:end]
        end = found.end()
    return text


def whole_clauses(text: str, room: int) -> tuple[str, str]:
    """As many of the clauses of a headline (`; ` parts them) as `room` has signs for, and the others: none is cut in
    two, but for a first one that alone is longer, which is then among the others, too.
    """
    if len(text) <= room:
        return text, ""
    end = text.rfind("; ", 0, room + 2)
    if end < 0:
        return f"{text[: room - 1]}…", text
    return text[:end], text[end + 2 :]
