"""What is said of campaigns that could not be checked, surge or are down in volume. Plain text throughout."""

from __future__ import annotations

from datetime import date

from campaign_health.state.stretches import Stretch
from campaign_health.words.dates import day_text, days_since, days_text
from campaign_health.words.lists import joined
from campaign_health.words.numbers import count, plural, span
from campaign_health.words.sentences import seen_sentence
from campaign_health.words.source_names import source_names

# For each status: what it means, and what a person can do about it.
ADVICE = {
    "surging": (
        "Many more messages are sent than the events explain. Nothing is cut off, but people may get a message twice.",
        "Look at what changed that day in Customer.io: a send-once rule, a wider filter, an import of people.",
    ),
    "volume_down": (
        "Events and sends fell together: fewer people do what starts this campaign; nothing is cut off.",
        "Look whether the product really changed that day: a release, the end of a season or of an advertisement; or "
        "whether one app no longer sends the event.",
    ),
    "not_collected": (
        "Its numbers were asked for, but not all of them came. It may be well or broken: nobody can say.",
        "It is asked for again at every run. If that does not help by tomorrow, show this page to whoever runs "
        "campaign-health, and look in Customer.io whether the campaign still sends.",
    ),
}


# The same of a campaign of which no event is known: nothing is said of events that nobody saw.
_WITHOUT_EVENT = {
    "surging": "Many more messages are sent than its journeys explain. Nothing is cut off, but people may get a message"
    " twice.",
    "volume_down": "Journeys and sends fell together: fewer people start it; nothing is cut off behind.",
}


def advice_on(stretch: Stretch) -> tuple[str, str]:
    """What a stretch means, and what a person can do about it."""
    meaning, advice = ADVICE[stretch.status]
    return (meaning if stretch.events is not None else _WITHOUT_EVENT.get(stretch.status, meaning)), advice


def since_line(stretch: Stretch, today: date) -> str:
    """Since when, and for how many days: `Sat 21 Nov, 3 days ago`; of what was not collected the days themselves."""
    if stretch.status != "not_collected":
        return f"{day_text(stretch.since, today)}, {days_since(stretch.since, today)}"
    days = days_text(stretch.since, stretch.day, today)
    return days if stretch.since == stretch.day else f"{days} ({plural(stretch.days, 'day')})"


def seen_line(stretch: Stretch, today: date) -> str:
    """The numbers against what was expected, or what did not answer."""
    if stretch.status == "not_collected":
        return f"{source_names(stretch.lacking) or 'A source'} gave no usable numbers for this campaign."
    if stretch.status == "surging":
        return seen_sentence(
            "surging", events=stretch.events, sent=stretch.sent, expected_low=stretch.expected_low,
            expected_high=stretch.expected_high, day=day_text(stretch.day, today),
        )  # fmt: skip
    parts = []
    pairs = (("event", stretch.events_a_day, stretch.events_a_day_before),
             ("send", stretch.sent_a_day, stretch.sent_a_day_before))  # fmt: skip
    known = [(noun, now, before) for noun, now, before in pairs if now is not None and before is not None]
    if known:
        now = joined([plural(now, noun) for noun, now, _ in known])
        parts.append(f"about {now} a day, down from {joined([count(before) for *_, before in known])}")
    if stretch.sent is not None and stretch.expected_low is not None and stretch.expected_high is not None:
        day, expected = day_text(stretch.day, today), span(stretch.expected_low, stretch.expected_high)
        few = "" if stretch.events is None else " for so few events"
        parts.append(f"{plural(stretch.sent, 'send')} on {day}; {expected} were expected{few}")
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}." if text else ""
