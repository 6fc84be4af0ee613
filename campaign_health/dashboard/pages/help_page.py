"""What the words mean, and what to do about each cause."""

from __future__ import annotations

import streamlit as st

from campaign_health.dashboard.installation import installation
from campaign_health.words.event_service import of_service
from campaign_health.words.glossary import SECTIONS
from campaign_health.words.guides import GUIDES
from campaign_health.words.status_words import CAUSE_WORDS


def help_page() -> None:
    """Draws the glossary and the advice."""
    st.title("Help", anchor=False)
    named = " or ".join(sorted({one.event_service for one in installation().workspaces}, reverse=True))
    # The causes follow with the advice on each.
    for section in SECTIONS[:-1]:
        st.subheader(section.title, anchor=False)
        for term in section.terms:
            st.markdown(f"**{term.name}.** {of_service(term.meaning, named)}")
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
