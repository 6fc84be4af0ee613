"""How alike two names are, the way people rename things: case, separators, tense, prefixes, versions, other words."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from scipy.sparse import csr_matrix

from campaign_health.detection.rename.name_words import MEANING, OUTCOME_WORDS, PASSING_WORDS, PHRASES, PLATFORMS

PASSING_WEIGHT = 0.25  # weight of a word that says where an event comes from, against 1.0 for what it is about
OUTCOME_WEIGHT = 0.6
CONTRADICTION = 2.0  # how much more a word says against a known one of another meaning
IN_PLACE = 0.6  # least weight of a word that stands in place of another, be it only a platform
ADDED = 0.42  # how much a word that only one of the names has counts against them
TYPING_LIKENESS = 0.8  # words at least this alike count as the same word mistyped
Weight = Callable[[str], float]
_BREAKS = re.compile(r"[^\w]+|_+")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_VERSION = re.compile(r"^v\d+$")
_NUMBER = re.compile(r"^\d+$")


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


_ENDINGS = ("ations", "ation", "ions", "ion", "ings", "ing", "ies", "ied", "ed", "es", "s", "e", "y")
_KNOWN = frozenset(MEANING.values()) | PLATFORMS
_MEANING_OF_STEM = {_stem(word): meaning for word, meaning in MEANING.items()} | MEANING


def word_weight(word: str) -> float:
    """How much a word says about which event is meant: little for platforms, versions and fillers."""
    if word in OUTCOME_WORDS:
        return OUTCOME_WEIGHT
    passing = word in PASSING_WORDS or _VERSION.match(word) or _NUMBER.match(word)
    return PASSING_WEIGHT if passing else 1.0


@lru_cache(maxsize=262144)
def _word_likeness(one: str, other: str) -> float:
    if one == other:
        return 1.0
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= 3 and longer.startswith(shorter):
        return 0.85
    if len(shorter) < 4:
        return 0.0
    common = _common_start(one, other)
    if common >= 5 and common >= 0.7 * len(longer):
        return 0.85
    likeness = Levenshtein.normalized_similarity(one, other)
    return likeness if likeness >= TYPING_LIKENESS else 0.0


def _common_start(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


@lru_cache(maxsize=262144)
def name_likeness(one: str, other: str) -> float:
    """Likeness of two names, 0 (nothing in common) to 1 (the same but for case and separators).

    The weight of the words they share over that weight plus what differs. Words match in their plain form, by
    meaning, or with a typing slip. A word that one of the two has in addition (a prefix, a version) counts for less
    than half; a word that stands in place of another counts in full, also if it is only a platform: `ios_opened` and
    `web_opened` are different events. Names without any separator are compared letter by letter instead.
    """
    return _likeness(one, other, word_weight, lambda word: IN_PLACE)


def _likeness(one: str, other: str, weight: Weight, in_place: Weight) -> float:
    if one == other or _letters(one) == _letters(other):
        return 1.0
    mine, theirs = words_of(one), words_of(other)
    if not mine or not theirs:
        return 0.0
    left_over: list[str] = []
    left = list(theirs)
    shared = 0.0
    slips = 0.0
    for word in sorted(mine, key=len, reverse=True):
        best = max(left, key=lambda candidate: _word_likeness(word, candidate), default=None)
        likeness = _word_likeness(word, best) if best is not None else 0.0
        if best is None or likeness == 0.0:
            left_over.append(word)
            continue
        worth = 0.5 * (weight(word) + weight(best))
        shared += likeness * worth
        slips += (1 - likeness) * worth
        left.remove(best)
    replaced, added = _differences(left_over, left, weight, in_place)
    by_words = shared / max(shared + slips + replaced + ADDED * added, 1e-9)
    if 1 in (len(mine), len(theirs)):
        letters = Levenshtein.normalized_similarity(_letters(one), _letters(other))
        if letters >= TYPING_LIKENESS:
            by_words = max(by_words, letters)
    return min(by_words, 1.0)


def _differences(mine: list[str], theirs: list[str], weight: Weight, in_place: Weight) -> tuple[float, float]:
    """Weight of words that stand in place of others, and of words that are only added on one side.

    A word that replaces another says at least `in_place`, unless it is a version. Where both words are known ones of
    another meaning (viewed and deleted, iOS and web, step 1 and 2) the names contradict each other.
    """
    if not mine or not theirs:
        return 0.0, sum(map(weight, mine or theirs))
    full = [
        sum(weight(word) if _VERSION.match(word) else max(weight(word), in_place(word)) for word in side)
        for side in (mine, theirs)
    ]
    replaced = min(full)
    if all(any(word in _KNOWN or _NUMBER.match(word) for word in side) for side in (mine, theirs)):
        replaced *= CONTRADICTION
    return replaced, max(full) - min(full)


@lru_cache(maxsize=65536)
def _letters(name: str) -> str:
    return "".join(character for character in unicodedata.normalize("NFKC", name).casefold() if character.isalnum())


class NameFamily:
    """The names of one project, where a word that many of them have says little about which is meant.

    A word's weight is its own (`word_weight`) times its rarity among the names: 1 for a word of one name, less the
    more names have it (inverse document frequency, Sparck Jones 1972), never below 0.2.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        having = Counter(word for name in self.names for word in set(words_of(name)))
        scale = math.log(len(self.names) + 1)
        self._rarity = {
            word: max(math.log((len(self.names) + 1) / count) / scale, 0.2) for word, count in having.items()
        }
        self._vocabulary = {word: column for column, word in enumerate(having)}
        spelled: dict[str, int] = {}
        self._spelling = np.array(
            [spelled.setdefault(_letters(name), len(spelled)) for name in self.names], dtype=np.intp
        )

    def weight(self, word: str) -> float:
        """What a word says in this project."""
        return word_weight(word) * self._rarity.get(word, 1.0)

    def likeness(self, row: int, other: int) -> float:
        """Likeness of two of the names by what their words say in this project, 0 to 1."""
        return _likeness(
            self.names[row], self.names[other], self.weight, lambda word: IN_PLACE * self._rarity.get(word, 1.0)
        )

    def rough_likeness(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """A quick likeness of `names[rows]` (first axis) to all names, by shared plain words only."""
        places = [
            (row, self._vocabulary[word], self.weight(word))
            for row, name in enumerate(self.names)
            for word in set(words_of(name))
        ]
        row_of, column_of, weight = zip(*places, strict=True) if places else ((), (), ())
        shape = (len(self.names), max(len(self._vocabulary), 1))
        weights = csr_matrix((weight, (row_of, column_of)), shape=shape, dtype=np.float64)
        present = csr_matrix((np.ones(len(places)), (row_of, column_of)), shape=shape, dtype=np.float64)
        totals = np.asarray(weights.sum(axis=1)).ravel()
        shared = np.asarray((weights[rows] @ present.T).todense())
        likeness: NDArray[np.float64] = 2.0 * shared / np.maximum(totals[rows][:, None] + totals[None, :], 1e-9)
        likeness[self._spelling[rows][:, None] == self._spelling[None, :]] = 1.0
        return likeness


def nearest_names(name: str, known: Iterable[str], limit: int = 3, at_least: float = 0.5) -> list[tuple[str, float]]:
    """The known names most like `name`, with their likeness, best first; those below `at_least` are left out."""
    scored = [(candidate, name_likeness(name, candidate)) for candidate in known if candidate != name]
    scored = [pair for pair in scored if pair[1] >= at_least]
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))[:limit]
