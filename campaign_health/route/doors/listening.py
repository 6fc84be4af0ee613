"""The route's HTTP side: which door a request is for, what it may cost, and when it is answered."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from campaign_health.route.doors.bodies import BodyRefused, UnprovenRoom, body_of, refused
from campaign_health.route.doors.cohort_doors.cohort_door import CohortDoor, cohort_routes
from campaign_health.route.doors.event_door import EventDoor
from campaign_health.route.doors.event_routes import event_routes
from campaign_health.route.doors.reading_reports import NoReport, PersonHasher, read_report
from campaign_health.route.doors.signature import is_authentic
from campaign_health.route.doors.stripe_door import StripeDoor
from campaign_health.route.person import PersonBy
from storage.outbox.group_commit import CannotWrite, GroupCommit
from storage.outbox.report_log import insert_report

LARGEST_REPORT = 1024 * 1024
WRITE_SECONDS = 3.0
"""Customer.io gives up after four seconds; before that it is asked to come back."""
LOG = logging.getLogger("campaign_health.route")


@dataclass(frozen=True)
class ReportDoor:
    """One workspace's door for reports: the key they are signed with, and how its people are known."""

    signing_key: str
    by: PersonBy


@dataclass
class Listening:
    """What the doors share: where reports are written, who may speak, and what has come so far.

    `failing` names the parts of what carries events that failed lately. `counts` are numbers by workspace ("": there is
    no such door) and what became of a report: accepted, duplicate, unusable, unsigned, too_large, too_slow, encoded,
    unknown_door, cannot_write.
    """

    outbox: GroupCommit
    hash_of: PersonHasher
    doors: Mapping[str, ReportDoor]
    events: Mapping[str, EventDoor] = field(default_factory=dict)
    stripe: Mapping[str, StripeDoor] = field(default_factory=dict)
    cohorts: Mapping[str, CohortDoor] = field(default_factory=dict)
    failing: Callable[[], Sequence[str]] = tuple
    clock: Callable[[], float] = time.time
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    unproven: UnprovenRoom = field(default_factory=UnprovenRoom)


def application(listening: Listening) -> Starlette:
    """The application that answers Customer.io's reports, Stripe's notices, the doors for events and `GET /healthz`."""

    async def report(request: Request) -> Response:
        became, answer = await _take_report(listening, request)
        workspace = request.path_params["workspace"]
        listening.counts[workspace if workspace in listening.doors else "", became] += 1
        return answer

    async def stripe(request: Request) -> Response:
        door = listening.stripe.get(request.path_params["workspace"])
        return refused(404, "there is no such door") if door is None else await door.take(request)

    def healthz(request: Request) -> Response:
        is_well = listening.outbox.can_take_in
        # It takes events in all the same, so that nobody is to be sent elsewhere for it.
        failing = "".join(f"{one} failed lately\n" for one in listening.failing())
        return PlainTextResponse(("ok\n" if is_well else "cannot write\n") + failing, 200 if is_well else 503)

    return Starlette(
        routes=[
            Route("/{workspace}/customerio/report", report, methods=["POST"]),
            Route("/{workspace}/stripe", stripe, methods=["POST"]),
            *cohort_routes(listening.cohorts),
            *event_routes(listening.events),
            Route("/healthz", healthz, methods=["GET"]),
        ]
    )


async def _take_report(listening: Listening, request: Request) -> tuple[str, Response]:
    """What became of it, and the answer: 200 for all that is authentic and kept, 503 where it cannot be written."""
    workspace = request.path_params["workspace"]
    door = listening.doors.get(workspace)
    if door is None:
        return "unknown_door", refused(404, "there is no such door")
    now = listening.clock()
    stamp, signature = (request.headers.get(name) for name in ("x-cio-timestamp", "x-cio-signature"))
    try:
        with listening.unproven.counted() as more:
            # What has no signature is not even read.
            body = b"" if signature is None else await body_of(request, LARGEST_REPORT, more)
            is_signed = is_authentic(door.signing_key, stamp, signature, body, now)
    except BodyRefused as problem:
        return problem.counted_as, refused(problem.status, problem.why, problem.headers)
    if not is_signed:
        return "unsigned", refused(401, "the signature does not hold, or is older than five minutes")
    try:
        row = read_report(body, workspace, door.by, listening.hash_of, now)
    except NoReport as problem:
        # It would come again for a week and hold up all that follow.
        LOG.warning("A report that is signed and cannot be used was passed over: %s.", problem)
        return "unusable", JSONResponse({})
    try:
        written = asyncio.wrap_future(listening.outbox.submit(lambda connection: insert_report(connection, row)))
        is_new = await asyncio.wait_for(written, WRITE_SECONDS)
    except (CannotWrite, TimeoutError):
        return "cannot_write", refused(503, "it cannot be written now")
    return "accepted" if is_new else "duplicate", JSONResponse({})
