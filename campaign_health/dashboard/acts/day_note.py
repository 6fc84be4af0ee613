"""A person's notes on the days of a campaign: written, shown under its chart, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from campaign_health.dashboard.acts.acting import ask_who, decide, is_complete, undo
from campaign_health.dashboard.look.markup import in_markdown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.page_watch import dialog_opens
from campaign_health.words.dates import day_text
from storage.read.decisions_made import Decision

NOTE_LENGTH = 200


def offer_day_note(page: Page, campaign_id: int, first: date) -> None:
    """Draws the button that asks for a note on a day from `first` to today."""
    if st.button("Note a day", icon=":material/edit_note:", key=f"note-day-{campaign_id}", help="Write down what "
                 "happened on a day, such as a launch: it is marked in the chart for everybody."):  # fmt: skip
        day_note_dialog(page, campaign_id, first)


@st.dialog("Note a day")
def day_note_dialog(page: Page, campaign_id: int, first: date) -> None:
    """Asks for a day and what was on it."""
    dialog_opens()
    with st.form("day-note", border=False):
        who = ask_who(page)
        day = st.date_input("Day", page.today, min_value=min(first, page.today), max_value=page.today,
                            format="YYYY-MM-DD")  # fmt: skip
        text = st.text_input("What happened?", max_chars=NOTE_LENGTH, placeholder="Launch of the new plan") or ""
        is_sent = st.form_submit_button("Note it", type="primary")
    if is_sent and is_complete(who, text.strip()):
        about = day if isinstance(day, date) else page.today
        decide(page, "note", who, campaign_id=campaign_id, reason=text.strip(), about_day=about)


def draw_day_notes(page: Page, notes: Sequence[Decision]) -> None:
    """Each note on a line, with who wrote it and a way to take it back."""
    for note in notes:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            day = day_text(note.about_day, page.today) if note.about_day else ""
            quiet(f"✎ {day}: {in_markdown(note.reason)} (by {in_markdown(note.decided_by)})")
            if st.button("Take it back", key=f"undo-note-{note.decision_id}", type="tertiary"):
                undo(page, note.decision_id)
