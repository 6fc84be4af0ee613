"""What of an event may leave: the properties that the manifest declares, where they are as it declares them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaign_health.manifest.schema import PropertyEntry
from collectors.mixpanel import json_type

RESERVED = frozenset(("recipient", "from_address", "reply_to"))
"""In an event's attributes, these send a campaign's message elsewhere than its own settings say."""


def declared_attributes(properties: Mapping[str, Any], declared: Mapping[str, PropertyEntry]) -> dict[str, Any] | None:
    """The declared ones of an event's properties; None where it is not as declared: the campaign would not match it.

    What redirects a message is never among them.
    """
    found = {}
    for name, entry in declared.items():
        value = properties.get(name)
        if value is None and entry.type != "null":
            if entry.required:
                return None
            continue
        if entry.type is not None and not _fits(value, entry.type):
            return None
        if name not in RESERVED:
            found[name] = value
    return found


def _fits(value: Any, wanted: str) -> bool:
    if wanted == "integer":
        return json_type(value) == "number" and float(value).is_integer()
    return json_type(value) == wanted
