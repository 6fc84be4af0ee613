"""The line of the manifest that would let an event go that is not as declared: pure."""

from __future__ import annotations

import json

_TYPES = {str: "string", bool: "boolean", int: "number", float: "number", list: "array", dict: "object"}


def manifest_cure(reason: str, field: str, body: str) -> str | None:
    """What to write under the event for one whose properties (JSON) are `body`; None where no line mends it.

    It says types and names of properties, never what is in them.
    """
    if not field or "." in field:
        return None
    if reason == "missing_property":
        return f"properties: {{{_key(field)}: {{required: false}}}}"
    properties = json.loads(body)
    found = properties.get(field) if isinstance(properties, dict) else None
    if reason != "wrong_type" or found is None:
        return None
    return f"properties: {{{_key(field)}: {{type: {_TYPES[type(found)]}}}}}"


def _key(name: str) -> str:
    return name if name.isidentifier() else json.dumps(name, ensure_ascii=False)
