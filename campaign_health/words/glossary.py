"""The words that the dashboard, the messages and the guide use, each in one or two sentences.

The page Help, the tips at the heads of tables and the guide's glossary all say what stands here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from campaign_health.words.delivery_terms import DELIVERY_TERMS
from campaign_health.words.not_watched import NOT_WATCHED
from campaign_health.words.status_words import CAUSE_WORDS, PAGE_STATUSES, STAGE_WORDS
from campaign_health.words.term import Term

RISK = "Revenue at risk"


class Section(NamedTuple):
    """Words of one kind; the name of each has its sign before it where it has one."""

    title: str
    terms: tuple[Term, ...]


TERMS = (
    Term(
        "Campaign",
        "A campaign in Customer.io (its newer pages say automation): messages that an event or a segment starts.",
        ("Campaigns",),
    ),
    Term("Event", "Something that a person did in your product, sent to Mixpanel under a name."),
    Term(
        "Property",
        "A named value that an event carries, such as `plan`. Messages and filters of a campaign may use it.",
    ),
    Term(
        "Trigger event",
        "The event in Mixpanel that starts a campaign. *Event count* is how often it happened on a day.",
        ("Newest events",),
    ),
    Term(
        "Journey",
        "One person's run through a campaign. *Started*: met the trigger. *Activated*: passed the filters.",
    ),
    Term("Send", "A message that Customer.io counts as sent.", ("Newest sends",)),
    Term(
        "Expected",
        "What a healthy campaign would send for that day's event count, with its range: the band in the chart.",
    ),
    Term("Status", "The verdict of the newest judged day; each is explained below."),
    Term("Since", "The first bad day of the open incident."),
    Term("Cause", "What was found to explain a break, with the evidence for it; the likeliest comes first."),
    Term(
        "Missed sends",
        "Messages that a healthy campaign would have sent and this one did not, over all bad days of the incident.",
    ),
    Term(
        RISK,
        "Missed sends × conversion rate × deal value; several messages of one campaign to the same person count once. "
        "Deal value and rate come from the manifest; without a rate it is 10\u00a0%.",
        ("At risk a week", "At risk so far"),
    ),
    Term("Deal value", "What one conversion is worth. It stands in the manifest, or is set on the campaign's page."),
    Term("Conversion rate", "The share of the people who did the event and buy, or do what the campaign is for."),
    Term("Owner", "Who answers for a campaign: whom to ask, and who is named in the channel."),
    Term(
        "Last good day", "The newest day on which the campaign was healthy, before the open incident where it has one."
    ),
    Term("Handling", "What people said of a break, and what the days after it showed."),
    Term(
        "Incident",
        "A run of bad days of one campaign, or of many that broke together. It opens and closes by itself; back "
        "within a week, it is the same one.",
    ),
    Term("Recovered", "Sends are back where they are expected, and the incident has closed by itself."),
    Term("On it", "Somebody works on the break. It is still counted, and told with the name."),
    Term("Fixed", "Somebody says that the break is mended. The days after it confirm that, or show that it goes on."),
    Term("Muted", "The channel is silent about a break up to a day. Its money still counts."),
    Term(
        "Schema drift",
        "An event or a property changed its name or form, so that something that relied on it stopped.",
    ),
    Term("Manifest", "A file in git that says which events, campaigns, owners and values there should be."),
    Term("Workspace", "One workspace of Customer.io with the project in Mixpanel that its events come from."),
    Term("Digest", "The message that a channel gets once a day, if something is new."),
    Term("Not collected", "Nobody answered for that day. It is not zero, and it is never judged."),
    Term("Provisional", "The day is not over, or its numbers are still growing."),
    Term("Not watched", NOT_WATCHED),
    Term("Worth a look", "Something unusual that is no break, such as far more sends than the events explain."),
    Term(
        "Evidence",
        "How many times likelier the days are if the campaign is broken than if it is healthy. An incident opens where "
        "chance alone would get that far once in many years.",
    ),
    Term("State", "For a campaign, Customer.io's word; for an event, whether it still happens."),
    Term("Count", "How often the event happened, all days together.", ("Last 28 days", "Events and sends")),
    Term("First seen", "The first day of those collected on which the event happened."),
    Term("Last seen", "The newest day on which the event happened."),
    Term("Campaigns that hang on it", "Those that this event starts, by their trigger, the manifest or a decision."),
    Term("Trigger", "What starts the campaign: an event, a segment, a date, a form."),
    Term("Why not", "Why there is no event count that the campaign could be compared with."),
    Term("Mapping from", "Who said which event starts the campaign: Customer.io, the manifest or a decision."),
    Term("Campaign it is good for", "What is worth sending when this event happens."),
    Term("Send within", "How soon after the event the message should be sent to be worth sending."),
)
SECTIONS = (
    Section("What the words mean", TERMS),
    Section("What the page Delivery says", DELIVERY_TERMS),
    *(
        Section(title, tuple(Term(f"{one.shape} {one.label[0].upper()}{one.label[1:]}", one.meaning) for one in words))
        for title, words in (
            ("What a verdict means", PAGE_STATUSES.values()),
            ("Where the chain can break", STAGE_WORDS.values()),
            ("What the cause can be", CAUSE_WORDS.values()),
        )
    ),
)
_OF_HEADS = {head: term.meaning for term in (*TERMS, *DELIVERY_TERMS) for head in (term.name, *term.heads)}


def meaning_of(head: str) -> str | None:
    """What the head of a column means, of whose text only what stands before a comma counts; None for other words."""
    return _OF_HEADS.get(head.partition(",")[0])


def glossary_page() -> str:
    """All of it as a page of the guide, in Markdown."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "# Glossary\n"
    yield "The words of the dashboard, of the messages and of these pages. The dashboard's page *Help* says the same.\n"
    yield "Where events are counted by Amplitude, read Amplitude for Mixpanel."
    for section in SECTIONS:
        yield f"\n## {section.title}\n"
        yield from (f"- **{term.name}**: {term.meaning}" for term in section.terms)
    yield ""
