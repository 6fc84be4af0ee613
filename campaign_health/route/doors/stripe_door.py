"""The door for what Stripe tells by itself: a signed notice of a customer or a subscription that changed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from campaign_health.route.doors.bodies import BodyRefused, UnprovenRoom, body_of, refused
from campaign_health.route.doors.stripe_notice import NoNotice, is_from_stripe, read_notice
from campaign_health.route.person import PersonBy
from campaign_health.route.stripe.fact_cache import FactCache
from storage.outbox.group_commit import CannotWrite

LARGEST_NOTICE = 1024 * 1024
WRITE_SECONDS = 5.0
LOG = logging.getLogger("campaign_health.route")


@dataclass
class StripeDoor:
    """One workspace's door: the secret that notices are signed with, how its people are known, and what is kept.

    `counts` are numbers by what became of a notice: accepted, duplicate, of_no_use, unusable, unsigned, cannot_write,
    and those of a body that was refused.
    """

    secret: str
    by: PersonBy
    cache: FactCache
    clock: Callable[[], float] = time.time
    counts: Counter[str] = field(default_factory=Counter)
    unproven: UnprovenRoom = field(default_factory=UnprovenRoom)

    async def take(self, request: Request) -> Response:
        """Answers 200 once it is on the disk, and for what is authentic and of no use: it would come for three days."""
        became, answer = await self._take(request)
        self.counts[became] += 1
        return answer

    async def _take(self, request: Request) -> tuple[str, Response]:
        signature = request.headers.get("stripe-signature")
        try:
            with self.unproven.counted() as more:
                body = b"" if signature is None else await body_of(request, LARGEST_NOTICE, more)
                is_signed = is_from_stripe(self.secret, signature, body, self.clock())
        except BodyRefused as problem:
            return problem.counted_as, refused(problem.status, problem.why, problem.headers)
        if not is_signed:
            return "unsigned", refused(401, "the signature does not hold, or is older than five minutes")
        try:
            notice = read_notice(body, self.by)
        except NoNotice as problem:
            LOG.warning("A notice of Stripe that is signed and cannot be used was passed over: %s.", problem)
            return "unusable", JSONResponse({})
        if notice is None:
            return "of_no_use", JSONResponse({})
        try:
            # Shielded: what is written in the end has to be known in memory, too.
            written = asyncio.shield(asyncio.wrap_future(self.cache.take(notice)))
            is_new = await asyncio.wait_for(written, WRITE_SECONDS)
        except (CannotWrite, TimeoutError):
            return "cannot_write", refused(503, "it cannot be written now", {"Retry-After": "1"})
        return "duplicate" if is_new is None else "accepted", JSONResponse({})
