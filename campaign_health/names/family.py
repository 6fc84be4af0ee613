"""The names of one project, among which some words say more than others."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from campaign_health.names.likeness import IN_PLACE, weighed_likeness
from campaign_health.names.words_of_name import word_weight, words_of


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

    def weight(self, word: str) -> float:
        """What a word says in this project."""
        return word_weight(word) * self._rarity.get(word, 1.0)

    def likeness(self, row: int, other: int) -> float:
        """Likeness of two of the names by what their words say in this project, 0 to 1."""
        return weighed_likeness(
            self.names[row], self.names[other], self.weight, lambda word: IN_PLACE * self._rarity.get(word, 1.0)
        )
