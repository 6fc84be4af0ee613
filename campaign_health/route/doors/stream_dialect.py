"""Mixpanel's event streams: many events in a list, each as the template says that was pasted there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from campaign_health.route.doors.dialect import Dialect, Posted, Taken, at_most_together, told_numbers
from campaign_health.route.doors.received_event import an_object, event_of, part_of
from campaign_health.route.recovery.qualifying import PersonEvent


class StreamDialect(Dialect):
    """`{"properties", "event_name", "event_time", "distinct_id", "insert_id"}`. All values may be text: the template
    writes them so, and the manifest casts them (`as`). What it writes for a property that is not there is empty.
    """

    source = "stream"

    def values(self, posted: Posted) -> list[Any]:
        """The list; older streams send each event alone."""
        body = posted.value
        return at_most_together(body) if isinstance(body, list) else [body]

    def event(self, value: Any, posted: Posted, now: float) -> PersonEvent:
        """One of them."""
        value = an_object(value)
        properties = _filled(part_of(value, "properties"))
        known = _filled({"distinct_id": value.get("distinct_id")})
        identity = value.get("insert_id")
        if not identity and not isinstance(posted.value, list):
            identity = posted.headers.get("x-mixpanel-insert-id")
        return event_of(value.get("event_name"), properties, known, identity, value.get("event_time"), now)

    def answer(self, posted: Posted, taken: Taken) -> Response:
        """Only its status is looked at."""
        return told_numbers(taken)


def _filled(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in values.items() if value is not None and value != ""}
