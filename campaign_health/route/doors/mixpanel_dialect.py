"""Mixpanel's own SDKs, on servers and in browsers, pointed here instead of, or as well as, at Mixpanel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse, Response

from campaign_health.route.doors.dialect import Dialect, Posted, Taken
from campaign_health.route.doors.door_keys import BASIC, BEARER, DoorKeys
from campaign_health.route.doors.mixpanel_body import form_of, mixpanel_values
from campaign_health.route.doors.received_event import Unreadable, an_object, event_of, part_of
from campaign_health.route.moved_event import BROWSER, TRUSTED_BROWSER
from campaign_health.route.recovery.qualifying import PersonEvent


class MixpanelDialect(Dialect):
    """`/track` and `/import`. A server proves itself by a header, or by the route's token as `properties.token` (some
    SDKs can set no header); a browser by the project's token there, and by the site that its page is of.
    """

    source = "mixpanel"
    kinds = frozenset((BEARER, BASIC))

    def __init__(self, *, is_import: bool) -> None:
        self._is_import = is_import

    def is_told(self, posted: Posted) -> bool:
        """Only who asks for it: `strict=1` of `/import`."""
        return self._is_import and posted.query.get("strict") == "1"

    def may_be_proven(self, headers: Mapping[str, str], keys: DoorKeys) -> bool:
        """A server's, and what a page of a known site sends."""
        origin = headers.get("origin")
        return origin is None or keys.is_known_site(origin)

    def proven(self, posted: Posted, keys: DoorKeys) -> str | None:
        """By the token that every event has: which one it must be depends on whether a page sent it."""
        try:
            tokens = {_token(value) for value in mixpanel_values(posted) if isinstance(value, Mapping)}
        except Unreadable:
            return None
        if len(tokens) != 1:
            return None
        (token,) = tokens
        origin = posted.headers.get("origin")
        if origin is None:
            return self.source if keys.is_token(token) else None
        if not keys.is_known_site(origin) or not keys.is_public_token(token):
            return None
        return TRUSTED_BROWSER if keys.trusts_browsers else BROWSER

    def values(self, posted: Posted) -> list[Any]:
        """As `mixpanel_body` finds them."""
        return mixpanel_values(posted)

    def event(self, value: Any, posted: Posted, now: float) -> PersonEvent:
        """One of them; the token is no property of it."""
        value = an_object(value)
        properties = {name: one for name, one in part_of(value, "properties").items() if name != "token"}
        return event_of(value.get("event"), properties, {}, None, properties.get("time"), now)

    def answer(self, posted: Posted, taken: Taken) -> Response:
        """`1`, or what `verbose` asks for; `/import` has its own, but not for Python's SDK, which asks for that."""
        number = taken.given - len(taken.failed)
        if taken.failed and self.is_told(posted):
            return self._failed_records(posted, taken, number)
        return answered(posted, is_import=self._is_import, number=number)

    def _failed_records(self, posted: Posted, taken: Taken, number: int) -> Response:
        """As `/import` tells of them; all others are taken in."""
        values = self.values(posted)
        records = [
            {"index": one.place, "insert_id": _insert_id(values[one.place]), "field": "event", "message": one.why}
            for one in taken.failed
        ]
        told = {"code": 400, "error": "some data points in the request failed validation", "failed_records": records}
        return JSONResponse({**told, "num_records_imported": number, "status": "Bad Request"}, 400)

    def refusal(self, status: int, why: str, headers: Mapping[str, str] | None = None) -> Response:
        """With the two fields that Python's SDK reads."""
        return JSONResponse({"status": 0, "error": why}, status, headers)

    def sites(self, headers: Mapping[str, str], keys: DoorKeys) -> dict[str, str]:
        """Those of `shown_to`."""
        return shown_to(headers, keys)


def answered(posted: Posted, *, is_import: bool = False, number: int = 0) -> Response:
    """Mixpanel's answer to `number` events that are well."""
    if form_of(posted).get("verbose") == "1":
        return JSONResponse({"status": 1, "error": None})
    if is_import:
        return JSONResponse({"code": 200, "num_records_imported": number, "status": "OK"})
    return PlainTextResponse("1")


def shown_to(headers: Mapping[str, str], keys: DoorKeys) -> dict[str, str]:
    """The headers with which a browser shows an answer to a page; none for pages of sites that are not known.

    The SDK asks with cookies, and so wants its own site named.
    """
    origin = headers.get("origin")
    if origin is None or not keys.is_known_site(origin):
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Expose-Headers": "Retry-After",
        "Vary": "Origin",
    }


def _insert_id(value: Any) -> str:
    properties = value.get("properties") if isinstance(value, Mapping) else None
    found = properties.get("$insert_id") if isinstance(properties, Mapping) else None
    return found if isinstance(found, str) else ""


def _token(value: Mapping[str, Any]) -> str:
    properties = value.get("properties")
    token = properties.get("token") if isinstance(properties, Mapping) else None
    return token if isinstance(token, str) else ""
