"""What is watched and how; campaigns whose event is unknown, events that no campaign uses, the five core events."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from campaign_health.dashboard.figures.sparkline import event_line
from campaign_health.dashboard.look.data_table import draw_table
from campaign_health.dashboard.look.markup import in_markdown, shown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.page import Page, draw
from campaign_health.dashboard.parts.beside_section import draw_newsletters, draw_triggered
from campaign_health.dashboard.parts.event_table import COUNTED
from campaign_health.dashboard.parts.event_use import IN_USE, usage, users
from campaign_health.dashboard.parts.overview.checklist_panel import draw_checklist, page_checklist
from campaign_health.dashboard.parts.real_time_section import draw_real_time
from campaign_health.dashboard.published_cache import answer
from campaign_health.manifest.core_events import CORE_EVENTS
from campaign_health.state.events_view import coverage_view
from campaign_health.words.event_service import event_service
from campaign_health.words.not_watched import NOT_WATCHED
from campaign_health.words.numbers import count, plural
from campaign_health.words.triggers import why_no_event

FROM_WORDS = {"trigger": "its trigger in Customer.io", "manifest": "the manifest", "decision": "a decision here",
              "none": "–"}  # fmt: skip


def coverage(page: Page) -> None:
    """Draws what is watched and how, and the lists of what is not."""
    st.title("Coverage", anchor=False)
    quiet(f"A campaign can only be watched against its event where that event is known. {NOT_WATCHED}")
    st.write(in_markdown(f"{page.overview.coverage}{_idle(page)}"))
    view = answer(coverage_view, page.name)
    _core(view.mappings, view.events)
    _unknown(view.mappings)
    draw_real_time(page)
    draw_triggered(page)
    draw_newsletters(page)
    _unused(page, view.events)
    setup = page_checklist(page)
    if setup.left and not setup.is_shown:
        draw_checklist(page, setup, folded=True)


def _idle(page: Page) -> str:
    """Of how many campaigns the sentence before says nothing, so that all of them are told."""
    idle = sum(one.status == "not_running" for one in page.workspace.campaigns)
    if not idle:
        return ""
    all_of_them = plural(len(page.workspace.campaigns), "campaign")
    return f" {count(idle)} of {all_of_them} {'is' if idle == 1 else 'are'} not running."


def _core(mappings: pd.DataFrame, events: pd.DataFrame) -> None:
    seen = set(events["event"])
    rows = []
    for core in CORE_EVENTS:
        used = mappings[mappings["event"] == core.event]
        rows.append({"Event": core.event, "State": usage(core.event in seen, used), "Campaigns": users(used) or "–",
                     "Campaign it is good for": core.campaign, "Send within": core.timing})  # fmt: skip
    all_used = ": all are in use" if all(row["State"] == IN_USE for row in rows) else ""
    st.subheader(f"The five events worth automating first{all_used}", anchor=False)
    draw_table(
        pd.DataFrame(rows), "The five core events and which campaigns use them", "core",
        config={"Campaigns": st.column_config.TextColumn(width="large", help="With how each is doing now.")},
    )  # fmt: skip


def _unknown(mappings: pd.DataFrame) -> None:
    st.subheader("Campaigns that cannot be watched against an event", anchor=False)
    lacking = mappings[mappings["event"].isna() | ~mappings["event_seen"]]
    if lacking.empty:
        st.success(
            f"Every campaign is watched against an event that {event_service()} has seen.", icon=":material/check:"
        )
        return
    rows = pd.DataFrame(
        {
            "Campaign": [shown(name) for name in lacking["name"]],
            "State": lacking["state"],
            "Trigger": lacking["trigger_kind"],
            "Event": [shown(event) if isinstance(event, str) else "–" for event in lacking["event"]],
            "Why not": [
                f"{event_service()} has never seen this event" if isinstance(event, str) else why_no_event(str(kind))
                for event, kind in zip(lacking["event"], lacking["trigger_kind"], strict=True)
            ],
            "Mapping from": [FROM_WORDS.get(str(source), str(source)) for source in lacking["event_from"]],
        }
    )
    draw_table(rows, "Campaigns without a known event", "unknown")


def _unused(page: Page, events: pd.DataFrame) -> None:
    st.subheader("Busy events that no campaign uses", anchor=False)
    unused = events[[len(names) == 0 for names in events["campaigns"]]].head(50)
    rows = pd.DataFrame(
        {"Event": [shown(name) for name in unused["event"]], "Count, 28 days": unused["events_28d"],
         "Last 28 days": [event_line(line, page.palette) for line in unused["line"]]}
    )  # fmt: skip
    draw_table(rows, "Events without a campaign", "unused", config=COUNTED)


draw(coverage)
