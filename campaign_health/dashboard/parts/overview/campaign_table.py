"""Campaigns in a table, with small charts and as CSV."""

from __future__ import annotations

from urllib.parse import urlencode

import numpy as np
import pandas as pd
import streamlit as st

from campaign_health.dashboard.figures.small_chart import lines_of, small_chart
from campaign_health.dashboard.look.data_table import draw_table
from campaign_health.dashboard.look.markup import shown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.look.theme import Palette
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.page_files import page_file
from campaign_health.dashboard.parts.download import offer_csv
from campaign_health.dashboard.parts.overview.lines_of_shown import with_lines
from campaign_health.words.currency import DOLLARS, sign_before
from campaign_health.words.numbers import count
from campaign_health.words.status_words import cause_label, legend, status_label

CHART = "Events and sends, 28 days"
# A picture each: of more, a browser would be sent dozens of megabytes.
CHARTS_AT_MOST = 500


def campaign_table(page: Page, chosen: pd.DataFrame) -> None:
    """Draws the table; choosing a row opens its campaign."""
    table = for_people(with_lines(page, chosen, CHARTS_AT_MOST), page.palette)
    picked = draw_table(
        table,
        "All campaigns with their status, incident, newest numbers, last good day and the last 28 days as small charts",
        f"campaigns-{page.name}",
        links=[
            f"campaign?{urlencode({'campaign': number, 'workspace': page.name})}" for number in chosen["campaign_id"]
        ],
        statuses="Status",
        colours=page.palette,
        on_select="rerun",
        selection_mode="single-row",
        height=min(560, 38 + 35 * max(1, len(table))),
        config={
            "Campaign": st.column_config.TextColumn(width=170),
            "Status": st.column_config.MultiselectColumn(width=135, help="What the newest judged day says."),
            "Cause": st.column_config.TextColumn(width=170),
            "Handling": st.column_config.TextColumn(width=_width(table["Handling"])),
            CHART: st.column_config.ImageColumn(
                width=220,
                help="Events dotted, sends solid, on one scale unless events are many times more; the band is what a "
                "healthy campaign would have sent. A grey bar is a day not collected, red days are an open incident.",
            ),
        }
        | {name: st.column_config.NumberColumn(format="localized") for name in map(str, table) if _is_count(name)},
    )
    rows = picked.selection.rows if picked else []
    if rows and rows[0] < len(chosen):
        campaign_id = int(chosen.iloc[rows[0]]["campaign_id"])
        st.switch_page(
            page_file("campaign"),
            query_params={"campaign": str(campaign_id), "workspace": page.name},
        )
    if len(chosen) > CHARTS_AT_MOST:
        quiet(f"The first {count(CHARTS_AT_MOST)} rows have their chart: filter or sort to see that of others.")
    offer_csv(csv_rows(chosen), f"campaigns-{page.today}.csv")
    quiet(legend(set(chosen["status"])))


def _is_count(name: str) -> bool:
    return name.startswith(("Missed", "At risk", "Newest"))


def _width(words: pd.Series) -> int:
    """As wide as the longest of them, in pixels, up to that of a day: the lines beside it have to stay in sight."""
    longest = max(words.map(len), default=0)
    return min(152, 84 + 6 * max(0, longest - 10))


def csv_rows(campaigns: pd.DataFrame) -> pd.DataFrame:
    """The rows as they are downloaded: the published numbers, statuses and causes in words, days as ISO 8601, money in
    the round figures that every surface tells, owners without the sign before their names.
    """
    columns = ["campaign_id", "campaign", "status", "handling", "opened_on", "cause", "missed_sends", "risk_a_week",
               "revenue_at_risk", "currency", "event", "owner", "state", "day", "events", "sent", "expected_low",
               "expected_high", "last_good_day"]  # fmt: skip
    rows = campaigns[columns].rename(
        columns={"opened_on": "since", "risk_a_week": "at_risk_a_week", "revenue_at_risk": "at_risk_so_far"}
    )
    rows["status"] = rows["status"].map(status_label)
    rows["handling"] = rows["handling"].fillna("")
    rows["cause"] = _causes(campaigns)
    rows["owner"] = [owner.lstrip("@") if isinstance(owner, str) else owner for owner in rows["owner"]]
    # Rounded outwards, as everywhere; a whole number that is not known stays empty.
    rows["expected_low"] = np.floor(rows["expected_low"].astype(float) + 1e-9).astype("Int64")
    rows["expected_high"] = np.ceil(rows["expected_high"].astype(float) - 1e-9).astype("Int64")
    for column in ("missed_sends", "at_risk_a_week", "at_risk_so_far"):
        rows[column] = rows[column].astype(float).round().astype("Int64")
    rows["tags"] = [", ".join(tags) for tags in campaigns["tags"]]
    for column in ("since", "day", "last_good_day"):
        rows[column] = pd.to_datetime(rows[column]).dt.strftime("%Y-%m-%d")
    return rows


def for_people(campaigns: pd.DataFrame, colours: Palette) -> pd.DataFrame:
    """The table as it is shown: a row a campaign, the incident before the numbers of the newest day."""
    return pd.DataFrame(
        {
            "Campaign": [shown(name) for name in campaigns["campaign"]],
            "Status": list(campaigns["status"]),
            "Since": pd.to_datetime(campaigns["opened_on"]).dt.date,
            "Cause": _causes(campaigns),
            "Missed sends": campaigns["missed_sends"].astype(float),
            **_money(campaigns),
            CHART: [
                small_chart(lines, colours) if (lines := lines_of(row)) is not None else None
                for row in campaigns.itertuples()
            ],
            "Handling": [shown(said) if isinstance(said, str) and said else "–" for said in campaigns["handling"]],
            "Trigger event": [shown(event) if isinstance(event, str) else "–" for event in campaigns["event"]],
            "Newest events": campaigns["events"],
            "Newest sends": campaigns["sent"],
            "Last good day": pd.to_datetime(campaigns["last_good_day"]).dt.date,
            "Owner": [shown(owner) if isinstance(owner, str) else "–" for owner in campaigns["owner"]],
        }
    )


def _causes(campaigns: pd.DataFrame) -> list[str | None]:
    return [cause_label(cause) if isinstance(cause, str) else None for cause in campaigns["cause"]]


def _money(campaigns: pd.DataFrame) -> dict[str, pd.Series]:
    """A column of money for each currency that there is, so that each can be sorted by its numbers."""
    currencies = sorted(set(campaigns["currency"].dropna())) or [DOLLARS]
    return {
        f"At risk a week, {sign_before(currency).strip()}": campaigns["risk_a_week"]
        .where(campaigns["currency"] == currency)
        .astype(float)
        for currency in currencies
    }
