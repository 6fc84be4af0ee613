"""Every event of the project in words: still happening, new, vanished, blocked; and the table of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from campaign_health.dashboard.figures.sparkline import event_line
from campaign_health.dashboard.look.markup import in_markdown, shown
from campaign_health.dashboard.look.theme import Palette
from campaign_health.words.event_service import event_service, of_service
from campaign_health.words.lists import joined
from campaign_health.words.numbers import plural

NEW_DAYS = 14
VANISHED_DAYS = 2
BLOCKED = "Blocked in Mixpanel"
LIVES = ("Vanished", "New", BLOCKED, "Still happening", "Long gone")
LONG_GONE_DAYS = 60
COUNTED = {
    "Last 28 days": st.column_config.ImageColumn(width=160, help="A grey bar is a day not collected."),
    "Count, 28 days": st.column_config.NumberColumn(format="localized"),
}


def lives(events: pd.DataFrame) -> pd.Series:
    """What each event is up to, as one of LIVES; vanished is what was quiet for two days or more, and for longer than
    between any two of its days in the last four weeks: of a rare event a quiet week says nothing.
    """
    life = pd.Series("Still happening", index=events.index)
    life[events["age_days"] < NEW_DAYS] = "New"
    gaps = [_longest_gap(*one) for one in zip(events["line"], events["age_days"], strict=True)]
    life[(events["quiet_days"] >= VANISHED_DAYS) & (events["quiet_days"] > gaps)] = "Vanished"
    life[events["quiet_days"] >= LONG_GONE_DAYS] = "Long gone"
    life[events["dropped"]] = BLOCKED
    return life


def _longest_gap(line: Sequence[float] | float | None, age_days: int) -> int:
    """The most days in a row without the event from its first day on until it was last seen; 0 where it was not."""
    counts = np.atleast_1d(np.asarray(0.0 if line is None else line, dtype=float))[-age_days - 1 :]
    seen = np.flatnonzero(counts > 0)
    return int(np.diff(seen, prepend=-1).max()) - 1 if seen.size else 0


def newsworthy_first(events: pd.DataFrame) -> pd.DataFrame:
    """The events in the order of LIVES, what vanished or is new on top; what is equal stays as it was."""
    places = lives(events).map({life: place for place, life in enumerate(LIVES)})
    return events.loc[places.sort_values(kind="stable").index]


def blocked_lines(events: pd.DataFrame) -> list[str]:
    """A line for each event that is blocked in Mixpanel and that campaigns hang on: news of the project's data."""
    blocked = events[events["dropped"] & (events["campaigns"].map(len) > 0)]
    return [
        f"**{in_markdown(str(row['event']))}** is blocked in {event_service()}, which no longer counts it. "
        f"{plural(len(row['campaigns']), 'campaign')} that hang{'s' if len(row['campaigns']) == 1 else ''} on it "
        f"({joined([in_markdown(name) for name in row['campaigns']])}) can only be watched by their journeys."
        for row in blocked.to_dict("records")
    ]


def for_people(events: pd.DataFrame, colours: Palette) -> pd.DataFrame:
    """The table as it is shown."""
    shapes = {"Vanished": "▣", "New": "◔", BLOCKED: "×", "Still happening": "●", "Long gone": "◻"}
    life = lives(events)
    return pd.DataFrame(
        {
            "Event": [shown(name) for name in events["event"]],
            "State": [f"{shapes[one]} {of_service(one)}" for one in life],
            "Count, 28 days": events["events_28d"],
            "Last 28 days": [event_line(line, colours) for line in events["line"]],
            "First seen": pd.to_datetime(events["first_seen"]).dt.date,
            "Last seen": pd.to_datetime(events["last_seen"]).dt.date,
            "Campaigns that hang on it": [
                ", ".join(shown(name) for name in names) or "–" for names in events["campaigns"]
            ],
        }
    )
