"""What Mixpanel's SDKs also send to their host: accepted and not used, or they would try it again."""

from __future__ import annotations

from typing import Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from campaign_health.route.doors.bodies import BodyRefused, body_of
from campaign_health.route.doors.dialect import Posted
from campaign_health.route.doors.event_door import EventDoor
from campaign_health.route.doors.mixpanel_dialect import answered, shown_to

Unused = Literal["engage", "groups", "decide", "flags", "record", "settings"]
UNUSED: tuple[Unused, ...] = ("engage", "groups", "decide", "flags", "record", "settings")
ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Content-Encoding",
    "Access-Control-Max-Age": "600",
}
LARGEST_FORM = 1024 * 1024
"""Of the body nothing is wanted but whether it asks for another form of the answer."""


async def unused(what: Unused, door: EventDoor, request: Request) -> Response:
    """The answer to one of them; it needs no credential, and nothing of it is kept."""
    try:
        with door.unproven.counted() as more:
            body = await body_of(request, LARGEST_FORM, more, may_be_encoded=True)
    except BodyRefused:
        body = b""
    answer = _answer(what, Posted(request.headers, request.query_params, body, LARGEST_FORM))
    answer.headers.update(shown_to(request.headers, door.keys))
    return answer


async def preflight(door: EventDoor, request: Request) -> Response:
    """What a browser may send; it asks before it sends what is no simple form."""
    known = shown_to(request.headers, door.keys)
    return Response(status_code=204, headers=known | ALLOWED if known else {})


def _answer(what: Unused, posted: Posted) -> Response:
    match what:
        case "engage" | "groups":
            return answered(posted)
        case "record":
            return JSONResponse({"code": 200, "status": "OK"})
        case "flags":
            return JSONResponse({"flags": {}})
        case _:
            return JSONResponse({})
