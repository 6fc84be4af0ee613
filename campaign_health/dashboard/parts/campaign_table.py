"""Every campaign in a table: search, filters that stand in the address, sparklines, CSV."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from campaign_health.dashboard.figures.sparkline import event_line, send_line
from campaign_health.dashboard.look.day_columns import FORMAT
from campaign_health.dashboard.look.markup import shown
from campaign_health.dashboard.look.quiet import quiet
from campaign_health.dashboard.look.theme import Palette
from campaign_health.dashboard.page import Page
from campaign_health.dashboard.page_files import page_file
from campaign_health.dashboard.parts.download import offer_csv
from campaign_health.words.numbers import plural
from campaign_health.words.status_words import BROKEN, MEANT, PAGE_STATUSES, legend, shape_and_label, status_label

# Worst first: what could not be checked may be broken as well, so it stands right behind what is.
_WORST = (*BROKEN, "not_collected", "surging", "volume_down", *MEANT)
SEVERITY = [*_WORST, *(status for status in PAGE_STATUSES if status not in _WORST)]
WORST_FIRST = "Worst first"
# The orders of the table: a column of the frame, and whether it rises.
ORDERS = {
    WORST_FIRST: ("status", True),
    "Name": ("campaign", True),
    "Most sends": ("sent", False),
    "Most events": ("events", False),
    "Longest without a good day": ("last_good_day", True),
}


def campaign_table(page: Page, campaigns: pd.DataFrame) -> None:
    """Draws the filters and the table; choosing a row opens its campaign."""
    if campaigns.empty:
        st.info("Customer.io has no campaigns yet, or the key may not read them. The page Data says which.")
        return
    chosen = _filtered(campaigns)
    table = _for_people(chosen, page.palette)
    quiet(f"{len(chosen):,} of {plural(len(campaigns), 'campaign')}. Choose a row to open its campaign.")
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
            "Events, 28 days": st.column_config.ImageColumn(
                width=160, help="How often the trigger event happened. A grey bar is a day not collected."
            ),
            "Sends, 28 days": st.column_config.ImageColumn(
                width=160, help="Messages sent, on the same days. A grey bar is a day not collected."
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
    quiet(legend(set(campaigns["status"])))


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


def _filtered(campaigns: pd.DataFrame) -> pd.DataFrame:
    present = [status for status in SEVERITY if status in set(campaigns["status"])]
    tags = sorted({tag for found in campaigns["tags"] for tag in found})
    owners = sorted(set(campaigns["owner"].dropna()))
    with st.container(key="filters"):
        words = st.text_input(
            "Search", key="q", bind="query-params", placeholder="Campaign or event", icon=":material/search:"
        )
        statuses = st.multiselect(
            "Status", present, key="status", bind="query-params", format_func=status_label, placeholder="Any status"
        )
        chosen_tags = st.multiselect("Tag", tags, key="tag", bind="query-params", placeholder="Any tag")
        chosen_owners = st.multiselect("Owner", owners, key="owner", bind="query-params", placeholder="Any owner")
        order = st.selectbox("Sort by", list(ORDERS), key="sort", bind="query-params")
    found = matching(campaigns, words or "", statuses, chosen_tags, chosen_owners)
    return in_order(found, str(order))


def matching(
    campaigns: pd.DataFrame, words: str, statuses: list[str], tags: list[str], owners: list[str]
) -> pd.DataFrame:
    """The campaigns that match every filter given: all of the words, one of the statuses, tags and owners."""
    keep = pd.Series(True, index=campaigns.index)
    for word in words.lower().split():
        text = campaigns["campaign"].str.lower() + " " + campaigns["event"].fillna("").str.lower()
        keep &= text.str.contains(word, regex=False)
    if statuses:
        keep &= campaigns["status"].isin(statuses)
    if tags:
        keep &= campaigns["tags"].map(lambda found: bool(set(found) & set(tags)))
    if owners:
        keep &= campaigns["owner"].isin(owners)
    return campaigns[keep]


def in_order(campaigns: pd.DataFrame, order: str) -> pd.DataFrame:
    """The campaigns in an order of ORDERS; what is equal stays by name, what is not known comes last."""
    column, rising = ORDERS.get(order, ORDERS[WORST_FIRST])
    if column == "status":
        rank = campaigns["status"].map({status: place for place, status in enumerate(SEVERITY)}).fillna(len(SEVERITY))
        # What is broken stands in the order of its cards, whatever kind of break it is.
        rank = rank.where(~campaigns["status"].isin(BROKEN), 0)
        ranks = pd.DataFrame({"rank": rank, "card": campaigns["card"]})
        return campaigns.loc[ranks.sort_values(["rank", "card"], kind="stable", na_position="last").index]
    return campaigns.sort_values(column, ascending=rising, kind="stable", na_position="last", key=_comparable)


def _comparable(column: pd.Series) -> pd.Series:
    return column.str.lower() if column.name == "campaign" else column


def _for_people(campaigns: pd.DataFrame, colours: Palette) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Status": [shape_and_label(status) for status in campaigns["status"]],
            "Campaign": [shown(name) for name in campaigns["campaign"]],
            "Handling": [shown(said) if isinstance(said, str) and said else "–" for said in campaigns["handling"]],
            "Trigger event": [shown(event) if isinstance(event, str) else "–" for event in campaigns["event"]],
            "Newest events": campaigns["events"],
            "Newest sends": campaigns["sent"],
            "Events, 28 days": [
                event_line(values, colours) if isinstance(event, str) else None
                for event, values in zip(campaigns["event"], campaigns["events_28d"], strict=True)
            ],
            "Sends, 28 days": [send_line(values, colours) for values in campaigns["sends_28d"]],
            "Last good day": pd.to_datetime(campaigns["last_good_day"]).dt.date,
            "Owner": [shown(owner) if isinstance(owner, str) else "–" for owner in campaigns["owner"]],
        }
    )
