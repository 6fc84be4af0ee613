"""What starts a campaign, as people read it."""

from __future__ import annotations

_WORDS = {
    "event": "triggered by an event whose name is not known",
    "segment": "triggered by a segment",
    "date": "triggered by a date",
    "form": "triggered by a form",
    "webhook": "triggered by a webhook",
    "relationship": "triggered by a relationship",
    "object": "triggered by an object",
    "broadcast": "triggered through the API",
}
_UNKNOWN = "its trigger is not known"


def trigger_words(kind: str) -> str:
    """What triggers a campaign of which no event is known: `triggered by an object`."""
    return _WORDS.get(kind, _UNKNOWN)


def why_no_event(kind: str) -> str:
    """Why a campaign without a known event has none."""
    if kind == "event":
        return "Customer.io does not name its trigger event"
    return "its trigger is not an event" if kind in _WORDS else _UNKNOWN
