"""Which days have been collected, as a calendar of weeks: one square a day, told apart by shape."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from campaign_health.dashboard.figures.layout import with_look
from campaign_health.dashboard.look.theme import Palette
from campaign_health.state.unchecked import Unchecked
from campaign_health.words.dates import day_text
from campaign_health.words.lists import joined
from campaign_health.words.source_names import source_name

WEEKS = 30
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ALL, GROWING, GAP = "All collected", "Provisional", "Something is missing"
LOOKS = {ALL: "square", GROWING: "square-open", GAP: "x"}


def gap_days(days: pd.DataFrame) -> pd.DataFrame:
    """One row a day, oldest first: day, state (a key of LOOKS), missing (the sources that did not answer, in words).

    `days` has the columns source, day, state.
    """
    rows = []
    for day, part in days.groupby("day"):
        missing = [source_name(one) for one in part.loc[part["state"] == "not_collected", "source"]]
        state = GAP if missing else GROWING if (part["state"] == "provisional").any() else ALL
        rows.append({"day": pd.Timestamp(str(day)), "state": state, "missing": joined(missing)})
    return pd.DataFrame(rows, columns=["day", "state", "missing"])


def gap_calendar(found: pd.DataFrame, colours: Palette) -> go.Figure:
    """The newest weeks from left to right, Monday on top. `found` is what `gap_days` gives."""
    figure = go.Figure()
    tones = {ALL: colours.sends, GROWING: colours.sends, GAP: colours.bad[0]}
    monday = found["day"] - pd.to_timedelta(found["day"].dt.day_of_week, unit="D")
    recent = found[monday > monday.max() - pd.Timedelta(weeks=WEEKS)]
    for state, symbol in LOOKS.items():
        part = recent[recent["state"] == state]
        if part.empty:
            continue
        figure.add_scatter(
            x=part["day"] - pd.to_timedelta(part["day"].dt.day_of_week, unit="D"),
            y=[WEEKDAYS[number] for number in part["day"].dt.day_of_week], mode="markers", name=state,
            marker={"symbol": symbol, "size": 11, "color": tones[state], "line": {"width": 1.5, "color": tones[state]}},
            text=[f"{day_text(day.date())}: {gap or state.lower()}" for day, gap in
                  zip(part["day"], part["missing"], strict=True)],
            hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    figure.update_yaxes(categoryorder="array", categoryarray=WEEKDAYS[::-1], range=[-0.6, 6.6])
    figure.update_xaxes(showgrid=False)
    return with_look(figure, colours, height=250).update_layout(hovermode="closest").update_yaxes(showgrid=False)


def calendar_width(found: pd.DataFrame) -> int:
    """How wide the calendar is to be, in pixels, so that its weeks stand as close as its weekdays."""
    weeks = min(WEEKS, int((found["day"].max() - found["day"].min()).days) // 7 + 2)
    return 110 + 26 * weeks


def gap_text(days: pd.DataFrame) -> str:
    """How many days each source lacks, in one sentence."""
    parts = []
    for source, part in days.groupby("source"):
        missing = int((part["state"] == "not_collected").sum())
        label = source_name(str(source))
        parts.append(f"{label}: {'no gaps' if not missing else f'{missing} of {len(part)} days not collected'}")
    return "; ".join(parts) + "." if parts else "Nothing has been collected yet."


def single_campaigns_text(unchecked: Sequence[Unchecked]) -> str:
    """Which campaigns lack days that their source has of others, to follow `gap_text`; empty where none does."""
    parts = [f"{one.title} ({one.when})" if one.when else one.title for one in unchecked if one.campaigns]
    return f" Single campaigns lack days all the same: {joined(parts)}." if parts else ""
