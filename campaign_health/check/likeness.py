"""How alike two names are, whatever their case and joints."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

SIMILAR = 0.55  # names at least this alike, and written alike, are taken for one name changed
SIMILAR_OTHERWISE_WRITTEN = 0.75  # the same for names of which one is `snake_case` and the other `Title Case`, say

_JOINTS = re.compile(r"[^\W_]+")


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


def is_likely_rename(old: str, new: str) -> bool:
    """Whether a new name is likely the old one changed, by its words and by the way it is written."""
    alike = likeness(old, new)
    return alike >= (SIMILAR if shape_of(old) == shape_of(new) else SIMILAR_OTHERWISE_WRITTEN)


def shape_of(name: str) -> str:
    """How a name is written: its joints, and whether its words begin with capitals; `_a` for `snake_case`."""
    joints = sorted(set(_JOINTS.sub("", name.strip())))
    words = [word for word in _JOINTS.findall(name) if word[0].isalpha()]
    capitals = "A" if words and all(word[0].isupper() for word in words) else "a"
    inner = "aA" if any(re.search(r"[a-z0-9][A-Z]", word) for word in words) else ""
    return "".join(joints) + capitals + inner
