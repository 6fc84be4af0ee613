"""The words of a name in their plain form, and how much each says about which event is meant."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from campaign_health.names.vocabulary import MEANING, OUTCOME_WORDS, PASSING_WORDS, PHRASES

PASSING_WEIGHT = 0.25  # weight of a word that says where an event comes from, against 1.0 for what it is about
OUTCOME_WEIGHT = 0.6
_BREAKS = re.compile(r"[^\w]+|_+")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_VERSION = re.compile(r"^v\d+$")
_NUMBER = re.compile(r"^\d+$")
_NO_JOINTS = {code: None for code in range(128) if not chr(code).isalnum()}
_ENDINGS = ("ations", "ation", "ions", "ion", "ings", "ing", "ies", "ied", "ed", "es", "s", "e", "y")


@lru_cache(maxsize=65536)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, lower case and in their plain form: `ProjectCreated-v2` -> ("project", "creat", "v2").

    Inflections are cut (created, creating, creation are one word) and words that product teams use for the
    same thing are brought to one (register and sign up). The order is kept.
    """
    text = unicodedata.normalize("NFKC", name)
    parts = [word for piece in _BREAKS.split(text) for word in _HUMPS.split(piece) if word]
    lowered = [part.casefold() for part in parts]
    words: list[str] = []
    position = 0
    while position < len(lowered):
        pair = " ".join(lowered[position : position + 2])
        if pair in PHRASES:
            words.append(PHRASES[pair])
            position += 2
        else:
            words.append(_plain(lowered[position]))
            position += 1
    return tuple(words)


@lru_cache(maxsize=65536)
def _plain(word: str) -> str:
    """The word without its ending, then the one word chosen for its meaning."""
    if word in MEANING:
        return MEANING[word]
    stem = _stem(word)
    return _MEANING_OF_STEM.get(stem, stem)


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]
    return word


_MEANING_OF_STEM = {_stem(word): meaning for word, meaning in MEANING.items()} | MEANING


@lru_cache(maxsize=65536)
def letters_of(name: str) -> str:
    """The letters and digits of a name, whatever their case: two names with the same are one in other dress."""
    if name.isascii():
        return name.lower().translate(_NO_JOINTS)
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))


def word_weight(word: str) -> float:
    """How much a word says about which event is meant: little for platforms, versions and fillers."""
    if word in OUTCOME_WORDS:
        return OUTCOME_WEIGHT
    return PASSING_WEIGHT if word in PASSING_WORDS or is_version(word) or is_number(word) else 1.0


def is_version(word: str) -> bool:
    """Whether a word is a version, such as `v2`."""
    return _VERSION.match(word) is not None


def is_number(word: str) -> bool:
    """Whether a word is a number."""
    return _NUMBER.match(word) is not None
