"""The sends of a broadcast or transactional message by day, and what they show in words."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from campaign_health.dashboard.figures.layout import with_days, with_look
from campaign_health.dashboard.look.theme import Palette
from campaign_health.words.dates import day_text, days_text
from campaign_health.words.numbers import plural

STATES = {
    "observed": "",
    "provisional": "may still grow",
    "not_collected": "not collected",
    "not_expected": "nothing was expected",
}


def sends_by_day(days: pd.DataFrame, colours: Palette) -> go.Figure:
    """A bar a day; a day that was not collected is marked, never drawn as none. `days`: day, sent, state."""
    figure = go.Figure()
    known = days[days["sent"].notna()]
    figure.add_bar(
        x=known["day"], y=known["sent"], name="Sends", marker={"color": colours.sends},
        customdata=[STATES.get(str(state), str(state)) for state in known["state"]],
        hovertemplate="%{y} sends %{customdata}<extra></extra>",
    )  # fmt: skip
    missing = days[days["state"] == "not_collected"]
    missing = missing[missing["sent"].isna()]
    if not missing.empty:
        figure.add_scatter(
            x=missing["day"], y=[0] * len(missing), mode="markers", name="Not collected",
            marker={"symbol": "x", "size": 9, "color": colours.bad[0]}, hovertemplate="not collected<extra></extra>",
        )  # fmt: skip
    return with_days(with_look(figure, colours, height=260))


def sends_text(days: pd.DataFrame) -> str:
    """What the chart shows, for people who cannot see it."""
    known = days[days["sent"].notna()]
    if known.empty:
        return "No sends have been collected yet."
    first, last = pd.Timestamp(known["day"].iloc[0]), pd.Timestamp(known["day"].iloc[-1])
    sent = known[known["sent"] > 0]
    text = f"From {days_text(first.date(), last.date())}: {plural(int(known['sent'].sum()), 'send')}"
    if not sent.empty:
        newest = pd.Timestamp(sent["day"].iloc[-1])
        text += f" on {plural(len(sent), 'day')}, the last on {day_text(newest.date(), last.date())}"
    missing = int(((days["state"] == "not_collected") & days["sent"].isna()).sum())
    lacking = f" {plural(missing, 'day')} {'was' if missing == 1 else 'were'} not collected." if missing else ""
    return f"{text}.{lacking}"


def sends_table(days: pd.DataFrame) -> pd.DataFrame:
    """The numbers of the chart, the newest day first."""
    newest = days.iloc[::-1]
    return pd.DataFrame(
        {
            "Day": newest["day"],
            "Sends": newest["sent"],
            "Drafts": newest["drafted"],
            "Failed": newest["failed"],
            "State": [STATES.get(str(state), str(state)) or "collected" for state in newest["state"]],
        }
    )
