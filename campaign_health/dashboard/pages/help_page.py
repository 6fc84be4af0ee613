"""What the words mean, and what to do about each cause."""

from __future__ import annotations

import streamlit as st

from campaign_health.dashboard.installation import installation
from campaign_health.dashboard.parts.cost_words import RISK_MEANING
from campaign_health.words.event_service import of_service
from campaign_health.words.guides import GUIDES
from campaign_health.words.not_watched import NOT_WATCHED
from campaign_health.words.status_words import CAUSE_WORDS, PAGE_STATUSES, STAGE_WORDS

TERMS = (
    (
        "Campaign",
        "A campaign in Customer.io (its newer pages say automation): messages that an event or a segment starts.",
    ),
    ("Trigger event", "The event in Mixpanel that starts a campaign. *Event count* is how often it happened on a day."),
    ("Journey", "One person's run through a campaign. *Started*: met the trigger. *Activated*: passed the filters."),
    ("Send", "A message that Customer.io counts as sent."),
    (
        "Expected",
        "What a healthy campaign would send for that day's event count, with its range: the band in the chart.",
    ),
    (
        "Incident",
        "A run of bad days of one campaign, or of many that broke together. It opens and closes by itself; back "
        "within a week, it is the same one.",
    ),
    ("Schema drift", "An event or a property changed its name or form, so that something that relied on it stopped."),
    ("Not collected", "Nobody answered for that day. It is not zero, and it is never judged."),
    ("Provisional", "The day is not over, or its numbers are still growing."),
    ("Revenue at risk", RISK_MEANING),
    ("Not watched", NOT_WATCHED),
)


def help_page() -> None:
    """Draws the glossary and the advice."""
    st.title("Help", anchor=False)
    named = " or ".join(sorted({one.event_service for one in installation().workspaces}, reverse=True))
    st.subheader("What the words mean", anchor=False)
    for term, meaning in TERMS:
        st.markdown(f"**{term}.** {of_service(meaning, named)}")
    st.subheader("What a verdict means", anchor=False)
    for words in PAGE_STATUSES.values():
        st.markdown(f"{words.shape} **{words.label}.** {words.meaning}")
    st.subheader("Where the chain can break", anchor=False)
    for words in STAGE_WORDS.values():
        st.markdown(f"{words.shape}. **{words.label.capitalize()}.** {of_service(words.meaning, named)}")
    st.subheader("What to do about each cause", anchor=False)
    for cause, guide in GUIDES.items():
        words = CAUSE_WORDS[cause]
        with st.expander(words.label):
            st.markdown(
                f"{of_service(words.meaning, named)}\n\n**Whom to ask.** {of_service(guide.ask, named)}\n\n"
                f"**What to change.** {guide.change}\n\n"
                f"**How to check that it worked.** {guide.check}"
            )


help_page()
