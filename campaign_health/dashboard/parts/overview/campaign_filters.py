"""What the overview shows of its campaigns, and in which order. All of it stands in the address."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from campaign_health.words.status_words import BROKEN, MEANT, PAGE_STATUSES, status_label

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


@dataclass(frozen=True)
class Filters:
    """What was chosen; an empty choice asks for nothing."""

    words: str = ""
    statuses: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    order: str = WORST_FIRST

    @property
    def asks(self) -> bool:
        """Whether anything is left out."""
        return bool(self.words or self.statuses or self.tags or self.owners)


def draw_filters(campaigns: pd.DataFrame) -> Filters:
    """Draws a row of filters with what there is to choose among the campaigns."""
    present = [status for status in SEVERITY if status in set(campaigns["status"])]
    tags = sorted({tag for found in campaigns["tags"] for tag in found})
    owners = sorted(set(campaigns["owner"].dropna()))
    words = st.text_input(
        "Search", key="q", bind="query-params", placeholder="Campaign or event", icon=":material/search:",
        label_visibility="collapsed",
    )  # fmt: skip
    chosen_owners = st.multiselect(
        "Owner", owners, key="owner", bind="query-params", placeholder="Any owner", label_visibility="collapsed"
    )
    chosen_tags = st.multiselect(
        "Tag", tags, key="tag", bind="query-params", placeholder="Any tag", label_visibility="collapsed"
    )
    statuses = st.multiselect(
        "Status", present, key="status", bind="query-params", format_func=status_label, placeholder="Any status",
        label_visibility="collapsed",
    )  # fmt: skip
    order = st.selectbox("Sort by", list(ORDERS), key="sort", bind="query-params", label_visibility="collapsed")
    return Filters(words or "", tuple(statuses), tuple(chosen_tags), tuple(chosen_owners), str(order))


def chosen_among(campaigns: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    """The campaigns that match the filters, in the chosen order."""
    found = matching(campaigns, filters.words, list(filters.statuses), list(filters.tags), list(filters.owners))
    return in_order(found, filters.order)


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
