"""The messages of Segment's specification, which RudderStack, Jitsu and Customer.io's own pipelines speak too."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from campaign_health.route.doors.dialect import Dialect, Posted, Taken, at_most_together
from campaign_health.route.doors.door_keys import DoorKeys
from campaign_health.route.doors.received_event import Unreadable, an_object, event_of, instant, part_of
from campaign_health.route.recovery.qualifying import PersonEvent


class SegmentDialect(Dialect):
    """One message, or many under `batch`; let in by a bearer or by `X-Signature`, Segment's shared secret."""

    source = "segment"

    def may_be_proven(self, headers: Mapping[str, str], keys: DoorKeys) -> bool:
        """Only what is signed."""
        return "x-signature" in headers

    def proven(self, posted: Posted, keys: DoorKeys) -> str | None:
        """By the HMAC-SHA1 of the body as it came, in hexadecimal, keyed with a token."""
        given = posted.headers.get("x-signature", "").strip().lower().encode("utf-8", "replace")
        made = (hmac.new(token.encode(), posted.body, hashlib.sha1).hexdigest() for token in keys.tokens)
        return self.source if any(hmac.compare_digest(given, one.encode()) for one in made) else None

    def values(self, posted: Posted) -> list[Any]:
        """The messages."""
        body = posted.value
        if not isinstance(body, Mapping):
            raise Unreadable("the body is no object")
        batch = body.get("batch", [body])
        if not isinstance(batch, list):
            raise Unreadable("`batch` is no list")
        return at_most_together(batch)

    def event(self, value: Any, posted: Posted, now: float) -> PersonEvent | None:
        """The event of a `track`; the other kinds are about people and pages."""
        value = an_object(value)
        if value.get("type") != "track":
            return None
        properties, context = part_of(value, "properties"), part_of(value, "context")
        user, device = value.get("userId"), value.get("anonymousId")
        known = {name: one for name, one in (("$user_id", user), ("$device_id", device)) if one is not None}
        email = part_of(context, "traits").get("email")
        if email is not None and "email" not in properties:
            known["email"] = email
        time = _happened({"sentAt": posted.value.get("sentAt")} | dict(value), now)
        return event_of(value.get("event"), properties, known, value.get("messageId"), time, now)

    def people_of(self, value: Any) -> Mapping[str, Any]:
        """Of an `identify`: it says whose a device is."""
        if not isinstance(value, Mapping) or value.get("type") != "identify":
            return {}
        traits = value.get("traits")
        email = traits.get("email") if isinstance(traits, Mapping) else None
        return {"$user_id": value.get("userId"), "$device_id": value.get("anonymousId"), "email": email}

    def answer(self, posted: Posted, taken: Taken) -> Response:
        """As Segment's own API answers."""
        return JSONResponse({"success": True})


def _happened(message: Mapping[str, Any], now: float) -> Any:
    """When it happened by our clock. The specification: what the sender's clock says is as wrong as its `sentAt` is.

    Where somebody received it before us, `timestamp` is put right already.
    """
    stamp, sent = message.get("timestamp"), message.get("sentAt")
    was_received = message.get("receivedAt") is not None or message.get("originalTimestamp") is not None
    if was_received or stamp is None or sent is None:
        return stamp
    return now - (instant(sent, now) - instant(stamp, now))
