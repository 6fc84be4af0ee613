"""What to do about each cause: whom to ask, what to change, how to check that it worked."""

from __future__ import annotations

from typing import NamedTuple


class Guide(NamedTuple):
    """Advice on one cause, in a marketer's words."""

    ask: str
    change: str
    check: str


SENDS_BACK = "The day after, sends are back within the expected range and the incident closes by itself."
GUIDES: dict[str, Guide] = {
    "event_renamed": Guide(
        "The team that sends the event.",
        "If it was renamed on purpose, set the campaign's trigger in Customer.io to the new name; if not, have the old "
        "name sent again.",
        SENDS_BACK,
    ),
    "event_removed": Guide(
        "The team that sends the event, and whoever may block events in Mixpanel.",
        "Have the event sent or unblocked again, or choose another trigger.",
        SENDS_BACK,
    ),
    "event_unknown": Guide(
        "Whoever made the campaign.",
        "Correct the name of the trigger event in Customer.io; the nearest names are listed with the cause.",
        "Journeys start within minutes of the next event.",
    ),
    "trigger_never_met": Guide(
        "Whoever made the campaign, and the team that sends the event.",
        "Compare the trigger's conditions with the data of a recent event in Customer.io, and mend what differs.",
        "Journeys start within minutes of the next event.",
    ),
    "property_type_changed": Guide(
        "The team that sends the event.",
        "Use the new form in the message and the filters, or have the old type sent again.",
        "No new failures in Customer.io, and sends are back the day after.",
    ),
    "property_missing": Guide(
        "The team that sends the event.",
        "Have the property sent again, or use its new name in the message and the filters.",
        "No new failures in Customer.io, and sends are back the day after.",
    ),
    "filter_no_longer_matches": Guide(
        "Whoever owns the segments or attributes that the campaign filters by.",
        "Open the campaign's filters in Customer.io and look for a renamed attribute, event or value.",
        "Activated journeys follow started ones again.",
    ),
    "segment_shrank": Guide(
        "Whoever owns the segment, and the team that writes the attributes and events that its conditions name.",
        "Open the segment in Customer.io and look for a renamed attribute, event or value; mend the condition, or have "
        "the old name sent again.",
        "The segment's count is back at the next collection, and journeys start or get past the filter again.",
    ),
    "message_failing": Guide(
        "Whoever wrote the message.",
        "Correct the Liquid variable that the failure names, or give it a default.",
        "Send a test, then watch that failures stop.",
    ),
    "message_draft_or_off": Guide(
        "Whoever last edited the campaign.",
        "Set the message back to sending automatically. Of one that was in draft, the drafts that queued up can be "
        "sent or deleted there; one that was off has none.",
        SENDS_BACK,
    ),
    "message_silent": Guide(
        "Whoever last edited the campaign.",
        "Follow a journey past the place of that message and look at the branch or condition before it.",
        "The message sends again the day after, and the incident closes by itself.",
    ),
    "recipients_unreachable": Guide(
        "The team that writes profiles to Customer.io.",
        "Look at a profile of a recent journey: is there an address, is it suppressed, is a message limit reached?",
        "Undeliverable and suppressed messages fall back to where they were.",
    ),
    "campaign_edited": Guide(
        "Whoever edited the campaign that day.",
        "Compare the trigger and the filters with what they were before.",
        SENDS_BACK,
    ),
    "campaign_stopped": Guide(
        "Whoever stopped it.",
        "If that was meant, there is nothing to do; if not, start it again in Customer.io.",
        "It shows as running at the next collection.",
    ),
    "part_of_traffic_broke": Guide(
        "The team of the platform, app version or plan that is missing.",
        "Compare what that part sends since that day with what the others send.",
        SENDS_BACK,
    ),
    "season_ended": Guide(
        "Whoever knows the campaign's season.",
        "If it is over, mark the incident as intended; if not, find out why the event no longer comes.",
        "Marked as intended, it is not raised again; when the event returns, it closes by itself.",
    ),
    "source_trouble": Guide(
        "Whoever runs your Customer.io account, and the team that connects your product to it.",
        "Look at Customer.io's status page, and at what all of these campaigns share: the connection that sends it "
        "events, the attributes that filters use, the account's sending.",
        "All campaigns send again together, and their incidents close by themselves.",
    ),
    "unknown": Guide(
        "Whoever knows what changed that day: releases, edits, imports.",
        "Start with what was ruled out, and go through the chain step by step.",
        SENDS_BACK,
    ),
}


def ask(owner: str | None, otherwise: str) -> str:
    """Whom to ask, as a sentence begins: the manifest's owner, else the people who usually know."""
    return f"Ask {owner or otherwise}"


def asking(owner: str | None, otherwise: str) -> str:
    """The same within a sentence."""
    return f"ask {owner or otherwise}"
