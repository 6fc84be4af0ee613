"""What a person can say of a suspected rename: yes, no, and undo."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from campaign_health.dashboard.acts.acting import ask_who, decide, is_complete, undo
from campaign_health.dashboard.acts.manifest_patch import offer_patch
from campaign_health.dashboard.look.markup import in_markdown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.page_watch import dialog_opens
from storage.read.decisions_made import Decision


def offer_rename_acts(page: Page, suspect: Mapping[Hashable, Any]) -> None:
    """Buttons to confirm or refuse a suspected rename (a row of `rename_suspects`), or to undo that."""
    old, new = str(suspect["old_event"]), str(suspect["new_event"])
    key = f"{old}\n{new}"
    if isinstance(suspect["decision"], str):
        said = "confirmed" if suspect["decision"] == "confirm_rename" else "refused"
        with st.container(horizontal=True, vertical_alignment="center"):
            quiet(f"{in_markdown(suspect['decided_by'])} has {said} this.")
            if st.button("Undo", key=f"undo-{key}"):
                undo(page, str(suspect["decision_id"]))
        if suspect["decision"] == "confirm_rename":
            offer_patch(page, suspect)
        return
    with st.container(horizontal=True):
        if st.button("Yes, it was renamed", key=f"yes-{key}"):
            _confirm(page, old, new)
        if st.button("No, these are two things", key=f"no-{key}"):
            _refuse(page, old, new)


def offer_undo(page: Page, suspects: pd.DataFrame, decisions: Sequence[Decision]) -> None:
    """What was said of renames that are no longer suspected, each with a way to take it back."""
    listed = set(zip(suspects["old_event"], suspects["new_event"], strict=True))
    for one in decisions:
        if one.kind not in ("confirm_rename", "refuse_rename") or (one.event, one.new_event) in listed:
            continue
        is_now = "is now" if one.kind == "confirm_rename" else "is not"
        with st.container(horizontal=True, vertical_alignment="center"):
            said = f"{one.decided_by} has said that {one.event} {is_now} {one.new_event}."
            st.markdown(f":material/person: {in_markdown(said)}")
            if st.button("Undo", key=f"undo-{one.decision_id}"):
                undo(page, one.decision_id)


@st.dialog("Confirm the rename")
def _confirm(page: Page, old: str, new: str) -> None:
    dialog_opens()
    st.write(
        f"{in_markdown(old)} is now called {in_markdown(new)}. The incident stays, and is told every day, until the "
        "campaign sends again: somebody must still change the trigger in Customer.io."
    )
    with st.form("confirm", border=False):
        who = ask_who(page)
        is_sent = st.form_submit_button("Confirm", type="primary")
    if is_sent and is_complete(who):
        decide(page, "confirm_rename", who, event=old, new_event=new)


@st.dialog("Refuse the rename")
def _refuse(page: Page, old: str, new: str) -> None:
    dialog_opens()
    st.write(
        f"{in_markdown(old)} and {in_markdown(new)} have nothing to do with each other. They are not paired again."
    )
    with st.form("refuse", border=False):
        who = ask_who(page)
        is_sent = st.form_submit_button("Refuse", type="primary")
    if is_sent and is_complete(who):
        decide(page, "refuse_rename", who, event=old, new_event=new)
