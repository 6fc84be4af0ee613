"""The checklist of the first run, on the overview until it is done."""

from __future__ import annotations

from html import escape

import streamlit as st

from campaign_health.dashboard.acts.acting import ask_who, decide, is_complete
from campaign_health.dashboard.look.markup import with_code
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.look.theme import MUTED, TEXT
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.page_watch import dialog_opens
from campaign_health.dashboard.published_cache import answer
from campaign_health.state.setup_checklist import GATE, PUT_AWAY, Checklist, checklist
from campaign_health.state.setup_reads import gate_file, read_setup

_SIGNS = {"done": ("✓", "Done"), "needed": ("✗", "Needed, and not done"), "left": ("○", "Not done")}


def page_checklist(page: Page) -> Checklist:
    """The checklist of the page's workspace as it stands now."""
    own = next((one for one in page.settings.workspaces if one.name == page.name), None)
    gate = gate_file(own.manifest_path) if own else None
    return checklist(own, answer(read_setup, page.name), gate, page.today)


def draw_checklist(page: Page, found: Checklist, *, folded: bool) -> None:
    """The points, done ones included, folded to one line where asked; none where another machine collects."""
    if page.settings.database is not None:  # what is set up is seen there
        return
    with st.expander(found.heading, expanded=not folded, icon=":material/checklist:", key="checklist"):
        st.html(_points_html(found))
        with st.container(horizontal=True, gap="xsmall", key="acts-checklist"):
            lacks_gate = any(one.name == "gate" for one in found.left)
            if lacks_gate and st.button("Our pipeline runs check", key="tick-gate", help="Tick the deploy gate off."):
                _tick_dialog(page)
            may_go = found.left and not found.lacks_needed and not found.is_put_away
            if may_go and st.button("Put this list away", key="put-away", help="It stays on the page Coverage."):
                _put_away_dialog(page)
        if found.is_put_away:
            quiet("It was put away from the overview.")


def _small_code(text: str) -> str:
    """A sentence as HTML whose commands are no larger than its words."""
    return with_code(text).replace("<code", '<code style="font-size:.9em"')


def _points_html(found: Checklist) -> str:
    """One line a point, what is done in grey; the signs are those of `doctor`."""
    lines = []
    for point in found.points:
        sign, meaning = _SIGNS["done" if point.is_done else "needed" if point.is_needed else "left"]
        colour = MUTED if point.is_done else TEXT
        lines.append(
            f'<li style="color:{colour};display:flex;gap:.5rem;padding:.1rem 0">'
            f'<span role="img" aria-label="{meaning}" title="{meaning}">{sign}</span>'
            f"<span><b>{escape(point.label)}:</b> {_small_code(point.rest)}</span></li>"
        )
    return (
        '<ul style="list-style:none;margin:0;padding:0;font-size:.9rem;line-height:1.45;overflow-wrap:anywhere">'
        f"{''.join(lines)}</ul>"
    )


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
