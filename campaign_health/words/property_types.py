"""What sort of value a property has, as people say it."""

from __future__ import annotations

_TYPES = {
    "string": "text",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "empty",
}


def type_words(kind: str | None) -> str:
    """What sort of value that is: `text` for `string`; `missing` for None or a type not known."""
    return _TYPES.get(kind or "", "missing")


def kind_text(kind: str) -> str:
    """What sort of value that is: `text` for `string`; an unknown spelling as it is."""
    return _TYPES.get(kind, kind)
