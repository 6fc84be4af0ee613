"""A quick likeness of thousands of names to one another, before each pair is looked at closely."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from campaign_health.names.family import NameFamily
from campaign_health.names.words_of_name import letters_of, words_of

Rows = NDArray[np.intp]
CHUNK = 256  # rows compared with all names at once: the memory that is needed


class RoughLikeness:
    """Likeness of the names of one project by shared plain words only, each weighed as the project weighs it."""

    def __init__(self, family: NameFamily) -> None:
        self._words = [tuple(dict.fromkeys(words_of(name))) for name in family.names]
        self._weight = {word: family.weight(word) for words in self._words for word in words}
        having: dict[str, list[int]] = {word: [] for word in self._weight}
        spelled: dict[str, list[int]] = {}
        for row, name in enumerate(family.names):
            spelled.setdefault(letters_of(name), []).append(row)
            for word in self._words[row]:
                having[word].append(row)
        self._rows_with = {word: np.array(rows, dtype=np.intp) for word, rows in having.items()}
        self._rows_spelled = [spelled[letters_of(name)] for name in family.names]
        self._totals = np.array([sum(self._weight[word] for word in words) for words in self._words], dtype=np.float64)

    def at_least(self, bar: float, rows: Rows, others: Rows) -> NDArray[np.bool_]:
        """Which pairs of names are this much alike: `rows[i]` and `others[i]`. Fast where few `rows` differ."""
        own, place = np.unique(rows, return_inverse=True)
        alike = np.zeros(len(rows), dtype=np.bool_)
        for start in range(0, len(own), CHUNK):
            chosen = (place >= start) & (place < start + CHUNK)
            likeness = self.to_all(own[start : start + CHUNK])
            alike[chosen] = likeness[place[chosen] - start, others[chosen]] >= bar
        return alike

    def to_all(self, rows: Rows) -> NDArray[np.float64]:
        """Likeness of the names in `rows` (first axis) to all names (second axis), 0 to 1."""
        shared = np.zeros((len(rows), len(self._words)))
        for place, row in enumerate(rows):
            for word in self._words[row]:
                shared[place, self._rows_with[word]] += self._weight[word]
        likeness: NDArray[np.float64] = (
            2.0 * shared / np.maximum(self._totals[rows][:, None] + self._totals[None, :], 1e-9)
        )
        for place, row in enumerate(rows):
            likeness[place, self._rows_spelled[row]] = 1.0
        return likeness
