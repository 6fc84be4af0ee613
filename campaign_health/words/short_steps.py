"""The next step of each cause in a few words, as a card has room for, and the service in which it begins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, NamedTuple

from campaign_health.words.event_service import event_service
from campaign_health.words.guides import ask
from campaign_health.words.property_types import type_words

# Two lines of a card on a phone, names included.
ROOM = 76

Service = Literal["customerio", "events"]
Facts = Mapping[str, Any]


class ShortStep(NamedTuple):
    """What to do first (names in backticks), the service in which that begins, and what is opened there."""

    text: str
    service: Service
    opens: str


def short_step(cause: str, facts: Facts, *, owner: str | None = None, stage: str | None = None) -> ShortStep | None:
    """The step of a cause with these facts, as stored with the incident; None for a cause that has none.

    A sentence that a long name would make longer than ROOM is said without that name.
    """
    made = _STEPS.get(cause)
    if made is None:
        return None
    service, opens, sentences = made
    if cause == "unknown" and stage in ("event", "started"):
        sentences = _not_started
    said = list(sentences(facts, ask(owner, "the engineers")))
    return ShortStep(next((text for text in said if len(text) <= ROOM), said[-1]), service, opens)


def _renamed(facts: Facts, who: str) -> Iterable[str]:
    if into := facts.get("merged_into"):
        yield f"{who} whether it is now `{into}`; then change the trigger."
        yield "Ask which name it goes by now; then change the trigger."
    elif new := facts.get("name_today"):
        yield f"Change the trigger's event to `{new}`."
        yield "Change the trigger's event to the new name."
    else:
        yield "Change the trigger's event once the new name is released."


def _removed(facts: Facts, who: str) -> Iterable[str]:
    if facts.get("dropped_in_lexicon"):
        yield f"Have the event unblocked in {event_service()}, or choose another trigger."
    else:
        if event := facts.get("event"):
            yield f"{who} why `{event}` is no longer sent."
        yield f"{who} why the event is no longer sent."
        yield "Ask the engineers why the event is no longer sent."


def _unknown_event(facts: Facts, who: str) -> Iterable[str]:
    nearest = facts.get("nearest") or []
    if nearest:
        yield f"Correct the trigger's event, perhaps to `{nearest[0].get('event')}`."
    yield "Correct the name of the trigger's event."


def _type_changed(facts: Facts, who: str) -> Iterable[str]:
    before = facts.get("type_before")
    kind = type_words(before) if isinstance(before, str) else "it was"
    if name := facts.get("property"):
        yield f"Adapt what uses `{name}`, or have it sent as {kind} again."
    yield "Adapt what uses the property, or have the old type sent again."


def _property_missing(facts: Facts, who: str) -> Iterable[str]:
    old, new = facts.get("property"), facts.get("new_property")
    if old and new:
        yield f"Use `{new}` in place of `{old}`, or have both sent."
    elif old:
        yield f"Give `{old}` a default, and have it sent again."
    yield (
        "Use the property's new name, or have both sent."
        if new
        else ("Give the property a default, and have it sent again.")
    )


def _failing(facts: Facts, who: str) -> Iterable[str]:
    for variable in (facts.get("variables") or [])[:1]:
        yield f"Give `{variable}` a default in the message, or have it filled again."
        yield f"Give `{variable}` a default in the message."
        yield "Give the missing variable a default in the message."
    yield "Read the newest failed delivery, and mend what it names."


def _held(facts: Facts, who: str) -> Iterable[str]:
    drafts = " Then send or delete its drafts." if facts.get("drafted_since") else ""
    yield f"Set the message to “Send automatically”.{drafts}"


def _unreachable(facts: Facts, who: str) -> Iterable[str]:
    yield {
        "suppressed": "Open a suppressed delivery, and see why it was held back.",
        "bounced": "Read the newest bounces, and check the sending domain.",
    }.get(str(facts.get("loss")), "Open an undelivered message: does the person have an address?")


def _segment(facts: Facts, who: str) -> Iterable[str]:
    if segment := facts.get("segment"):
        yield f"Check the conditions of the segment `{segment}`."
    yield "Check the conditions of the segment that lost its people."


def _part(facts: Facts, who: str) -> Iterable[str]:
    if part := facts.get("part"):
        yield f"{who} what was released on {part} that day."
    if lost := facts.get("property"):
        yield f"Break the event down by platform and version: who lost `{lost}`?"
    yield "Break the event down by platform and app version."


def _not_started(facts: Facts, who: str) -> Iterable[str]:
    yield "Search the activity log for the event, and read the trigger."


def _plain(text: str) -> Callable[[Facts, str], Iterable[str]]:
    return lambda facts, who: (text,)


_STEPS: Mapping[str, tuple[Service, str, Callable[[Facts, str], Iterable[str]]]] = {
    "event_renamed": ("customerio", "trigger", _renamed),
    "event_removed": ("events", "event", _removed),
    "event_unknown": ("customerio", "trigger", _unknown_event),
    "trigger_never_met": ("customerio", "trigger", _plain("Compare the trigger's conditions with a recent event.")),
    "property_type_changed": ("customerio", "message", _type_changed),
    "property_missing": ("customerio", "message", _property_missing),
    "filter_no_longer_matches": (
        "customerio",
        "filter",
        _plain("Compare one person who started today with the filter."),
    ),
    "segment_shrank": ("customerio", "campaign", _segment),
    "message_failing": ("customerio", "message", _failing),
    "message_draft_or_off": ("customerio", "workflow", _held),
    "message_silent": ("customerio", "workflow", _plain("Follow one journey of today to the message that is silent.")),
    "recipients_unreachable": ("customerio", "deliveries", _unreachable),
    "campaign_edited": ("customerio", "campaign", _plain("Compare it with the version before, and set it back.")),
    "campaign_stopped": ("customerio", "campaign", _plain("If this was not meant, start it again.")),
    "part_of_traffic_broke": ("events", "event", _part),
    "season_ended": (
        "events",
        "event",
        _plain("If the season is over, say that it is intended; else ask why it stopped."),
    ),
    "source_trouble": (
        "customerio",
        "campaign",
        _plain("Look at Customer.io's status page, and at what connects to it."),
    ),
    "unknown": ("customerio", "campaign", _plain("Follow one journey of today, and see where it ends.")),
}
