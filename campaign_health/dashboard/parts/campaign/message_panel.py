"""A campaign's messages, the properties they use and the state of each."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from campaign_health.dashboard.figures.sparkline import sparkline_url
from campaign_health.dashboard.look.data_table import draw_table
from campaign_health.dashboard.look.markup import in_markdown, shown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.parts.campaign.message_sends import (
    last_sent_text,
    message_rows,
    week_before_text,
    week_text,
)
from campaign_health.dashboard.parts.campaign.message_words import failure_text, problem_text, sending_text
from campaign_health.dashboard.parts.campaign.property_words import property_text
from campaign_health.state.campaign_view import CampaignView
from campaign_health.words.numbers import unbroken_share
from campaign_health.words.property_types import type_words


def draw_messages(page: Page, view: CampaignView) -> None:
    """Draws the messages, the event properties they need, and what Customer.io said of failed ones."""
    st.subheader("Messages and the properties they use", anchor=False)
    if view.messages.empty:
        quiet("The messages of this campaign have not been read.")
        return
    state = view.now.state
    rows = [
        {
            "Message": shown(row["name"] or "(no name)"),
            "Kind": shown(row["type"]),
            "Switched on": shown(sending_text(row["sending_state"], state)),
            "Sends, 28 days": sparkline_url(row["sends_28d"], page.palette.sends, page.palette.hatch)
            if row["sends_28d"]
            else None,
            "Sent in a week": week_text(row, page.today),
            "Week before": week_before_text(row),
            "Last sent": last_sent_text(row, page.today),
            "Problem": shown(problem_text(row, state, view.changes, view.open_incident) or "none known"),
            "Must have": ", ".join(shown(name) for name in row["required_variables"]) or "–",
            "May lack": ", ".join(shown(name) for name in row["optional_variables"]) or "–",
        }
        for row in message_rows(view.messages, view.days)
    ]
    draw_table(
        pd.DataFrame(rows), "The messages of this campaign", "messages",
        config={"Sends, 28 days": st.column_config.ImageColumn(width="small")},
    )  # fmt: skip
    if used := used_properties(view.messages, view.now.uses):
        draw_table(property_table(used, view.states, view.changes), "The event properties in use", "used-properties")
        quiet("A property is a field of the event. *Share*: how many of the events looked at last had it.")
    if said := failure_text(view.failures, view.days, view.open_incident, page.today):
        quiet(in_markdown(said))


def used_properties(messages: pd.DataFrame, uses: Sequence[str]) -> list[str]:
    """The properties of the event that the messages need or can use, and those the manifest adds, by name."""
    columns = ("required_variables", "optional_variables")
    variables = [str(name) for column in columns for found in messages[column] for name in found]
    return sorted({name.removeprefix("event.") for name in variables if name.startswith("event.")} | set(uses))


def property_table(used: Sequence[str], states: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Each property in use: its types and shares on the newest profiled day, and its newest change."""
    rows = []
    for name in used:
        # `event.plan.name` is a part of the property `plan`.
        root = name if name in set(states["property"]) else name.split(".")[0]
        found = states[states["property"] == root].to_dict("records")
        changed = changes[(changes["property"] == root) & (changes["kind"] != "appeared")].to_dict("records")
        kinds = ", ".join(f"{type_words(row['type'])} ({unbroken_share(row['share'])})" for row in found)
        state = "● as before" if kinds else "× not seen"
        if changed:
            state = f"▲ {shown(property_text(changed[0]))}"
        rows.append(
            {
                "Property": shown(name),
                "Type and share": kinds or "not seen",
                "State": state,
            }
        )
    return pd.DataFrame(rows)
