"""Reads the parts of an answer that must be there, and names the part that is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NoReturn

from collectors.errors import UnexpectedShape

# Of the largest whole number that is stored.
MOST_DIGITS = 19
_WRITTEN = re.compile(rf"(\d{{1,{MOST_DIGITS}}})(?:\.0+)?", re.ASCII)


class Reader:
    """Reads fields of one answer; what is not as documented raises `UnexpectedShape` naming the field.

    Args:
        unexpected: Makes the failure from the field's name and what was seen there.
    """

    def __init__(self, unexpected: Callable[[str, str], UnexpectedShape]) -> None:
        self._unexpected = unexpected

    def fail(self, field: str, seen: str) -> NoReturn:
        """Raises for `field`."""
        raise self._unexpected(field, seen)

    def mapping(self, value: Any, field: str) -> dict[str, Any]:
        """`value` as a JSON object."""
        if not isinstance(value, dict):
            self.fail(field, f"is {kind_of(value)}, not an object")
        return value

    def sequence(self, value: Any, field: str) -> list[Any]:
        """`value` as a JSON array."""
        if not isinstance(value, list):
            self.fail(field, f"is {kind_of(value)}, not an array")
        return value

    def text(self, value: Any, field: str) -> str:
        """`value` as a string that can be stored."""
        if not isinstance(value, str):
            self.fail(field, f"is {kind_of(value)}, not a string")
        return storable(value)

    def count(self, value: Any, field: str) -> int:
        """`value` as a whole number of things, 0 or more."""
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            self.fail(field, f"is {kind_of(value)}, not a count")
        if value < 0 or value >= 2**63:
            self.fail(field, "is out of range for a count")
        return value

    def identifier(self, value: Any, field: str) -> int:
        """`value` as an id: a whole number in digits, or in the JSON text of them, as live services write some."""
        written = whole_number(value)
        return self.count(value if written is None else written, field)


def whole_number(value: Any) -> int | None:
    """The whole number, 0 or more, that `value` is, in digits or in text, also with a point and zeros; else None."""
    if isinstance(value, str):
        written = _WRITTEN.fullmatch(value)
        return int(written[1]) if written else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def kind_of(value: Any) -> str:
    """What a JSON value is, in words."""
    if value is None:
        return "missing or null"
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "text",
        list: "an array",
        dict: "an object",
    }
    return names.get(type(value), type(value).__name__)


def storable(text: str) -> str:
    """`text` with lone surrogates, which are no characters, replaced."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
