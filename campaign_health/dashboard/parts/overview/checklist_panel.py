"""The checklist of the first run, on the overview until it is done."""

from __future__ import annotations

import streamlit as st

from campaign_health.dashboard.acts.acting import ask_who, decide, is_complete
from campaign_health.dashboard.look.markup import said_in_markdown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.page_watch import dialog_opens
from campaign_health.dashboard.published_cache import answer
from campaign_health.state.setup_checklist import GATE, PUT_AWAY, Checklist, checklist
from campaign_health.state.setup_reads import gate_file, read_setup

_DONE, _NEEDED, _LEFT = ":material/check_circle:", ":material/error:", ":material/radio_button_unchecked:"


def page_checklist(page: Page) -> Checklist:
    """The checklist of the page's workspace as it stands now."""
    own = next((one for one in page.settings.workspaces if one.name == page.name), None)
    gate = gate_file(own.manifest_path) if own else None
    return checklist(own, answer(read_setup, page.name), gate, page.today)


def draw_checklist(page: Page, found: Checklist, *, folded: bool) -> None:
    """The points, done ones included, folded to one line where asked."""
    with st.expander(found.heading, expanded=not folded, icon=":material/checklist:", key="checklist"):
        for point in found.points:
            sign = _DONE if point.is_done else _NEEDED if point.is_needed else _LEFT
            st.markdown(f"{sign} {said_in_markdown(point.said)}")
        with st.container(horizontal=True, gap="xsmall", key="acts-checklist"):
            lacks_gate = any(one.name == "gate" for one in found.left)
            if lacks_gate and st.button("Our pipeline runs check", key="tick-gate", help="Tick the deploy gate off."):
                _tick_dialog(page)
            may_go = found.left and not found.lacks_needed and not found.is_put_away
            if may_go and st.button("Put this list away", key="put-away", help="It stays on the page Coverage."):
                _put_away_dialog(page)
        if found.is_put_away:
            quiet("It was put away from the overview.")


@st.dialog("The deploy gate")
def _tick_dialog(page: Page) -> None:
    dialog_opens()
    st.write("Say that `campaign-health check` runs in your pipeline, where this installation cannot see it.")
    _ask(page, GATE, "It runs there")


@st.dialog("Put the checklist away")
def _put_away_dialog(page: Page) -> None:
    dialog_opens()
    st.write("It goes from everybody's overview, and stays on the page Coverage and in `campaign-health doctor`.")
    _ask(page, PUT_AWAY, "Put it away")


def _ask(page: Page, about: str, label: str) -> None:
    with st.form(f"checklist-{about}", border=False):
        who = ask_who(page)
        is_sent = st.form_submit_button(label, type="primary")
    if is_sent and is_complete(who):
        decide(page, "checklist", who, about=about)
