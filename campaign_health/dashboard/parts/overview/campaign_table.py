"""Campaigns in a table, with small charts and as CSV."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from campaign_health.dashboard.figures.small_chart import lines_of, small_chart
from campaign_health.dashboard.look.day_columns import FORMAT
from campaign_health.dashboard.look.markup import shown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.look.theme import Palette
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.page_files import page_file
from campaign_health.dashboard.parts.download import offer_csv
from campaign_health.words.status_words import legend, shape_and_label, status_label

CHART = "Events and sends, 28 days"


def campaign_table(page: Page, chosen: pd.DataFrame) -> None:
    """Draws the table; choosing a row opens its campaign."""
    table = _for_people(chosen, page.palette)
    picked = st.dataframe(
        table,
        hide_index=True,
        placeholder="–",
        on_select="rerun",
        selection_mode="single-row",
        key=f"campaigns-{page.name}",
        height=min(560, 38 + 35 * max(1, len(table))),
        alt="All campaigns with their status, newest numbers, last good day and the last 28 days as sparklines",
        column_config={
            "Status": st.column_config.TextColumn(width="medium", help="What the newest judged day says."),
            "Handling": st.column_config.TextColumn(width=_width(table["Handling"])),
            CHART: st.column_config.ImageColumn(
                width=220,
                help="Events dotted, sends solid, on one scale unless events are many times more; the band is what a "
                "healthy campaign would have sent. A grey bar is a day not collected, red days are an open incident.",
            ),
            "Last good day": st.column_config.DateColumn(format=FORMAT),
            "Newest events": st.column_config.NumberColumn(format="localized"),
            "Newest sends": st.column_config.NumberColumn(format="localized"),
        },
    )
    rows = picked.selection.rows if picked else []
    if rows and rows[0] < len(chosen):
        campaign_id = int(chosen.iloc[rows[0]]["campaign_id"])
        st.switch_page(
            page_file("campaign"),
            query_params={"campaign": str(campaign_id), "workspace": page.name},
        )
    offer_csv(csv_rows(chosen), f"campaigns-{page.today}.csv")
    quiet(legend(set(chosen["status"])))


def _width(words: pd.Series) -> int:
    """As wide as the longest of them, in pixels, up to that of a day: the lines beside it have to stay in sight."""
    longest = max(words.map(len), default=0)
    return min(152, 84 + 6 * max(0, longest - 10))


def csv_rows(campaigns: pd.DataFrame) -> pd.DataFrame:
    """The rows as they are downloaded: the published numbers, statuses in words, days as ISO 8601."""
    columns = ["campaign_id", "campaign", "status", "handling", "event", "owner", "state", "day", "events", "sent",
               "expected_low", "expected_high", "last_good_day"]  # fmt: skip
    rows = campaigns[columns].copy()
    rows["status"] = rows["status"].map(status_label)
    rows["handling"] = rows["handling"].fillna("")
    # Rounded outwards, as everywhere; a whole number that is not known stays empty.
    rows["expected_low"] = np.floor(rows["expected_low"].astype(float) + 1e-9).astype("Int64")
    rows["expected_high"] = np.ceil(rows["expected_high"].astype(float) - 1e-9).astype("Int64")
    rows["tags"] = [", ".join(tags) for tags in campaigns["tags"]]
    for column in ("day", "last_good_day"):
        rows[column] = pd.to_datetime(rows[column]).dt.strftime("%Y-%m-%d")
    return rows


def _for_people(campaigns: pd.DataFrame, colours: Palette) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Status": [shape_and_label(status) for status in campaigns["status"]],
            "Campaign": [shown(name) for name in campaigns["campaign"]],
            "Handling": [shown(said) if isinstance(said, str) and said else "–" for said in campaigns["handling"]],
            "Trigger event": [shown(event) if isinstance(event, str) else "–" for event in campaigns["event"]],
            "Newest events": campaigns["events"],
            "Newest sends": campaigns["sent"],
            CHART: [
                small_chart(lines, colours) if (lines := lines_of(row)) is not None else None
                for row in campaigns.itertuples()
            ],
            "Last good day": pd.to_datetime(campaigns["last_good_day"]).dt.date,
            "Owner": [shown(owner) if isinstance(owner, str) else "–" for owner in campaigns["owner"]],
        }
    )
