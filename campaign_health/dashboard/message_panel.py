"""A campaign's messages, the properties they use and the state of each."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from campaign_health.dashboard.campaign_marks import property_text
from campaign_health.dashboard.markup import in_markdown, shown
from campaign_health.dashboard.quiet import quiet
from campaign_health.dashboard.reads.campaign_view import CampaignView

SENDING = {"automatic": "● yes", "draft": "‖ no, queues drafts only", "off": "◻ no, switched off"}
FAILURES_SHOWN = 5


def draw_messages(view: CampaignView) -> None:
    """Draws the messages, the event properties they need, and what Customer.io said of failed ones."""
    st.subheader("Messages and the properties they use", anchor=False)
    if view.messages.empty:
        quiet("The messages of this campaign have not been read.")
        return
    rows = [
        {
            "Message": shown(row["name"] or "(no name)"),
            "Kind": shown(row["type"]),
            "Sends": _sending(row["sending_state"]),
            "Needs": ", ".join(shown(name) for name in row["required_variables"]) or "–",
            "Can do without": ", ".join(shown(name) for name in row["optional_variables"]) or "–",
            "Problem": shown(row["problem"]) if isinstance(row["problem"], str) else "–",
        }
        for row in view.messages.to_dict("records")
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="The messages of this campaign")
    if used := used_properties(view.messages, view.now.uses):
        st.dataframe(
            property_table(used, view.states, view.changes), hide_index=True, alt="The event properties in use"
        )
        quiet("A property is a field of the event. *Share*: on how many of the newest profiled day's events it stood.")
    for text in view.failures[:FAILURES_SHOWN]:
        quiet(f"Customer.io says of failed messages: {in_markdown(text)}")


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
        kinds = ", ".join(f"{row['type']} ({row['share']:.0%})" for row in found)
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


def _sending(state: object) -> str:
    return SENDING.get(str(state), shown(state) if isinstance(state, str) else "not known")
