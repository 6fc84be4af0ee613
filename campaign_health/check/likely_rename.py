"""Whether a name that appeared is likely one that vanished, changed."""

from __future__ import annotations

import re

from campaign_health.names.likeness import name_likeness

SIMILAR = 0.55  # names at least this alike, and written alike, are taken for one name changed
SIMILAR_OTHERWISE_WRITTEN = 0.75  # the same for names of which one is `snake_case` and the other `Title Case`, say

_JOINTS = re.compile(r"[^\W_]+")


def is_likely_rename(old: str, new: str) -> bool:
    """Whether a new name is likely the old one changed, by its words and by the way it is written."""
    alike = name_likeness(old, new)
    return alike >= SIMILAR and (alike >= SIMILAR_OTHERWISE_WRITTEN or shape_of(old) == shape_of(new))


def shape_of(name: str) -> str:
    """How a name is written: its joints, and whether its words begin with capitals; `_a` for `snake_case`."""
    joints = sorted(set(_JOINTS.sub("", name.strip())))
    words = [word for word in _JOINTS.findall(name) if word[0].isalpha()]
    capitals = "A" if words and all(word[0].isupper() for word in words) else "a"
    inner = "aA" if any(re.search(r"[a-z0-9][A-Z]", word) for word in words) else ""
    return "".join(joints) + capitals + inner
