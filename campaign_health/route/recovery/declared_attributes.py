"""What of an event may leave: the properties that the manifest declares, where they are as it declares them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaign_health.manifest.routed import RESERVED
from campaign_health.manifest.schema import PropertyEntry
from campaign_health.route.mapping.reading_values import is_of_type


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
        if entry.type is not None and not is_of_type(value, entry.type):
            return None
        if name not in RESERVED:
            found[name] = value
    return found
