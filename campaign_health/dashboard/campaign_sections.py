"""The parts of the campaign page, from top to bottom."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from campaign_health.dashboard.csv_export import as_csv
from campaign_health.dashboard.evidence import evidence_html, hand_over_events
from campaign_health.dashboard.figures.chain import chain_figure, chain_steps, chain_text
from campaign_health.dashboard.figures.hand_over import hand_over_figure
from campaign_health.dashboard.figures.timeline import Mark, Shade, ratio_timeline, timeline, timeline_text
from campaign_health.dashboard.markup import in_markdown, shown
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.published import answer
from campaign_health.dashboard.quiet import quiet
from campaign_health.dashboard.reads.campaign import (
    CampaignNow,
    campaign_messages,
    event_days,
    failure_messages,
    property_states,
)
from campaign_health.dashboard.reads.events import rename_suspects
from campaign_health.dashboard.reads.overview import Incident
from campaign_health.dashboard.rename_acts import offer_rename_acts
from campaign_health.detection.formats import day_text
from campaign_health.detection.words import STATUS_WORDS, cause_label, status_label

CHART = {"displayModeBar": False, "scrollZoom": False}
SPANS = {"4 weeks": 28, "3 months": 92, "Everything": 100_000}


def timeline_panel(
    page: Page, now: CampaignNow, days: pd.DataFrame, shades: Sequence[Shade], marks: Sequence[Mark]
) -> None:
    """Event count and sends on one axis, with the choice of span and of the ratio."""
    st.subheader("Events and sends", anchor=False)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        span = st.segmented_control(
            "Span", list(SPANS), default="3 months", key="span", bind="query-params", required=True
        )
        as_ratio = st.toggle("Sends for 100 events", key="ratio", bind="query-params", disabled=now.event is None)
    part = days.tail(SPANS[str(span)])
    if part.empty:
        st.info("No day has been collected yet.")
        return
    first = pd.Timestamp(part["day"].iloc[0]).date()
    near = [shade for shade in shades if shade.last >= first]
    text = timeline_text(part, near)
    if as_ratio and now.event is not None:
        figure = ratio_timeline(part, near, page.palette)
    else:
        figure = timeline(part, near, [m for m in marks if m.day >= first], page.palette, event=now.event)
    st.plotly_chart(figure, theme=None, config=CHART, key="timeline", alt=text)
    quiet(in_markdown(text))
    for mark in [m for m in marks if m.day >= first]:
        quiet(f"▲ {day_text(mark.day, page.today)}: {in_markdown(mark.text)}")


def chain_panel(page: Page, days: pd.DataFrame) -> None:
    """The chain on a day, from the event to the conversion."""
    known = days[days["sent"].notna()]
    if known.empty:
        return
    st.subheader("The chain, day by day", anchor=False)
    choices = [pd.Timestamp(day).date() for day in known["day"].iloc[::-1]]
    day = st.selectbox(
        "Day", choices, key="day", bind="query-params", format_func=lambda one: day_text(one, page.today), width=220
    )
    row = known[known["day"] == pd.Timestamp(day)].iloc[-1]
    steps = chain_steps(row, row["stage"] if isinstance(row["stage"], str) else None)
    st.plotly_chart(chain_figure(steps, page.palette), theme=None, config=CHART, key="chain", alt=chain_text(steps))
    note = (
        " Delivered, opened, clicked and converted still grow for this day."
        if row["engagement_state"] == "provisional"
        else ""
    )
    quiet(in_markdown(chain_text(steps)) + note)


def cause_panel(page: Page, incident: Incident) -> None:
    """Every cause that was found, with the evidence that a person can check."""
    st.subheader("Why", anchor=False)
    for index, cause in enumerate(incident.causes):
        title = f"{'Most likely: ' if index == 0 else 'Also possible: '}{cause_label(str(cause.get('cause')))}"
        with st.expander(in_markdown(title), expanded=index == 0):
            st.html(evidence_html(cause, page.palette))
            if pair := hand_over_events(cause):
                old, new = (answer(event_days, page.name, event) for event in pair)
                alt = f"Daily counts of {shown(pair[0])} and {shown(pair[1])}"
                figure = hand_over_figure(old, new, pair, page.palette)
                st.plotly_chart(figure, theme=None, config=CHART, key=f"hand-over-{index}", alt=alt)
                suspects = answer(rename_suspects, page.name)
                for row in suspects.to_dict("records"):
                    if (row["old_event"], row["new_event"]) == pair:
                        offer_rename_acts(page, row)


def messages_panel(page: Page, now: CampaignNow) -> None:
    """The campaign's messages, the properties they use and the state of each."""
    messages = answer(campaign_messages, page.name, now.campaign_id)
    st.subheader("Messages and the properties they use", anchor=False)
    if messages.empty:
        quiet("The messages of this campaign have not been read.")
        return
    states = answer(property_states, page.name, now.event) if now.event else pd.DataFrame(columns=["property"])
    rows = [
        {
            "Message": shown(row["name"] or "(no name)"),
            "Kind": row["type"],
            "Sends": _sending(row["sending_state"]),
            "Uses": ", ".join(shown(name) for name in row["required_variables"]) or "–",
            "Can do without": ", ".join(shown(name) for name in row["optional_variables"]) or "–",
            "Problem": shown(row["problem"]) if isinstance(row["problem"], str) else "–",
        }
        for row in messages.to_dict("records")
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="The messages of this campaign")
    used = sorted({str(v).removeprefix("event.") for found in messages["required_variables"] for v in found
                   if str(v).startswith("event.")} | set(now.uses))  # fmt: skip
    if used:
        st.dataframe(_used_properties(used, states), hide_index=True, alt="The event properties in use")
    for text in answer(failure_messages, page.name, now.campaign_id)[:5]:
        quiet(f"Customer.io says of failed messages: {in_markdown(text)}")


def history_panel(page: Page, incidents: Sequence[Incident]) -> None:
    """Every incident the campaign ever had."""
    st.subheader("Incident history", anchor=False)
    if not incidents:
        quiet("This campaign has had no incident.")
        return
    rows = [
        {
            "Began": one.opened_on,
            "Ended": one.recovered_on,
            "State": {"open": "Open", "recovered": "Recovered", "withdrawn": "Withdrawn"}.get(one.status, one.status),
            "What": status_label(one.kind),
            "Probable cause": cause_label(one.cause),
            "Missed sends": None if one.missed_sends is None else round(one.missed_sends),
        }
        for one in incidents
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Incidents of this campaign")


def numbers_panel(page: Page, now: CampaignNow, days: pd.DataFrame) -> None:
    """All numbers as a table and as CSV."""
    st.subheader("All numbers", anchor=False)
    with st.expander("Show the table"):
        st.dataframe(days.iloc[::-1], hide_index=True, alt="All numbers of this campaign by day")
    rows = days.assign(day=pd.to_datetime(days["day"]).dt.strftime("%Y-%m-%d"))
    st.download_button(
        "Download as CSV", as_csv(rows), file_name=f"campaign-{now.campaign_id}.csv", mime="text/csv",
        icon=":material/download:",
    )  # fmt: skip
    quiet(" · ".join(f"{words.shape} {words.label}: {words.meaning}" for words in STATUS_WORDS.values()))


def _sending(state: object) -> str:
    words = {"automatic": "● yes", "draft": "‖ no, queues drafts only", "off": "◻ no, switched off"}
    return words.get(str(state), "not known" if state is None else str(state))


def _used_properties(used: Sequence[str], states: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for name in used:
        found = states[states["property"] == name]
        kinds = ", ".join(f"{row['type']} on {row['share']:.0%}" for row in found.to_dict("records"))
        rows.append({"Property": shown(name), "On the newest profiled day": kinds or "not seen"})
    return pd.DataFrame(rows)
