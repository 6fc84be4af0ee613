"""Who an exported event is about, as Customer.io knows people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

PersonBy = Literal["id", "email"]

# Mixpanel's import refuses these as `distinct_id`: they are no one.
NOBODY = frozenset(
    ("", "anon", "anonymous", "nil", "none", "null", "n/a", "na", "undefined", "unknown", "0", "-1", "true", "false",
     "[]", "{}", "nan", "00000000-0000-0000-0000-000000000000")
)  # fmt: skip
EMAILS = ("email", "$email")
"""The properties that hold somebody's e-mail address."""
DEVICE = "$device:"
"""What Mixpanel puts before a device's id where a person's would be."""
LONGEST_ID = 150
"""Bytes of an identifier in Customer.io."""


def person_of(properties: Mapping[str, Any], by: PersonBy) -> str | None:
    """The id (`$user_id`, else a `distinct_id` that is no device's) or the e-mail address of an event's person.

    None where it names nobody: an event of a device that was never signed in, a word such as `undefined`, more than
    Customer.io takes, or what cannot be written (anybody can send Mixpanel half a character).
    """
    if by == "email":
        found = next(filter(None, map(properties.get, EMAILS)), None)
    else:
        found = properties.get("$user_id") or properties.get("distinct_id")
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    if not isinstance(found, str):
        return None
    person = found.strip()
    if person.lower() in NOBODY or person.startswith(DEVICE) or not person.isprintable():
        return None
    if len(person) > LONGEST_ID or not (person.isascii() or len(person.encode()) <= LONGEST_ID):
        return None
    return person if by == "id" else person.lower() if "@" in person else None


def device_in(properties: Mapping[str, Any]) -> str | None:
    """The id of the device that an event names; None where it names none."""
    for name in ("$device_id", "$anon_id", "distinct_id"):
        found = properties.get(name)
        if isinstance(found, str) and (name != "distinct_id" or found.startswith(DEVICE)):
            device = found.removeprefix(DEVICE).strip()
            if 0 < len(device) <= 200 and device.isprintable():
                return device
    return None
