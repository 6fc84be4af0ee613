"""One marked event for a test person: what is posted to the door, and under which key and ULID it is found again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from campaign_health.manifest.schema import PropertyEntry
from campaign_health.route.event_key import event_key, ulid_of
from campaign_health.route.person import PersonBy

MARK = "campaign-health-test"
_SAMPLES: Mapping[str, Any] = {
    "string": "test", "integer": 1, "number": 1.5, "boolean": True, "array": [], "object": {}, "null": None,
}  # fmt: skip


@dataclass(frozen=True)
class MarkedEvent:
    """A test event; its id begins with MARK, so that it can be told from people's own, here and in Mixpanel's terms."""

    event: str
    id: str
    at: int
    body: Mapping[str, Any]

    def key(self, workspace: str) -> bytes:
        """The key under which the route knows it."""
        return event_key(workspace, self.event, {"$insert_id": self.id}, "", self.at)

    def ulid(self, workspace: str) -> str:
        """The id under which Customer.io knows it."""
        return ulid_of(self.key(workspace), self.at)


def marked_event(
    event: str, by: PersonBy, person: str, declared: Mapping[str, PropertyEntry], given: Mapping[str, Any], at: int
) -> MarkedEvent:
    """An event as it is declared, of a person, at an instant (Unix seconds); what is `given` stands instead of samples.

    Only required properties are made up: what is optional may well be missing.
    """
    made_up = {name: _SAMPLES[one.type or "string"] for name, one in declared.items() if one.required}
    identity = f"{MARK}-{uuid.uuid4().hex}"
    body = {
        "event": event, "id": identity, "person": {by: person}, "time": at, "properties": {**made_up, **given},
    }  # fmt: skip
    return MarkedEvent(event, identity, at, body)
