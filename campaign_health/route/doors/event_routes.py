"""Which path is whose: the doors at which events come in, each in its sender's own dialect."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from campaign_health.route.doors.amplitude_dialect import AmplitudeDialect
from campaign_health.route.doors.bodies import refused
from campaign_health.route.doors.dialect import Dialect
from campaign_health.route.doors.event_door import EventDoor
from campaign_health.route.doors.mixpanel_dialect import MixpanelDialect
from campaign_health.route.doors.own_dialect import OwnDialect
from campaign_health.route.doors.segment_dialect import SegmentDialect
from campaign_health.route.doors.stream_dialect import StreamDialect
from campaign_health.route.doors.unused_paths import UNUSED, preflight, unused

Answers = Callable[[EventDoor, Request], Awaitable[Response]]


def event_routes(doors: Mapping[str, EventDoor]) -> list[Route]:
    """The paths of each workspace that has a door; of another one all of them are 404."""
    by_path = {
        "events": _taking(OwnDialect(is_batch=False)),
        "batch": _taking(OwnDialect(is_batch=True)),
        "mixpanel/stream": _taking(StreamDialect()),
        "segment": _taking(SegmentDialect()),
        "amplitude": _taking(AmplitudeDialect()),
    }
    of_mixpanel = {
        "track": _taking(MixpanelDialect(is_import=False)),
        "import": _taking(MixpanelDialect(is_import=True)),
    } | {what: partial(unused, what) for what in UNUSED}
    return [
        *(_route(doors, path, answers, "POST") for path, answers in by_path.items()),
        *(
            # Browsers' SDKs end each path with a slash, and a redirection would lose the body.
            _route(doors, path + end, answers, *methods)
            for path, door in of_mixpanel.items()
            for end in ("", "/")
            for answers, methods in ((door, ("GET", "POST")), (preflight, ("OPTIONS",)))
        ),
    ]


def _taking(dialect: Dialect) -> Answers:
    return lambda door, request: door.take(request, dialect)


def _route(doors: Mapping[str, EventDoor], path: str, answers: Answers, *methods: str) -> Route:
    async def answer(request: Request) -> Response:
        door = doors.get(request.path_params["workspace"])
        return refused(404, "there is no such door") if door is None else await answers(door, request)

    return Route(f"/{{workspace}}/{path}", answer, methods=list(methods))
