"""What both services' messages about cohorts have alike."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from campaign_health.route.person import PersonBy, person_of

LONGEST_NAME = 200
MOST_PEOPLE = 10_000


class UnusableMessage(Exception):
    """It is none that can be used; why, in words without anybody's name."""


@dataclass(frozen=True)
class Named:
    """Whom a message names, each once, and how many of its entries name nobody that Customer.io could know."""

    people: tuple[str, ...]
    nobody: int


def named(entries: Iterable[Mapping[str, Any]], by: PersonBy) -> Named:
    """Whom entries name, each a mapping with `$user_id` or `distinct_id`, and `email`."""
    found: dict[str, None] = {}
    nobody = 0
    for entry in entries:
        person = person_of(entry, by)
        if person is None:
            nobody += 1
        else:
            found[person] = None
    return Named(tuple(found), nobody)


def mapping_of(text: bytes) -> Mapping[str, Any]:
    """The JSON object of a body; raises UnusableMessage."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise UnusableMessage("the body is not JSON") from None
    if not isinstance(body, dict):
        raise UnusableMessage("the body is no object")
    return body


def text_in(values: Mapping[str, Any], name: str, longest: int = LONGEST_NAME) -> str:
    """A text or a whole number of an object, as text; raises UnusableMessage."""
    found = values.get(name)
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    if not isinstance(found, str) or not found.strip() or len(found) > longest or not found.isprintable():
        raise UnusableMessage(f"{name} is no text")
    return found.strip()


def name_in(values: Mapping[str, Any], name: str, otherwise: str) -> str:
    """What people call it, without signs that cannot be shown; `otherwise` where nothing is left of it."""
    found = values.get(name)
    shown = "".join(one if one.isprintable() else " " for one in found).strip() if isinstance(found, str) else ""
    return shown[:LONGEST_NAME] or otherwise


def objects_in(values: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A list of objects in an object; raises UnusableMessage."""
    found = values.get(name)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise UnusableMessage(f"{name} is no list of objects")
    if len(found) > MOST_PEOPLE:
        raise UnusableMessage(f"{name} has more than {MOST_PEOPLE:,} entries")
    return found
