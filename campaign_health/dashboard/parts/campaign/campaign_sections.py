"""The end of the campaign page: every incident that there was, and all numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from campaign_health.dashboard.look.data_table import draw_table
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.parts.download import offer_csv
from campaign_health.state.campaign_view import CampaignNow
from campaign_health.state.handling import handling
from campaign_health.state.incident import Incident
from campaign_health.words.currency import sign_before
from campaign_health.words.ended import INCIDENT_STATES
from campaign_health.words.numbers import in_round_figures
from campaign_health.words.status_words import cause_label, legend, status_label


def draw_history(incidents: Sequence[Incident], today: date) -> None:
    """Every incident the campaign ever had."""
    st.subheader("Incident history", anchor=False)
    quiet("An incident is a run of bad days. It opens and closes by itself; back within a week, it is the same one.")
    if not incidents:
        quiet("This campaign has had none.")
        return
    at_risk = f"At risk, {sign_before(incidents[0].currency).strip()}"
    rows = [
        {
            "Began": one.opened_on,
            "Ended": one.recovered_on,
            "State": ", ".join(
                text for text in (INCIDENT_STATES.get(one.status, one.status), handling(one, today)) if text
            ),
            "How it ended": one.end_text(today) or None,
            "What": f"{status_label(one.kind)}, {one.campaign}" if one.is_of_source else status_label(one.kind),
            "Probable cause": cause_label(one.cause),
            # Nobody missed none.
            "Missed sends": round(one.missed_sends or 0) or None,
            at_risk: in_round_figures(one.revenue_at_risk or 0) or None,
        }
        for one in incidents
    ]
    table = pd.DataFrame(rows)
    draw_table(
        table, "Incidents of this campaign", "history",
        config={at_risk: st.column_config.NumberColumn(format="%,d")},
    )  # fmt: skip


def draw_numbers(now: CampaignNow, days: pd.DataFrame) -> None:
    """All numbers as CSV, with each day's verdict as it is known now, and what those mean."""
    whole = {name: pd.to_numeric(days[name]).round(1) for name in ("expected", "expected_low", "expected_high")}
    rows = days.assign(day=pd.to_datetime(days["day"]).dt.strftime("%Y-%m-%d"), **whole)
    offer_csv(rows, f"campaign-{now.campaign_id}.csv", "Download all days as CSV")
    quiet(legend(set(days["status"].dropna())))
