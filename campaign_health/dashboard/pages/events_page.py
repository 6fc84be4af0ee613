"""All events: which vanished, which are new, which took another's place, and who hangs on them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from campaign_health.dashboard.acts.rename_acts import offer_rename_acts, offer_undo
from campaign_health.dashboard.figures.hand_over import hand_over_figure, hand_over_table, hand_over_text
from campaign_health.dashboard.look.data_table import draw_table
from campaign_health.dashboard.look.markup import in_markdown, shown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.page import Page, draw
from campaign_health.dashboard.parts.chart import draw_chart
from campaign_health.dashboard.parts.download import offer_csv
from campaign_health.dashboard.parts.event_table import (
    COUNTED,
    LIVES,
    blocked_lines,
    for_people,
    lives,
    newsworthy_first,
)
from campaign_health.dashboard.published_cache import answer
from campaign_health.state.events_view import RENAMES_SHOWN, EventsView, events_view
from campaign_health.words.dates import day_text
from campaign_health.words.event_service import event_service, of_service
from campaign_health.words.numbers import plural, unbroken_share
from campaign_health.words.property_types import type_words


def events(page: Page) -> None:
    """Draws the suspected renames, the changed properties, and the table of all events."""
    st.title("Events", anchor=False)
    quiet(
        f"An event is something that people do in your product, under the name that {event_service()} has for it. "
        "A renamed event shows here twice: once vanished, once new."
    )
    view = answer(events_view, page.name, page.today)
    if view.events.empty:
        st.info(f"No event has been seen yet. They appear after the first collection from {event_service()}.")
        return
    for line in blocked_lines(view.events):
        st.warning(line, icon=":material/block:")
    _renames(page, view)
    _properties(view.property_changes)
    _table(page, view.events)


def _renames(page: Page, view: EventsView) -> None:
    suspects = view.suspects
    st.subheader("Suspected renames", anchor=False)
    if suspects.empty:
        quiet("No event seems to have taken another's place.")
    for index, row in enumerate(suspects.head(RENAMES_SHOWN).to_dict("records")):
        old, new = str(row["old_event"]), str(row["new_event"])
        with st.container(border=True, key=f"rename-{index}"):
            took = "gradually took" if row["gradual"] else "took"
            st.markdown(
                f"**{in_markdown(new)}** {took} the place of **{in_markdown(old)}** on "
                f"{day_text(pd.Timestamp(row['first_day']).date(), page.today)}"
            )
            shared = row["shared_properties"]
            quiet(
                f"Names alike: {unbroken_share(row['name_likeness'])} · volume the new one took over: "
                f"{unbroken_share(row['volume_handed_over'])} · properties they share: "
                f"{'not known' if pd.isna(shared) else unbroken_share(shared)}"
            )
            before, after = view.days[old], view.days[new]
            draw_chart(
                hand_over_figure(before, after, (old, new), page.palette),
                hand_over_text(before, after, (old, new)),
                hand_over_table(before, after, (old, new)),
                key=f"hand-over-{index}",
            )
            offer_rename_acts(page, row)
    offer_undo(page, suspects, view.decisions)


def _properties(changes: pd.DataFrame) -> None:
    st.subheader("Changed properties", anchor=False)
    if changes.empty:
        quiet("No property of the events that campaigns depend on has changed.")
        return
    words = {"type_changed": "Changed type", "missing": "Missing or renamed", "appeared": "Appeared"}
    table = pd.DataFrame(
        {
            "Property": [shown(name) for name in changes["property"]],
            "Event": [shown(name) for name in changes["event"]],
            "Changed by": pd.to_datetime(changes["day"]).dt.date,
            "Seen unchanged on": _days(changes.get("last_day_before"), len(changes)),
            "What": [words.get(str(kind), str(kind)) for kind in changes["kind"]],
            "Before": [type_words(kind) if isinstance(kind, str) else "–" for kind in changes["before"]],
            "After": [type_words(kind) if isinstance(kind, str) else "–" for kind in changes["after"]],
            "Events that had it": _shares(changes["share_before"]),
            "Events that have it": _shares(changes["share_after"]),
            "Perhaps now": changes["new_property"].fillna("–"),
        }
    )
    draw_table(table, "Changed properties", "properties")


def _days(column: pd.Series | None, rows: int) -> list[object]:
    """Days, None where none is known."""
    return [None] * rows if column is None else [None if pd.isna(day) else pd.Timestamp(day).date() for day in column]


def _shares(column: pd.Series) -> list[str]:
    return ["–" if pd.isna(share) else unbroken_share(share) for share in column]


def _table(page: Page, found: pd.DataFrame) -> None:
    st.subheader("All events", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input("Search", key="q", bind="query-params", icon=":material/search:", placeholder="Event")
        life = st.multiselect(
            "State", LIVES, key="life", bind="query-params", placeholder="Any", format_func=of_service
        )
    exact = st.query_params.get("event")
    keep = pd.Series(True, index=found.index)
    if exact:
        keep &= found["event"] == exact
    for word in (words or "").lower().split():
        keep &= found["event"].str.lower().str.contains(word, regex=False)
    if life:
        keep &= lives(found).isin(life)
    part = newsworthy_first(found[keep])
    quiet(f"{len(part):,} of {plural(len(found), 'event')}")
    if exact and st.button("Show all events", icon=":material/close:"):
        del st.query_params["event"]
        st.rerun()
    table = for_people(part, page.palette)
    draw_table(table, "All events", "events", config=COUNTED)
    rows = part.drop(columns=["line"]).assign(
        campaigns=[", ".join(names) for names in part["campaigns"]], life=lives(part)
    )
    offer_csv(rows, "events.csv")


draw(events)
