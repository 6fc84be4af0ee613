"""Which part of the traffic an event came from: its library, operating system and app version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from collectors.http.shape import storable

Part = tuple[str, str, str]

MIXPANELS_FIELDS = ("mp_lib", "$os", "$app_version_string")
LONGEST_NAME = 64
MOST_PARTS = 60
OTHER = "(other)"
"""Stands for the app versions, and failing that the operating systems, of the rarest parts of a day with very many."""


def part_of(properties: Mapping[str, Any], fields: tuple[str, str, str] = MIXPANELS_FIELDS) -> Part:
    """Library, operating system and app version of an event, from these fields; empty where it carries none."""
    library, os, version = (_name(properties.get(field)) for field in fields)
    return library, os, version


def common_parts(counts: Mapping[Part, int]) -> dict[Part, int]:
    """The same counts in at most `MOST_PARTS` parts and one row more for each library and system of the rest."""
    kept: Counter[Part] = Counter()
    for place, (part, count) in enumerate(sorted(counts.items(), key=lambda item: (-item[1], item[0]))):
        if place < MOST_PARTS:
            kept[part] += count
            continue
        library, os, _ = part
        known = (library, os, OTHER)
        kept[known if known in kept or len(kept) < 2 * MOST_PARTS else (OTHER, OTHER, OTHER)] += count
    return dict(kept)


def _name(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return storable(str(value).strip())[:LONGEST_NAME]
