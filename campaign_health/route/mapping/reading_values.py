"""One value of an event: whether it is of the declared type, can be cast without a guess, and can be written."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, Literal

from campaign_health.manifest.conditions import value_at
from campaign_health.manifest.routed import CastTo, declared_name
from campaign_health.manifest.schema import PropertyEntry
from collectors.mixpanel import json_type

UnfitReason = Literal["missing_property", "wrong_type", "no_person", "mapping_error"]

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,15})")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_LARGEST = 2**53 - 1
"""Beyond it, what reads JSON as JavaScript does takes one integer for another."""
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
_WORDS = {"true": True, "false": False}


class UnfitValue(Exception):
    """A value that is not as the manifest says; `reason` is one of the closed list, `field` the property."""

    def __init__(self, reason: UnfitReason, field: str) -> None:
        super().__init__(reason, field)
        self.reason = reason
        self.field = field


def read_value(path: str, properties: Mapping[str, Any], declared: Mapping[str, PropertyEntry]) -> Any:
    """What a property or dotted path holds, of the declared type; None where there is nothing.

    Raises:
        UnfitValue: `wrong_type` where the property is of another type than declared, `mapping_error` where it cannot be
            written as JSON in UTF-8 (half a character, an infinite number).
    """
    name = _read_name(path, properties, declared)
    if name is None:
        return None
    outer, wanted = properties.get(name), declared[name].type
    if outer is not None and wanted is not None and not is_of_type(outer, wanted):
        raise UnfitValue("wrong_type", name)
    return writable(_within(path, name, outer), path)


def read_cast(path: str, properties: Mapping[str, Any], declared: Mapping[str, PropertyEntry], to: CastTo) -> Any:
    """What a property or dotted path holds, made to be of a type; None where there is nothing.

    The cast decides, not the declared type: it is there for what comes as another. Raises `UnfitValue` as `read_value`.
    """
    name = _read_name(path, properties, declared)
    value = None if name is None else writable(_within(path, name, properties.get(name)), path)
    if value is None:
        return None
    made = _CASTS[to](value)
    if made is None:
        raise UnfitValue("wrong_type", path)
    return made


def writable(value: Any, path: str) -> Any:
    """The value, where it can be written as JSON in UTF-8. Raises `UnfitValue` where it cannot."""
    if value is None or isinstance(value, int) or (isinstance(value, str) and value.isascii()):
        return value
    try:
        _encode(value).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise UnfitValue("mapping_error", path) from error
    return value


def _read_name(path: str, properties: Mapping[str, Any], declared: Mapping[str, PropertyEntry]) -> str | None:
    """The declared property that is read: the one of exactly this name, else the one that the path leads into."""
    root = path.split(".", 1)[0]
    if root in declared and properties.get(path) is None:
        return root
    return declared_name(path, declared)


def _within(path: str, name: str, outer: Any) -> Any:
    # Looked for in the declared property only: an undeclared one may have the path for its name.
    if path == name:
        return outer
    return value_at(path[len(name) + 1 :], outer) if isinstance(outer, Mapping) else None


def is_of_type(value: Any, wanted: str) -> bool:
    """Whether a value is of a type that the manifest declares: JSON's name for it, or `integer`."""
    if wanted == "integer":
        return json_type(value) == "number" and _is_whole(value)
    return json_type(value) == wanted


def _is_whole(value: float) -> bool:
    return isinstance(value, int) or (math.isfinite(value) and value.is_integer())


def _as_integer(value: Any) -> int | None:
    if isinstance(value, str):
        found = int(value) if _INTEGER.fullmatch(value) else None
        return found if found is not None and abs(found) <= _LARGEST else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if _is_whole(value) else None


def _as_number(value: Any) -> float | None:
    if isinstance(value, str):
        found = float(value) if _NUMBER.fullmatch(value) else math.inf
        return found if math.isfinite(found) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _as_string(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, int | float) else None


def _as_boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else _WORDS.get(value) if isinstance(value, str) else None


_CASTS = {"integer": _as_integer, "number": _as_number, "string": _as_string, "boolean": _as_boolean}
