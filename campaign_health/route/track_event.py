"""An event as Customer.io's Track API takes it, and how large and how old one may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaign_health.route.event_key import ulid_of
from campaign_health.route.person import PersonBy

ENTITY_PATH, BATCH_PATH = "/api/v2/entity", "/api/v2/batch"
LARGEST_ITEM = 32_000
"""Bytes of one operation."""


def person_part(by: PersonBy, person: str) -> dict[str, Any]:
    """Of every operation on a person: whom it is about."""
    return {"type": "person", "identifiers": {by: person}}


def event_operation(
    by: PersonBy, person: str, name: str, key: bytes, seconds: int, attributes: Mapping[str, Any]
) -> dict[str, Any]:
    """A person's event of this key, with its own time (Unix seconds), under the ULID that it always has."""
    return {
        **person_part(by, person),
        "action": "event",
        "name": name,
        "id": ulid_of(key, seconds),
        "timestamp": seconds,
        "attributes": dict(attributes),
    }
