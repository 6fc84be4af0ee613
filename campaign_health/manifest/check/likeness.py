"""How alike two names are, whatever their case and joints."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

SIMILAR = 0.6  # names at least this alike are taken for one name changed


def likeness(one: str, other: str) -> float:
    """How alike two names are, 0 to 1: their words compared in any order, whatever the case and the joints."""
    first, second = words_of(one), words_of(other)
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    return (
        float(
            max(fuzz.ratio(" ".join(first), " ".join(second)), fuzz.token_sort_ratio(" ".join(first), " ".join(second)))
        )
        / 100
    )


def words_of(name: str) -> list[str]:
    """`trialStarted`, `trial.started` and `Trial Started` as `["trial", "started"]`."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return re.findall(r"[^\W_]+", spaced.lower())
