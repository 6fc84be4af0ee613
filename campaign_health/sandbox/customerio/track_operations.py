"""Customer.io's Track API, version 2: one operation, or many at once."""

from __future__ import annotations

import json
from typing import Any

from campaign_health.sandbox.customerio.making_deliveries import take_event, take_person
from campaign_health.sandbox.http.exchange import Answer, Call, Refusal, json_answer
from campaign_health.sandbox.world.people import person_named
from campaign_health.sandbox.world.received import TrackedEvent
from campaign_health.sandbox.world.setting import Setting

LARGEST, LARGEST_BATCH = 32_000, 500_000
LONGEST_NAME, LONGEST_ID = 100, 150
KINDS = ("id", "email", "phone", "cio_id")
Problem = tuple[str, str, str]


class TrackOperations:
    """Answers ``/api/v2/entity`` and ``/api/v2/batch``."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting

    def entity(self, call: Call) -> Answer:
        """One operation: taken, or 400."""
        if len(call.body) > LARGEST:
            raise _refused([("too_large", "", "the request is larger than 32 kB")])
        operation = call.posted()
        problem = problem_of(operation)
        if problem is not None:
            raise _refused([problem])
        self._take([operation])
        return json_answer({})

    def batch(self, call: Call) -> Answer:
        """Many: those that cannot be taken are named with 207, all others are taken."""
        asked = call.posted()
        operations = asked.get("batch") if isinstance(asked, dict) else None
        if len(call.body) > LARGEST_BATCH or not isinstance(operations, list) or not operations:
            raise _refused([("invalid", "batch", "batch must hold operations, and be at most 500 kB")])
        problems = {place: problem_of(one) for place, one in enumerate(operations)}
        self._take([one for place, one in enumerate(operations) if problems[place] is None])
        errors = [
            {"batch_index": place, "reason": found[0], "field": found[1], "message": found[2]}
            for place, found in problems.items()
            if found is not None
        ]
        return json_answer({"errors": errors}, 207) if errors else json_answer({})

    def _take(self, operations: list[dict[str, Any]]) -> None:
        received = self.setting.world.received
        with received.lock:
            for one in operations:
                ((kind, named),) = one["identifiers"].items()
                person = person_named(kind, named)
                attributes = one.get("attributes") or {}
                if one["action"] == "event":
                    moment = int(one.get("timestamp") or self.setting.now().timestamp())
                    event = TrackedEvent(person, one["name"], str(one.get("id") or ""), moment, attributes)
                    take_event(self.setting, event)
                elif one["action"] == "identify":
                    take_person(self.setting, person, attributes)


def problem_of(operation: Any) -> Problem | None:
    """Why an operation cannot be taken: reason, field and message."""
    if not isinstance(operation, dict) or operation.get("type") != "person":
        return "invalid", "type", "type must be person"
    if len(json.dumps(operation, separators=(",", ":")).encode()) > LARGEST:
        return "too_large", "", "an operation is at most 32 kB"
    identifiers = operation.get("identifiers")
    if not isinstance(identifiers, dict) or len(identifiers) != 1 or set(identifiers) - set(KINDS):
        return "invalid", "identifiers", "exactly one identifier is needed"
    (named,) = identifiers.values()
    if not isinstance(named, str) or not 0 < len(named.encode()) <= LONGEST_ID:
        return "invalid", "identifiers", "the identifier must be 1 to 150 bytes"
    if not isinstance(operation.get("attributes") or {}, dict):
        return "invalid", "attributes", "attributes must be an object"
    if operation.get("action") != "event":
        return None if isinstance(operation.get("action"), str) else ("required", "action", "action is required")
    name = operation.get("name")
    if not isinstance(name, str) or not 0 < len(name.encode()) <= LONGEST_NAME:
        return "invalid", "name", "the event's name must be 1 to 100 bytes"
    return None


def _refused(problems: list[Problem]) -> Refusal:
    errors = [{"reason": reason, "field": field, "message": message} for reason, field, message in problems]
    return Refusal(json_answer({"errors": errors}, 400))
