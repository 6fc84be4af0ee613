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
    """What sort of value that is: `text` for `string`; `missing` for None, an unknown spelling as it is."""
    return _TYPES.get(kind, kind) if kind else "missing"
