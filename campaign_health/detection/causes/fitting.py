"""Which causes can explain a break at which stage: what lies behind it, or before what works, explains nothing."""

from __future__ import annotations

from campaign_health.detection.causes.case import BrokenCampaign, Cause
from campaign_health.detection.causes.links_kept import Chain

_OF_MESSAGES = ("sent", "delivered")
_OF_EVENTS = ("event", "started")
EXPLAINS: dict[str, tuple[str, ...]] = {
    "event_unknown": _OF_EVENTS,
    "event_removed": _OF_EVENTS,
    "season_ended": _OF_EVENTS,
    "trigger_never_met": ("started",),
    # A filter that closes for part of the journeys may show first in the sends.
    "filter_no_longer_matches": ("activated", "sent"),
    "message_failing": _OF_MESSAGES,
    "message_draft_or_off": _OF_MESSAGES,
    "message_silent": _OF_MESSAGES,
    "recipients_unreachable": _OF_MESSAGES,
}
"""The stages that a cause can explain; one that is not named may explain any."""


def explains_the_stage(cause: Cause, case: BrokenCampaign, chain: Chain) -> bool:
    """Whether the cause can explain that the chain broke where it did.

    Without journeys sends stand for all that comes after the event, so that an event may be the reason, too.
    """
    stages = EXPLAINS.get(cause.cause)
    if case.stage is None or stages is None or case.stage in stages:
        return True
    return case.stage == "sent" and chain.series("started") is None and stages == _OF_EVENTS
