"""One word on many incidents: takes them on, mutes them or says that they are intended; undone together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import streamlit as st

from campaign_health.dashboard.acts.acting import ask_who, ask_why, decide_each, is_complete
from campaign_health.dashboard.look.markup import shown
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.page_watch import dialog_opens
from campaign_health.state.incident import Incident
from campaign_health.words.numbers import plural

ACTS = ("Acknowledge", "Mute", "This is intended")
_EVERY, _SOME = "all of them", "only some"


def offer_several(page: Page, incidents: Sequence[Incident]) -> None:
    """The way to say the same of the open incidents given, where there is more than one."""
    if len(incidents) > 1 and st.button("Act on several…", key="several", help="Say the same of many at once."):
        several_dialog(page, incidents)


@st.dialog("Act on several")
def several_dialog(page: Page, incidents: Sequence[Incident]) -> None:
    """Asks of which incidents something is said, what, and who says so."""
    dialog_opens()
    act = st.selectbox("What do you say?", ACTS)
    # A source's trouble is nobody's intent.
    possible = [one for one in incidents if act != "This is intended" or not one.is_of_source]
    which = st.radio(f"Of the {plural(len(possible), 'incident')} listed", (_EVERY, _SOME), horizontal=True)
    chosen = possible if which == _EVERY else _picked(possible)
    who, reason, until = ask_who(page), "", None
    if act != "Acknowledge":
        reason = ask_why("Being rebuilt, launch on Thursday")
    if act == "Mute":
        day = st.date_input("Until", page.today + timedelta(days=7), min_value=page.today, format="YYYY-MM-DD")
        until = day if isinstance(day, date) else page.today
    if not st.button(f"{act}: {plural(len(chosen), 'incident')}", type="primary", disabled=not chosen):
        return
    if not is_complete(who, *([reason] if act != "Acknowledge" else [])):
        return
    if act == "Acknowledge":
        decide_each(page, "acknowledge", who, chosen)
    elif act == "Mute":
        decide_each(page, "mute", who, chosen, reason=reason, until=until)
    else:
        decide_each(page, "expected", who, chosen, reason=reason)


def _picked(possible: Sequence[Incident]) -> list[Incident]:
    named = {one.incident_id: one for one in possible}
    picked = st.multiselect(
        "Which?", list(named), format_func=lambda one: shown(named[one].campaign), placeholder="Choose incidents"
    )
    return [named[one] for one in picked]
