"""What a person can do about an incident: acknowledge, mute, mark as expected, and undo. Written at once, with who."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from campaign_health.dashboard.installation import now, warehouse
from campaign_health.dashboard.markup import in_markdown
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.reads.overview import Incident
from campaign_health.dashboard.sign_in import LOCAL_PERSON, person
from storage.decisions import DecisionKind, change_warehouse, record_decision
from storage.errors import StorageError

# Long enough for a collection to finish saving one source; the page says so meanwhile.
WAIT_SECONDS = 20.0


def offer_acts(page: Page, incident: Incident, key: str) -> None:
    """Draws the buttons for an open incident."""
    if incident.status != "open":
        return
    if not incident.acknowledged_by and st.button(
        "Acknowledge", key=f"ack-{key}-{incident.incident_id}", type="tertiary"
    ):
        acknowledge_dialog(page, incident)
    if not incident.is_muted(page.today) and st.button(
        "Mute", key=f"mute-{key}-{incident.incident_id}", type="tertiary"
    ):
        mute_dialog(page, incident)


def open_dialog_from_address(page: Page, incident: Incident) -> None:
    """Opens the dialog that a link of the digest asks for, once: the address is cleared of it."""
    act = st.query_params.get("act")
    if act is None or st.query_params.get("incident") not in (None, incident.incident_id):
        return
    del st.query_params["act"]
    if act == "acknowledge" and not incident.acknowledged_by:
        acknowledge_dialog(page, incident)
    elif act == "mute" and not incident.is_muted(page.today):
        mute_dialog(page, incident)


@st.dialog("Acknowledge")
def acknowledge_dialog(page: Page, incident: Incident) -> None:
    """Asks who takes the incident on."""
    st.write(f"Say that you are on it: {in_markdown(incident.campaign)}. The team sees your name beside the incident.")
    who = _who(page)
    if st.button("I am on it", type="primary", disabled=not who):
        _record(page, incident, "acknowledge", who, None, None)


@st.dialog("Mute")
def mute_dialog(page: Page, incident: Incident) -> None:
    """Asks who mutes the incident, why and until when."""
    st.write(f"Stop hearing of {in_markdown(incident.campaign)} for a while. The mute is listed in every digest.")
    who = _who(page)
    reason = st.text_input("Why?", max_chars=200, placeholder="Being rebuilt, launch on Thursday")
    until = st.date_input("Until", page.today + timedelta(days=7), min_value=page.today, format="YYYY-MM-DD")
    if st.button("Mute", type="primary", disabled=not (who and reason)):
        _record(page, incident, "mute", who, reason, until if isinstance(until, date) else None)


def _who(page: Page) -> str:
    signed_in = person(page.settings.sign_in)
    if page.settings.sign_in.enabled:
        return signed_in
    return st.text_input("Your name", key="person", max_chars=80, placeholder="Ada", persist_state="session") or (
        LOCAL_PERSON if st.session_state.get("person_optional") else ""
    )


def _record(
    page: Page, incident: Incident, kind: DecisionKind, who: str, reason: str | None, until: date | None
) -> None:
    try:
        change_warehouse(
            warehouse(),
            lambda connection: record_decision(
                connection,
                page.name,
                kind,
                who,
                now(),
                incident_id=incident.incident_id,
                campaign_id=incident.campaign_id,
                reason=reason,
                until=until,
            ),  # fmt: skip
            wait_seconds=WAIT_SECONDS,
        )
    except StorageError as failure:
        st.error(in_markdown(failure))
        return
    st.rerun()
