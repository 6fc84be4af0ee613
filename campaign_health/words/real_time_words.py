"""Which campaign deserves real time: what it promises, what was measured, who carries it, what it would take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from campaign_health.words.delivery_words import headline_text, release_command, route_command, source_text
from campaign_health.words.event_service import event_service
from campaign_health.words.numbers import count, share_text
from campaign_health.words.proof_words import length_text
from campaign_health.words.recovery_words import can_recover

Way = Literal["live", "shadow", "export", "another_sender", "batch", "not_by_event", "not_carried"]
WAY_WORDS: Mapping[Way, str] = {
    "live": "Real-time route, live",
    "shadow": "Real-time route, in shadow",
    "export": "Real-time route, by the export net",
    "another_sender": "Another sender",
    "batch": "Batch: by a segment",
    "not_by_event": "Customer.io's own trigger",
    "not_carried": "Not carried",
}
NOT_KNOWN = "not known"
ABOUT_REAL_TIME = (
    "Measured over 7 days, from an event's own time to its message; the lengths are at most so long. Most campaigns do "
    "not need real time: it pays where somebody meets a wall now."
)
DAY_SECONDS = 86_400.0
EXPORT_SECONDS = 1800.0
"""What the export brings is up to so late."""


@dataclass(frozen=True)
class Carried:
    """How a campaign's event comes to Customer.io, as far as it matters for what a promise takes.

    `event` is its name in the manifest, None where it has none; `late_source` is who sends events of which more than
    5 % are older on receipt than the promise, and `late_seconds` how old 95 % of those are at most. `held` of its
    events are kept back, `dead` could not be delivered.
    """

    way: Way
    event: str | None = None
    is_held: bool = False
    late_source: str | None = None
    late_seconds: float = 0.0
    held: int = 0
    dead: int = 0


def promise_text(promise_seconds: float | None, timing: str | None) -> str:
    """`within 5 minutes`; a timing that promises nothing in the words of who wrote it; `–` without any."""
    return timing or "–" if promise_seconds is None else f"within {length_text(promise_seconds)}"


def measured_text(most_seconds: float | None) -> str:
    """`95 % within 4.7 minutes`, or that it is not known."""
    return NOT_KNOWN if most_seconds is None else f"95 % within {length_text(most_seconds)}"


def kept_text_of(kept_share: float | None, known: int) -> str:
    """`60 % of 280`: for how many events the promise was kept; `–` where none can be told of."""
    return "–" if kept_share is None else f"{share_text(kept_share)} of {count(known)}"


def promises_nothing(length: str | None, carried: Carried) -> str:
    """What it would take where no time is promised; a timing that is a `length` only, such as `15 minutes`, is none."""
    promised = f"No promise yet: write “within {length}” as its timing." if length else ""
    undelivered = _undelivered(carried)
    return f"{undelivered} {promised}".strip() or "Nothing: no time is promised."


def _undelivered(carried: Carried) -> str:
    """`25 events are kept back: see Delivery.`; empty where nothing is kept back and all could be delivered."""
    if not carried.held and not carried.dead:
        return ""
    return f"{headline_text(carried.held, carried.dead, 0, 'closed', 0).rstrip('.')}: see Delivery."


def what_it_takes(
    promise_seconds: float, is_kept: bool | None, carried: Carried, campaign_id: int, workspace: str | None
) -> str:
    """What it would take to keep the promise, in one short sentence; `is_kept` is None where that is not known.

    `workspace` is named in commands; None where there is only one.
    """
    if is_kept:
        return _undelivered(carried) or "Nothing: it is kept."
    if carried.way in ("batch", "not_by_event"):
        if promise_seconds >= DAY_SECONDS:
            return "Nothing more than what fills it once a day."
        return "An event as its trigger: the route can carry that."
    return _of_event(promise_seconds, is_kept, carried, campaign_id, workspace)


def _of_event(
    promise_seconds: float, is_kept: bool | None, carried: Carried, campaign_id: int, workspace: str | None
) -> str:
    if carried.way == "not_carried" or carried.event is None:
        return "Send its event to Customer.io: no message for 28 days."
    if carried.is_held:
        return f"Let go what is kept back: {release_command(carried.event, workspace)}"
    if carried.way == "shadow":
        return f"Go live: {route_command('route mode', carried.event, workspace, 'live')}"
    if carried.way == "export" and promise_seconds < EXPORT_SECONDS:
        return "Send its event from your own servers: the export is late."
    if is_kept is None:
        if not can_recover():
            return f"To be measured, which is not there yet for a workspace on {event_service()}."
        return f"Measure: {route_command('route proof', str(campaign_id), workspace)}"
    if carried.way == "another_sender":
        return "Carry it by the route: say so under its event in the manifest."
    if carried.late_source is not None:
        late = length_text(carried.late_seconds)
        return f"A sooner sender: events of {source_text(carried.late_source)} come up to {late} late."
    return "See page Delivery, and look for a delay in its workflow."
