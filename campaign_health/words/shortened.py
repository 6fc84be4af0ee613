"""Sentences cut to what fits on a card; the campaign page has them whole."""

from __future__ import annotations

import re

# How rare a day is belongs to the campaign page; on the card the numbers speak.
_RARITY = re.compile(r"; a healthy campaign does this [^;`]*\.$")
# The end of a sentence outside of backticks, in which names stand; an abbreviation is followed by a small letter.
_SENTENCE = re.compile(r"(?:`[^`]*`|[^`])*?[.!?](?=\s+[A-Z0-9`@\"]|$)")


def without_rarity(sentence: str) -> str:
    """The sentence without its last part, which says how rarely a healthy campaign does this."""
    return _RARITY.sub(".", sentence)


def rarity_of(sentence: str) -> str:
    """What `without_rarity` leaves out, as a sentence; empty where nothing is."""
    found = _RARITY.search(sentence)
    return f"A{found[0].removeprefix('; a')}" if found else ""


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
