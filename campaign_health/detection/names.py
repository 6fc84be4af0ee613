"""How alike two names are, the way people rename things: case, separators, tense, prefixes, versions, other words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from scipy.sparse import csr_matrix

from campaign_health.detection.name_words import MEANING, OUTCOME_WORDS, PASSING_WORDS, PHRASES

PASSING_WEIGHT = 0.25  # weight of a word that says where an event comes from, against 1.0 for what it is about
OUTCOME_WEIGHT = 0.6
TYPING_LIKENESS = 0.8  # words at least this alike count as the same word mistyped
_BREAKS = re.compile(r"[^\w]+|_+")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_VERSION = re.compile(r"^v?\d+$")


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


def _plain(word: str) -> str:
    """The word without its ending, then the one word chosen for its meaning."""
    if word in MEANING:
        return MEANING[word]
    stem = word
    for ending in ("ations", "ation", "ions", "ion", "ings", "ing", "ies", "ied", "ed", "es", "s", "e", "y"):
        if stem.endswith(ending) and len(stem) - len(ending) >= 3:
            stem = stem[: -len(ending)]
            break
    if len(stem) > 4 and stem[-1] == stem[-2] and stem[-1] not in "sl":
        stem = stem[:-1]
    return MEANING.get(stem, stem)


def word_weight(word: str) -> float:
    """How much a word says about which event is meant: little for platforms, versions and fillers."""
    if word in OUTCOME_WORDS:
        return OUTCOME_WEIGHT
    return PASSING_WEIGHT if word in PASSING_WORDS or _VERSION.match(word) else 1.0


@lru_cache(maxsize=262144)
def _word_likeness(one: str, other: str) -> float:
    if one == other:
        return 1.0
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= 3 and longer.startswith(shorter):
        return 0.85
    if len(shorter) < 4:
        return 0.0
    likeness = Levenshtein.normalized_similarity(one, other)
    return likeness if likeness >= TYPING_LIKENESS else 0.0


@lru_cache(maxsize=262144)
def name_likeness(one: str, other: str) -> float:
    """Likeness of two names, 0 (nothing in common) to 1 (the same but for case and separators).

    Twice the weight of the words they share over the weight of all their words (Dice 1945), where words match
    in their plain form, by meaning, or with a typing slip. Names written without any separator are compared
    letter by letter instead.
    """
    if one == other:
        return 1.0
    mine, theirs = words_of(one), words_of(other)
    if not mine or not theirs:
        return 0.0
    total = sum(map(word_weight, mine)) + sum(map(word_weight, theirs))
    left = list(theirs)
    shared = 0.0
    for word in sorted(mine, key=len, reverse=True):
        best = max(left, key=lambda candidate: _word_likeness(word, candidate), default=None)
        if best is None:
            break
        likeness = _word_likeness(word, best)
        if likeness > 0:
            shared += likeness * (word_weight(word) + word_weight(best))
            left.remove(best)
    by_words = shared / total
    if 1 in (len(mine), len(theirs)):
        letters = Levenshtein.normalized_similarity(_letters(one), _letters(other))
        if letters >= TYPING_LIKENESS:
            by_words = max(by_words, letters)
    return min(by_words, 1.0)


def _letters(name: str) -> str:
    return "".join(character for character in unicodedata.normalize("NFKC", name).casefold() if character.isalnum())


def rough_likeness(names: Sequence[str], rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """A quick likeness by shared plain words only, of `names[rows]` (first axis) against all `names`; no typing slips."""
    vocabulary: dict[str, int] = {}
    row_of, column_of, weight = [], [], []
    for row, name in enumerate(names):
        for word in set(words_of(name)):
            row_of.append(row)
            column_of.append(vocabulary.setdefault(word, len(vocabulary)))
            weight.append(word_weight(word))
    shape = (len(names), max(len(vocabulary), 1))
    weights = csr_matrix((weight, (row_of, column_of)), shape=shape, dtype=np.float64)
    present = csr_matrix((np.ones(len(weight)), (row_of, column_of)), shape=shape, dtype=np.float64)
    totals = np.asarray(weights.sum(axis=1)).ravel()
    shared = np.asarray((weights[rows] @ present.T).todense())
    return 2.0 * shared / np.maximum(totals[rows][:, None] + totals[None, :], 1e-9)


def nearest_names(name: str, known: Iterable[str], limit: int = 3, at_least: float = 0.5) -> list[tuple[str, float]]:
    """The known names most like `name`, with their likeness, best first; those below `at_least` are left out."""
    scored = [(candidate, name_likeness(name, candidate)) for candidate in known if candidate != name]
    scored = [pair for pair in scored if pair[1] >= at_least]
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))[:limit]
