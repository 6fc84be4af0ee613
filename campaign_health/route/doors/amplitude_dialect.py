"""Amplitude's webhook, with events in the form of its export."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from campaign_health.route.doors.dialect import Dialect, Posted, Taken, at_most_together
from campaign_health.route.doors.received_event import an_object, event_of, part_of
from campaign_health.route.recovery.qualifying import PersonEvent


class AmplitudeDialect(Dialect):
    """One event, a list of them, or many under `events`; let in by a bearer, which is one of the webhook's headers."""

    source = "amplitude"

    def values(self, posted: Posted) -> list[Any]:
        """The events."""
        body = posted.value
        found = body.get("events", body) if isinstance(body, Mapping) else body
        return at_most_together(found) if isinstance(found, list) else [found]

    def event(self, value: Any, posted: Posted, now: float) -> PersonEvent:
        """One of them; the e-mail address is of its person where it has none itself."""
        value = an_object(value)
        properties = part_of(value, "event_properties")
        of_person = {"$user_id": value.get("user_id"), "$device_id": value.get("device_id")}
        if "email" not in properties:
            of_person["email"] = part_of(value, "user_properties").get("email")
        known = {name: one for name, one in of_person.items() if one is not None}
        identity = value.get("insert_id") or value.get("$insert_id") or value.get("uuid")
        time = value.get("event_time") or value.get("time")
        return event_of(value.get("event_type"), properties, known, identity, time, now)

    def answer(self, posted: Posted, taken: Taken) -> Response:
        """As Amplitude's own API answers."""
        return JSONResponse({"code": 200, "events_ingested": taken.given})
