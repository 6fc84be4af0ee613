"""How alike two names are, the way people rename things: case, separators, tense, prefixes, versions, other words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from campaign_health.names.vocabulary import MEANING, PLATFORMS
from campaign_health.names.words_of_name import is_number, is_version, letters_of, word_weight, words_of

CONTRADICTION = 2.0  # how much more a word says against a known one of another meaning
IN_PLACE = 0.6  # least weight of a word that stands in place of another, be it only a platform
ADDED = 0.42  # how much a word that only one of the names has counts against them
TYPING_LIKENESS = 0.8  # words at least this alike count as the same word mistyped
Weight = Callable[[str], float]
_KNOWN = frozenset(MEANING.values()) | PLATFORMS


@lru_cache(maxsize=262144)
def name_likeness(one: str, other: str) -> float:
    """Likeness of two names, 0 (nothing in common) to 1 (the same but for case and separators).

    The weight of the words they share over that weight plus what differs. Words match in their plain form, by
    meaning, or with a typing slip. A word that one of the two has in addition (a prefix, a version) counts for less
    than half; a word that stands in place of another counts in full, also if it is only a platform: `ios_opened` and
    `web_opened` are different events. Names without any separator are compared letter by letter instead.
    """
    return weighed_likeness(one, other, word_weight, lambda word: IN_PLACE)


def nearest_names(name: str, known: Iterable[str], limit: int = 3, at_least: float = 0.5) -> list[tuple[str, float]]:
    """The known names most like `name`, with their likeness, best first; those below `at_least` are left out."""
    scored = [(candidate, name_likeness(name, candidate)) for candidate in known if candidate != name]
    scored = [pair for pair in scored if pair[1] >= at_least]
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))[:limit]


def weighed_likeness(one: str, other: str, weight: Weight, in_place: Weight) -> float:
    """The same, where each word says as much as `weight` tells, or `in_place` if that is more and it replaces one."""
    if one == other or letters_of(one) == letters_of(other):
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
    by_words = 0.0
    if shared:
        replaced, added = _differences(left_over, left, weight, in_place)
        by_words = shared / max(shared + slips + replaced + ADDED * added, 1e-9)
    if 1 in (len(mine), len(theirs)):
        letters = Levenshtein.normalized_similarity(letters_of(one), letters_of(other))
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
        sum(weight(word) if is_version(word) else max(weight(word), in_place(word)) for word in side)
        for side in (mine, theirs)
    ]
    replaced = min(full)
    if all(any(word in _KNOWN or is_number(word) for word in side) for side in (mine, theirs)):
        replaced *= CONTRADICTION
    return replaced, max(full) - min(full)


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
