"""The words that people read in place of the stored spellings: statuses, stages and causes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Words(NamedTuple):
    """How a stored value is said: a label, a shape that tells it apart without colour, and what it means."""

    label: str
    shape: str
    meaning: str


STATUS_WORDS: dict[str, Words] = {
    "silent": Words("Silent", "■", "No sends, or next to none, although the event count says there should be some."),
    "event_lost": Words("Event lost", "▣", "The trigger event itself fell to nothing: renamed, removed or blocked."),
    "degraded": Words("Losing sends", "◧", "A lasting part of the sends is missing."),
    "surging": Words("Surging", "▲", "Many more sends than the events explain."),
    "volume_down": Words(
        "Volume down", "▽", "Events and sends fell together: fewer people do it, and nothing is broken between."
    ),
    "healthy": Words("Healthy", "●", "Sends are what the event count predicts."),
    "journeys_only": Words(
        "Watched by its journeys only",
        "◒",
        "No event count can be compared with. Its sends are what its own journeys predict; if fewer journeys started, "
        "nobody could tell why.",
    ),
    "learning": Words("Learning", "◔", "Too little history yet to know what is normal."),
    "too_quiet": Words("Too quiet to tell", "○", "So few sends that even a full stop could not be told from chance."),
    "not_running": Words("Not running", "◻", "It is a draft, stopped, archived, or has not started yet."),
    "not_collected": Words(
        "Not collected", "×", "A source gave no usable answer for this day, so nothing can be said."
    ),
}

EXPECTED, FALSE_ALARM, HAND_OVER = "expected", "false_alarm", "hand_over"
MEANT: dict[str, Words] = {
    EXPECTED: Words("Intended", "◇", "It stopped or fell, and somebody said that this is meant."),
    FALSE_ALARM: Words("False alarm", "◇", "It was told as broken, and somebody said that nothing is wrong."),
    HAND_OVER: Words(
        "Announced hand-over", "◇", "A reviewed rename of its event is under way, and has some days left."
    ),
}
"""What takes the place of a break's own status where somebody said that it is none."""

PAGE_STATUSES: dict[str, Words] = {**STATUS_WORDS, **MEANT}
"""The statuses of the verdicts, and those of breaks which somebody said to be none."""

BROKEN: tuple[str, ...] = ("silent", "event_lost", "degraded")
"""The statuses that open an incident, worst first."""

UNBROKEN: tuple[str, ...] = (
    "healthy", "journeys_only", "volume_down", "surging", "learning", "too_quiet", "not_collected", "not_running",
    *MEANT,
)  # fmt: skip
"""The statuses that open no incident, or are none any more, in the order in which they are counted out."""

STAGE_WORDS: dict[str, Words] = {
    "event": Words("trigger event", "1", "The event stopped arriving in Mixpanel."),
    "started": Words("journeys started", "2", "The event arrives, but starts no journeys in Customer.io."),
    "activated": Words("journeys activated", "3", "Journeys start, but do not get past the campaign's filters."),
    "sent": Words("messages sent", "4", "Journeys get past the filters, but not all their messages are sent."),
    "delivered": Words("messages delivered", "5", "Messages are sent, but not all of them arrive."),
}

CAUSE_WORDS: dict[str, Words] = {
    "event_renamed": Words("Event renamed", "↪", "The event stopped and another took its place on the same days."),
    "event_removed": Words("Event removed or blocked", "∅", "The event stopped and nothing took its place."),
    "event_unknown": Words("Event does not exist", "?", "The trigger names an event that Mixpanel has never seen."),
    "trigger_never_met": Words("Trigger never met", "∥", "The event comes, but has never started a journey."),
    "property_type_changed": Words("Property changed type", "T", "A property that the campaign uses changed its type."),
    "property_missing": Words("Property missing or renamed", "–", "Fewer events carry a property the campaign uses."),
    "filter_no_longer_matches": Words(
        "Filter no longer matches", "▼", "Journeys start, but the filters let none or fewer past."
    ),
    "segment_shrank": Words(
        "Segment emptied or shrank", "◌", "A segment that the campaign is triggered or filtered by lost its people."
    ),
    "message_failing": Words("Message failing", "!", "The message cannot be made or handed over."),
    "message_draft_or_off": Words("Message in draft or off", "‖", "The message is set to draft, or switched off."),
    "message_silent": Words("One message silent", "◍", "One message of several sends nothing; the others go on."),
    "recipients_unreachable": Words("Recipients unreachable", "✉", "The people have no address, or are suppressed."),
    "campaign_edited": Words("Campaign edited", "✎", "The campaign's definition changed on that day."),
    "campaign_stopped": Words("Campaign stopped", "◻", "The campaign was stopped, archived or deleted."),
    "part_of_traffic_broke": Words(
        "Part of the traffic broke", "◔", "The missing share is one segment of the traffic."
    ),
    "season_ended": Words(
        "Season over?", "❄", "The event dwindled over weeks and stopped; nothing unusual went with it."
    ),
    "source_trouble": Words(
        "Customer.io or its connection",
        "⚡",
        "Most campaigns broke together, so the reason is none of theirs.",
    ),
    "unknown": Words("Cause unknown", "?", "Nothing that was looked at explains it."),
}


def status_words(status: str) -> Words:
    """Label, shape and meaning; an unknown spelling is shown without underscores rather than hidden."""
    return PAGE_STATUSES.get(status, Words(status.replace("_", " ").capitalize(), "?", "Not known to this version."))


def status_label(status: str) -> str:
    """The status as people read it."""
    return status_words(status).label


def counted_label(status: str, number: int) -> str:
    """The status behind a number of campaigns: `healthy`, `watched by their journeys only`."""
    label = status_label(status).lower()
    return label if number == 1 else label.replace(" its ", " their ")


def shape_and_label(status: str) -> str:
    """A status as it stands in a table: `■ Silent`."""
    words = status_words(status)
    return f"{words.shape} {words.label}"


def legend(statuses: Iterable[str]) -> str:
    """One line on each status that is present, in the order of the statuses."""
    present = set(statuses)
    return " · ".join(
        f"**{words.shape} {words.label}**: {words.meaning}"
        for status, words in PAGE_STATUSES.items()
        if status in present
    )


def cause_label(cause: str) -> str:
    """The cause as people read it."""
    return CAUSE_WORDS[cause].label if cause in CAUSE_WORDS else cause.replace("_", " ").capitalize()


def cause_within(cause: str) -> str:
    """The cause within a sentence: `filter no longer matches`; a proper name stays as it is."""
    label = cause_label(cause)
    return label if label.startswith("Customer.io") else f"{label[0].lower()}{label[1:]}"


def stage_label(stage: str | None) -> str:
    """The stage as people read it; empty where nothing broke."""
    if stage is None:
        return ""
    return STAGE_WORDS[stage].label if stage in STAGE_WORDS else stage
