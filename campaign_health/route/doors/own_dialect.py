"""Your own code: one event as an object, or many under `events`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from campaign_health.route.doors.dialect import MOST_TOGETHER, Dialect, Posted, Taken, told_numbers
from campaign_health.route.doors.received_event import Unreadable, received_event
from campaign_health.route.recovery.qualifying import PersonEvent


class OwnDialect(Dialect):
    """What `openapi.json` describes; who gets it wrong is told so."""

    source = "backend"
    is_own = True

    def __init__(self, *, is_batch: bool) -> None:
        self._is_batch = is_batch

    def values(self, posted: Posted) -> list[Any]:
        """The body itself, or its `events`."""
        body = posted.value
        if not isinstance(body, Mapping):
            raise Unreadable("the body is no object")
        if not self._is_batch:
            return [body]
        found = body.get("events")
        if not isinstance(found, list) or len(found) > MOST_TOGETHER:
            raise Unreadable(f"`events` is no list of at most {MOST_TOGETHER:,}")
        return found

    def event(self, value: Any, posted: Posted, now: float) -> PersonEvent:
        """One of them."""
        return received_event(value, now, is_shallow=posted.is_shallow)

    def answer(self, posted: Posted, taken: Taken) -> Response:
        """How many were new."""
        return told_numbers(taken)
