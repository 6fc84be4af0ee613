"""What a person can do about an incident: take it on, fix it, note, mute, mark as intended or a false alarm; undo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import streamlit as st

from campaign_health.dashboard.acts.days_message import message_follows
from campaign_health.dashboard.acts.sign_in import asks_for_sign_in, person
from campaign_health.dashboard.installation import now, warehouse
from campaign_health.dashboard.look.markup import in_markdown, said_in_markdown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.page_watch import dialog_opens
from campaign_health.dashboard.published_cache import answer
from campaign_health.decisions.record_decision import (
    change_warehouse,
    record_decision,
    record_for_each,
    undo_decisions,
)
from campaign_health.state.handling import may_be_fixed
from campaign_health.state.incident import Incident
from campaign_health.words.numbers import plural
from campaign_health.words.story import said_line
from storage.connection import Connection
from storage.errors import StorageError
from storage.read.decisions_made import DecisionKind, decisions_in_force

# Long enough for a collection to finish saving one source.
WAIT_SECONDS = 20.0
LAST_SAID = "last_said"
DECIDED_ELSEWHERE = "These pages show what another machine shares: what you decide is said on that machine's own pages."
MEANINGS = {
    "acknowledge": "Say that you are on it.",
    "fixed": "Say that it is mended: the next days confirm it, or show that it goes on.",
    "note": "Write down what the others should know; it stays on the timeline.",
    "mute": "Stop hearing of it until a day of your choice.",
    "expected": "Say that it is meant to do this: it no longer counts as broken.",
    "false_alarm": "Say that nothing is wrong: what it does now is learned as normal, and no longer counts as broken.",
}


def offer_acts(page: Page, incident: Incident, key: str) -> None:
    """Draws the buttons for an open incident: on its campaign's own page (`key` is `page`) all of them.

    A source's trouble is nobody's intent, and no campaign learns it as normal: it can be taken on or muted only.
    """
    if incident.status != "open" or page.settings.database is not None:
        return
    name = f"{key}-{incident.incident_id}"
    if not incident.acknowledged_by and _act("Acknowledge", f"ack-{name}", MEANINGS["acknowledge"]):
        acknowledge_dialog(page, incident)
    # It is asked of everybody on the page, and on a card of those who said that they are on it.
    is_asked = key == "page" or incident.acknowledged_by or incident.renamed_by
    if is_asked and may_be_fixed(incident) and _act("I fixed it", f"fixed-{name}", MEANINGS["fixed"]):
        fixed_dialog(page, incident)
    if not incident.is_muted(page.today) and _act("Mute", f"mute-{name}", MEANINGS["mute"]):
        mute_dialog(page, incident)
    may_be_meant = not incident.expected_by and not incident.is_of_source
    if may_be_meant and _act("This is intended", f"expected-{name}", MEANINGS["expected"]):
        expected_dialog(page, incident)
    # A card has room for one line of buttons, and no false alarm.
    if key == "page" and may_be_meant and _act("False alarm", f"false-alarm-{name}", MEANINGS["false_alarm"]):
        false_alarm_dialog(page, incident)
    if key == "page" and _act("Add a note", f"note-{name}", MEANINGS["note"]):
        note_dialog(page, incident)


def _act(label: str, key: str, meaning: str) -> bool:
    return st.button(label, key=key, help=meaning)


def open_dialog_from_address(page: Page, incident: Incident) -> None:
    """Opens the dialog that a link of the digest asks for, once: the address is cleared of it."""
    act = st.query_params.get("act")
    if (
        act is None
        or page.settings.database is not None
        or st.query_params.get("incident") not in (None, incident.incident_id)
    ):
        return
    del st.query_params["act"]
    if act == "acknowledge" and not incident.acknowledged_by:
        acknowledge_dialog(page, incident)
    elif act == "fixed" and may_be_fixed(incident):
        fixed_dialog(page, incident)
    elif act == "mute" and not incident.is_muted(page.today):
        mute_dialog(page, incident)
    elif act == "expected" and not incident.expected_by:
        expected_dialog(page, incident)


@st.dialog("Acknowledge")
def acknowledge_dialog(page: Page, incident: Incident) -> None:
    """Asks who takes the incident on."""
    dialog_opens()
    st.write(f"Say that you are on it: {in_markdown(incident.campaign)}. The team sees your name beside the incident.")
    with st.form("acknowledge", border=False):
        who = ask_who(page)
        is_sent = st.form_submit_button("I am on it", type="primary")
    if is_sent and is_complete(who):
        decide(page, "acknowledge", who, incident_id=incident.incident_id, campaign_id=incident.campaign_id)


@st.dialog("I fixed it")
def fixed_dialog(page: Page, incident: Incident) -> None:
    """Asks who mended it, and how, if they like to say."""
    dialog_opens()
    st.write(
        f"Say that {in_markdown(incident.campaign)} is mended. It stays in every count until the next judged days "
        "confirm it; where they show that it goes on, you are told so."
    )
    with st.form("fixed", border=False):
        who = ask_who(page)
        reason = _ask("What did you do?", "Changed the trigger (you may leave this empty)")
        is_sent = st.form_submit_button("It is fixed", type="primary")
    if is_sent and is_complete(who):
        about = {"incident_id": incident.incident_id, "campaign_id": incident.campaign_id}
        decide(page, "fixed", who, **about, reason=reason or None)


@st.dialog("Add a note")
def note_dialog(page: Page, incident: Incident) -> None:
    """Asks for a note on the incident."""
    dialog_opens()
    with st.form("note", border=False):
        who = ask_who(page)
        text = _ask("Note", "Asked the platform team on Monday", most=500)
        is_sent = st.form_submit_button("Add it", type="primary")
    if is_sent and is_complete(who, text):
        decide(page, "note", who, incident_id=incident.incident_id, campaign_id=incident.campaign_id, reason=text)


@st.dialog("Mute")
def mute_dialog(page: Page, incident: Incident) -> None:
    """Asks who mutes the incident, why and until when."""
    dialog_opens()
    st.write(f"Stop hearing of {in_markdown(incident.campaign)} for a while. The mute is listed in every digest.")
    with st.form("mute", border=False):
        who = ask_who(page)
        until = st.date_input("Until", page.today + timedelta(days=7), min_value=page.today, format="YYYY-MM-DD")
        reason = ask_why("Being rebuilt, launch on Thursday")
        is_sent = st.form_submit_button("Mute", type="primary")
    if is_sent and is_complete(who, reason):
        last = until if isinstance(until, date) else page.today
        decide(page, "mute", who, incident_id=incident.incident_id, campaign_id=incident.campaign_id, reason=reason,
               until=last)  # fmt: skip


@st.dialog("This is intended")
def expected_dialog(page: Page, incident: Incident) -> None:
    """Asks who says that the break is intended, and why."""
    dialog_opens()
    st.write(
        f"Say that {in_markdown(incident.campaign)} is meant to do this. It no longer counts as broken, "
        "and the new level is learned as normal."
    )
    with st.form("expected", border=False):
        who = ask_who(page)
        reason = ask_why("We now send to paying customers only")
        is_sent = st.form_submit_button("It is intended", type="primary")
    if is_sent and is_complete(who, reason):
        decide(page, "expected", who, incident_id=incident.incident_id, campaign_id=incident.campaign_id, reason=reason)


@st.dialog("False alarm")
def false_alarm_dialog(page: Page, incident: Incident) -> None:
    """Asks who says that nothing is wrong, and what it is instead, if they know."""
    dialog_opens()
    st.write(
        f"Say that nothing is wrong with {in_markdown(incident.campaign)}. It no longer counts as broken, "
        "and what it does now is learned as normal."
    )
    with st.form("false_alarm", border=False):
        who = ask_who(page)
        reason = ask_why("A test project that sends nothing (you may leave this empty)")
        is_sent = st.form_submit_button("It is a false alarm", type="primary")
    if is_sent and is_complete(who):
        about = {"incident_id": incident.incident_id, "campaign_id": incident.campaign_id}
        decide(page, "false_alarm", who, **about, reason=reason or None)


def ask_who(page: Page) -> str:
    """Who acts: the signed-in address, or a name to be typed, which is kept for the session; nobody where only what
    another machine shares is shown."""
    if page.settings.database is not None:
        st.info(DECIDED_ELSEWHERE)
        return ""
    if asks_for_sign_in(page.settings.sign_in):
        return person(page.settings.sign_in)
    return (
        st.text_input("Your name", key="person", max_chars=80, placeholder="Ada", persist_state="session") or ""
    ).strip()


def ask_why(example: str) -> str:
    """The reason for what is said; empty until one is typed."""
    return _ask("Why?", example)


def _ask(label: str, example: str, most: int = 200) -> str:
    return (st.text_input(label, max_chars=most, placeholder=example) or "").strip()


def is_complete(*answers: str) -> bool:
    """Whether everything was filled in; says so where it was not."""
    if all(answers):
        return True
    st.error("Please fill in every field: the others see who said what, and why.")
    return False


def decide(page: Page, kind: DecisionKind, who: str, **about: Any) -> None:
    """Stores a decision and publishes it, then draws the page anew; says so where the database is busy."""

    def record(connection: Connection) -> None:
        said = record_decision(connection, page.name, kind, who, now(), **about)
        st.session_state[LAST_SAID] = (page.name, [said])

    _write(page, record)


def decide_each(page: Page, kind: DecisionKind, who: str, incidents: Sequence[Incident], **about: Any) -> None:
    """The same for several incidents at once: all of it is stored, or nothing."""
    ids = [one.incident_id for one in incidents]

    def record(connection: Connection) -> None:
        said = record_for_each(connection, page.name, kind, who, now(), ids, **about)
        st.session_state[LAST_SAID] = (page.name, said)

    _write(page, record)


def offer_last_undo(page: Page) -> None:
    """What this person said last, with a way to take it back, wherever they are; until it is undone or a new visit."""
    workspace, said = st.session_state.get(LAST_SAID, (None, ()))
    if workspace != page.name:
        return
    found = [one for one in answer(decisions_in_force, page.name) if one.decision_id in said]
    if not found:
        return
    of_all = f" (the same of {plural(len(found), 'incident')})" if len(found) > 1 else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="last-said"):
        quiet(f"You said: {in_markdown(said_line(found[0], page.today))}{of_all}.")
        if st.button("Undo what you said", key="undo-last"):
            undo(page, *(one.decision_id for one in found))


def undo(page: Page, *decision_ids: str) -> None:
    """Takes decisions back; that, too, is recorded."""
    who = st.session_state.get("person") or person(page.settings.sign_in)
    _write(page, lambda connection: undo_decisions(connection, page.name, decision_ids, who, now()))


def _write(page: Page, change: Any) -> None:
    if page.settings.database is not None:
        st.error(DECIDED_ELSEWHERE)
        return
    try:
        change_warehouse(warehouse(), change, wait_seconds=WAIT_SECONDS)
    except StorageError as failure:
        st.error(said_in_markdown(failure))
        return
    message_follows(warehouse(), page.settings, page.name, now())
    st.rerun()
