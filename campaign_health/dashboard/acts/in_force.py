"""What people have said that still holds for a campaign, each with who said it and a way to take it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from campaign_health.dashboard.acts.acting import undo
from campaign_health.dashboard.look.markup import in_markdown
from campaign_health.dashboard.page import Page
from campaign_health.words.decided import false_alarm_text, intended_text, muted_text, taken_text
from campaign_health.words.story import said_line
from storage.read.decisions_made import Decision


def standing_decisions(page: Page, decisions: Sequence[Decision], campaign_id: int, incident_id: str | None) -> None:
    """Draws the decisions in force on a campaign and its open incident."""
    for decision in about(decisions, campaign_id, incident_id):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f":material/person: {in_markdown(words(decision, page.today))}")
            if st.button("Undo", key=f"undo-{decision.decision_id}"):
                undo(page, decision.decision_id)


def about(decisions: Sequence[Decision], campaign_id: int, incident_id: str | None) -> list[Decision]:
    """The decisions on a campaign: on its open incident, or on the campaign itself; without the notes on its days."""
    return [
        one
        for one in decisions
        if one.campaign_id == campaign_id
        and one.incident_id in (None, incident_id)
        and one.kind != "refuse_rename"
        and one.about_day is None
    ]


def words(decision: Decision, today: date) -> str:
    """A decision in words: who said what, why, until when."""
    who, reason = decision.decided_by, f": {decision.reason}" if decision.reason else ""
    if decision.kind == "acknowledge":
        return f"{taken_text(who)}{reason}"
    if decision.kind == "fixed":
        return f"{who} said that it is fixed{reason}"
    if decision.kind == "note":
        return f"{who} noted{reason}"
    if decision.kind == "mute":
        return muted_text(who, decision.reason, decision.until, today)
    if decision.kind == "expected":
        return intended_text(who, decision.reason, decision.until, today)
    if decision.kind == "false_alarm":
        return false_alarm_text(who, decision.reason)
    if decision.kind == "campaign_facts":
        return f"{who}: {said_line(decision, today)}"
    if decision.kind == "map_event":
        return f"{who} has it watched against {decision.event or 'no event'}{reason}"
    return f"{who} said that {decision.event} is now {decision.new_event}"
