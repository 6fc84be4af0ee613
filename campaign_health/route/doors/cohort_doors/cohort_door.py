"""The doors at which Mixpanel and Amplitude tell who is in a cohort."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from campaign_health.route.doors.bodies import BodyRefused, body_of, refused, unpacked
from campaign_health.route.doors.cohort_doors.amplitude_cohort import AmplitudeCohort
from campaign_health.route.doors.cohort_doors.cohort_message import UnusableMessage
from campaign_health.route.doors.cohort_doors.mixpanel_cohort import MixpanelCohort
from campaign_health.route.doors.door_keys import BASIC, BEARER, DoorKeys
from campaign_health.route.person import PersonBy
from storage.outbox.cohorts.cohort_sessions import take_page
from storage.outbox.group_commit import CannotWrite, GroupCommit

LARGEST_MESSAGE = 10 * 1024 * 1024
LOG = logging.getLogger("campaign_health.route")
Dialect = MixpanelCohort | AmplitudeCohort


@dataclass
class CohortDoor:
    """One workspace's doors for cohorts: what opens them, how its people are known, and where pages are kept.

    `counts` are shared with the doors for events: numbers by `mixpanel_cohort` or `amplitude_cohort` and what became of
    a message: accepted, duplicate, unmapped (the cohort is off, or the page of no use any more), unreadable; and
    of refused ones by status.
    """

    workspace: str
    keys: DoorKeys
    by: PersonBy
    outbox: GroupCommit
    counts: Counter[tuple[str, str]]
    clock: Callable[[], float] = time.time

    async def take(self, request: Request, dialect: Dialect) -> Response:
        """Answers 200 once the page is on the disk."""
        became, answer = await self._take(request, dialect)
        self.counts[f"{dialect.source}_cohort", became] += 1
        return answer

    async def _take(self, request: Request, dialect: Dialect) -> tuple[str, Response]:
        if not self.keys.opens(request.headers.get("authorization", ""), frozenset((BASIC, BEARER))):
            return "refused_401", dialect.refusal(b"", 401, "the token is missing, or is not the workspace's")
        text = b""
        try:
            body = await body_of(request, LARGEST_MESSAGE, may_be_encoded=True)
            text = unpacked(body, request.headers.get("content-encoding", ""), LARGEST_MESSAGE)
            page = dialect.page(text, self.workspace, self.by)
        except BodyRefused as problem:
            return f"refused_{problem.status}", dialect.refusal(text, problem.status, problem.why, problem.headers)
        except (UnusableMessage, ValueError) as problem:
            why = str(problem) if isinstance(problem, UnusableMessage) else "the body cannot be unpacked"
            LOG.warning("A message about a cohort was refused, for it cannot be used: %s.", why)
            return "unreadable", dialect.refusal(text, 400, why)
        now = self.clock()
        try:
            written = asyncio.wrap_future(self.outbox.take_in(lambda connection: take_page(connection, page, now)))
            became = await asyncio.wait_for(written, dialect.write_seconds)
        except (CannotWrite, TimeoutError):
            return "refused_503", dialect.refusal(text, 503, "it cannot be written now", {"Retry-After": "1"})
        return {"taken": "accepted", "repeated": "duplicate"}.get(became, "unmapped"), dialect.answer(text)


def cohort_routes(doors: Mapping[str, CohortDoor]) -> list[Route]:
    """The paths of each workspace that has such doors."""

    def route(path: str, dialect: Dialect) -> Route:
        async def answer(request: Request) -> Response:
            door = doors.get(request.path_params["workspace"])
            return refused(404, "there is no such door") if door is None else await door.take(request, dialect)

        return Route(f"/{{workspace}}/{path}", answer, methods=["POST"])

    return [route("mixpanel/cohort", MixpanelCohort()), route("amplitude/cohort", AmplitudeCohort())]
