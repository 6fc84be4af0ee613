"""All workspaces on one page, one line each, worst first; a line leads to the workspace's own overview."""

from __future__ import annotations

from html import escape

import streamlit as st

from campaign_health.dashboard.installation import now
from campaign_health.dashboard.look.markup import in_markdown, safe, said_in_markdown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.look.theme import MUTED, TEXT, tone
from campaign_health.dashboard.parts.overview.headline import draw_headline
from campaign_health.dashboard.parts.overview.key_figure_strip import NAMES, figure_values
from campaign_health.dashboard.published_cache import answer
from campaign_health.state.all_workspaces import WorkspaceLine, overview_across, workspace_lines
from campaign_health.state.key_figures import Figure
from campaign_health.state.overview import Overview
from campaign_health.state.workspace_state import WorkspaceState, read_workspace
from campaign_health.words.costs import unpriced_text
from campaign_health.words.numbers import count
from storage.errors import ExpectedFailure

FIGURES: tuple[Figure, ...] = ("broken", "risk", "missed", "unchecked")


def draw_workspaces(names: list[str]) -> Overview:
    """Draws the state of all of them in one sentence and a line for each, and gives back what that is drawn from."""
    moment = now()
    found = {name: _read(name) for name in names}
    overview = overview_across(found, moment)
    lines = workspace_lines(found, moment)
    draw_headline(overview)
    for line in lines:
        if line.failure is not None:
            cure = f" {said_in_markdown(line.failure.cure)}" if line.failure.cure else ""
            st.warning(
                f"**{in_markdown(line.name)} could not be read** and is in none of these numbers. "
                f"{said_in_markdown(line.failure.message)}{cure}",
                icon=":material/cloud_off:",
            )
    with st.container(key="workspaces"):
        for place, line in enumerate(lines):
            with st.container(border=True, key=f"workspace-line-{place}"):
                st.html(line_html(line))
                if not _is_empty(line):
                    st.button(f"Open {in_markdown(line.name)}", key=f"open-workspace-{place}", on_click=_open,
                              args=(line.name,))  # fmt: skip
    quiet("Worst first: what is broken, then what could not be told, then what is well.")
    return overview


def line_html(line: WorkspaceLine) -> str:
    """A workspace's name and figures, those of its own overview, as HTML; everything from outside is escaped."""
    name = f'<h2 style="margin:0;padding:0;font-size:1.05rem;overflow-wrap:anywhere">{safe(line.name)}</h2>'
    figures, overview = line.figures, line.overview
    if figures is None or overview is None:
        return _row(name, [("", "<strong>could not be read</strong>")])
    if _is_empty(line):
        return _row(name, [("", "<strong>nothing collected yet</strong>")])
    values = figure_values(figures, overview.fresh)
    parts = [(NAMES[figure], f"<strong>{escape(values[figure])}</strong>") for figure in FIGURES]
    if figures.broken:
        text, background = tone("silent")
        parts[0] = (
            NAMES["broken"],
            f'<strong style="color:{text};background:{background};border-radius:1rem;padding:0 .6rem">'
            f"{escape(values['broken'])}</strong>",
        )
    notes = [*overview.stale]
    if line.events_from is not None:
        notes.insert(0, f"Events from {line.events_from}.")
    if figures.risk.unpriced:
        notes.append(f"{unpriced_text(figures.risk.unpriced).capitalize()}.")
    if figures.unchecked:
        notes.append(f"{count(figures.unchecked)} could not be checked.")
    return _row(name, parts, " ".join(notes))


def _is_empty(line: WorkspaceLine) -> bool:
    """Whether nothing was collected of it yet, so that there is nothing to open."""
    return line.overview is not None and not line.overview.campaigns and not line.overview.sources


def _row(name: str, parts: list[tuple[str, str]], note: str = "") -> str:
    cells = "".join(
        f'<p style="margin:0"><span style="color:{MUTED};font-size:.8rem;display:block">{escape(label)}</span>'
        f"{value}</p>"
        for label, value in parts
    )
    small = f'<p style="margin:.2rem 0 0;color:{MUTED};font-size:.84rem">{escape(note)}</p>' if note else ""
    return f'<div class="workspace" style="color:{TEXT}"><div class="cells">{name}{cells}</div>{small}</div>'


def _read(name: str) -> WorkspaceState | ExpectedFailure:
    try:
        return answer(read_workspace, name)
    except ExpectedFailure as failure:
        return failure


def _open(name: str) -> None:
    st.session_state["workspace"] = name
