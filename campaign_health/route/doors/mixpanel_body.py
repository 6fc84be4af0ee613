"""The events of a request as Mixpanel's SDKs write it: a form, the query, JSON, or a line for each."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from campaign_health.route.doors.bodies import BodyRefused
from campaign_health.route.doors.dialect import Posted, as_json, at_most_together
from campaign_health.route.doors.received_event import Unreadable

MOST_FIELDS = 50


def form_of(posted: Posted) -> Mapping[str, str]:
    """The fields of the query and, where the body is a form, of the body; what cannot be read has none."""
    try:
        text = posted.text.lstrip()
        # Whatever its content type says: what a page sends as it is closed is called plain text.
        if text[:1] in (b"{", b"["):
            return posted.query
        fields = parse_qsl(text.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        return {**posted.query, **dict(fields)}
    except (ValueError, Unreadable, BodyRefused):
        return posted.query


def mixpanel_values(posted: Posted) -> list[Any]:
    """The events, from wherever they stand.

    Raises:
        BodyRefused: they are too large or too many.
        Unreadable: there are none to be found.
    """
    text = posted.text
    data = form_of(posted).get("data")
    found = _lines(text) if data is None else as_json(_plain(data))
    return at_most_together(found) if isinstance(found, list) else [found]


def _lines(text: bytes) -> Any:
    """JSON, or JSON in each line."""
    try:
        return as_json(text)
    except Unreadable:
        lines = text.strip().splitlines()
        if len(lines) < 2:
            raise
        return [_or_nothing(one) for one in at_most_together(lines) if one.strip()]


def _or_nothing(line: bytes) -> Any:
    # The lines around one that is broken are events all the same.
    try:
        return as_json(line)
    except Unreadable:
        return None


def _plain(data: str) -> str | bytes:
    """JSON as it is, or out of base64, in either of its alphabets and with or without its ending."""
    data = data.strip()
    if data[:1] in ("{", "["):
        return data
    text = data.replace(" ", "+").replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise Unreadable("`data` is neither JSON nor base64") from None
