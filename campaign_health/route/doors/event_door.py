"""The door for the events that your own code posts: one at a time, or many."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from campaign_health.route.doors.bodies import BodyRefused, body_of, refused
from campaign_health.route.doors.received_event import Unreadable, events_of, received_event
from campaign_health.route.moved_event import Routed, queued
from storage.outbox.event_queue import receive, receive_dead
from storage.outbox.group_commit import CannotWrite, GroupCommit
from storage.outbox.queued_event import QueuedEvent

LARGEST_BODY = 10 * 1024 * 1024
WRITE_SECONDS = 5.0
SOURCE = "backend"


@dataclass
class EventDoor:
    """One workspace's door: its token, how its people are hashed, what is moved, and who is woken.

    `counts` are numbers of events by what became of them: accepted, duplicate, unmapped, unreadable; and of requests
    that were refused, by status: `refused_401`.
    """

    workspace: str
    token: str
    hash_of: Callable[[str, str], bytes]
    outbox: GroupCommit
    routed: Callable[[str], Routed | None]
    wake: Callable[[], None]
    clock: Callable[[], float]
    counts: Counter[str] = field(default_factory=Counter)

    async def take(self, request: Request, *, is_batch: bool) -> Response:
        """Answers 200 once all of it is on the disk; what it has no use for is counted, and no reason to refuse."""
        if not self._is_known(request.headers.get("authorization", "")):
            return refused(401, "the token is missing, or is not the workspace's")
        try:
            text = await body_of(request, LARGEST_BODY)
        except BodyRefused as problem:
            return refused(problem.status, problem.why)
        try:
            given = events_of(json.loads(text), is_batch=is_batch)
        except (ValueError, RecursionError, Unreadable) as problem:
            return refused(400, str(problem) if isinstance(problem, Unreadable) else "the body is no JSON")
        now = self.clock()
        taken = [one for one in (self._queued(value, now) for value in given) if one is not None]
        if taken:
            try:
                written = asyncio.wrap_future(self.outbox.submit(lambda connection: _receive(connection, taken)))
                new = await asyncio.wait_for(written, WRITE_SECONDS)
            except (CannotWrite, TimeoutError):
                return refused(503, "it cannot be written now", {"Retry-After": "1"})
            self.wake()
        else:
            new = 0
        self.counts.update(accepted=new, duplicate=len(taken) - new)
        return JSONResponse({"accepted": len(given) - len(taken) + new, "duplicates": len(taken) - new})

    def _is_known(self, given: str) -> bool:
        kind, _, token = given.partition(" ")
        same = hmac.compare_digest(token.strip().encode("utf-8", "replace"), self.token.encode())
        return kind.lower() == "bearer" and same

    def _queued(self, value: Any, now: float) -> QueuedEvent | None:
        try:
            event = received_event(value, now)
        except Unreadable:
            self.counts["unreadable"] += 1
            return None
        routed = self.routed(event.name)
        if routed is None:
            self.counts["unmapped"] += 1
            return None
        return queued(event, routed, self.workspace, SOURCE, now, self.hash_of)


def _receive(connection: Any, events: list[QueuedEvent]) -> int:
    """Take them in, in one transaction; how many were new."""
    return sum(
        receive(connection, one) if one.person else receive_dead(connection, one, "no_person", "person")
        for one in events
    )
