"""What a campaign's `when` asks of an event's properties, and whether an event answers it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_ORDER: Mapping[str, Callable[[float, float], bool]] = {
    "at least": lambda value, bound: value >= bound,
    "more than": lambda value, bound: value > bound,
    "at most": lambda value, bound: value <= bound,
    "less than": lambda value, bound: value < bound,
}
_COMPARISON = re.compile(rf"\s*({'|'.join(_ORDER)})\s+(-?\d+(?:\.\d+)?)\s*")

Condition = str | int | float | bool | tuple[Any, ...]
"""`at least 3`, `more than 3`, `at most 3`, `less than 3`, or the value itself, or a list of values."""


def holds(when: Mapping[str, Condition], properties: Mapping[str, Any]) -> bool | None:
    """Whether an event of these properties answers all of `when`; None where one that it needs is not there.

    A dot leads into an object: `limits.projects`. One that is surely not answered decides, whatever else is missing.
    """
    answers = [_answer(condition, value_at(name, properties)) for name, condition in when.items()]
    if False in answers:
        return False
    return None if None in answers else True


def value_at(name: str, properties: Mapping[str, Any]) -> Any:
    """The property of exactly this name, else what a dotted path leads to; None where there is nothing."""
    if name in properties:
        return properties[name]
    value: Any = properties
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _answer(condition: Condition, value: Any) -> bool | None:
    if value is None:
        return None
    if isinstance(condition, tuple):
        return any(_answer(one, value) for one in condition)
    found = _COMPARISON.fullmatch(condition) if isinstance(condition, str) else None
    if found is None:
        # JSON's true is no 1, which it is in Python.
        return isinstance(condition, bool) == isinstance(value, bool) and condition == value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return _ORDER[found[1]](value, float(found[2]))
