"""Old and new event of a suspected rename on one chart."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from campaign_health.dashboard.figures.layout import figure_text, with_days, with_look
from campaign_health.dashboard.look.theme import Palette
from campaign_health.words.dates import day_text
from campaign_health.words.visible import visible


def hand_over_figure(
    old: pd.DataFrame, new: pd.DataFrame, names: tuple[str, str], colours: Palette, days: int = 60
) -> go.Figure:
    """Daily counts of both events over the last `days` days. Frames have the columns day and events."""
    figure = go.Figure()
    styles = ((old, names[0], colours.events, "dot"), (new, names[1], colours.sends, "solid"))
    newest = max((frame["day"].max() for frame, *_ in styles if not frame.empty), default=None)
    for frame, name, colour, dash in styles:
        part = frame if newest is None else frame[frame["day"] > newest - pd.Timedelta(days=days)]
        figure.add_scatter(
            x=part["day"], y=part["events"].astype(float), name=figure_text(name), mode="lines", connectgaps=False,
            line={"color": colour, "width": 2, "dash": dash}, hovertemplate="%{y:,d}",
        )  # fmt: skip
    figure.update_yaxes(tickformat=",d", nticks=5)
    return with_days(with_look(figure, colours, height=260))


def hand_over_text(old: pd.DataFrame, new: pd.DataFrame, names: tuple[str, str]) -> str:
    """What the chart shows, in one sentence."""
    parts = []
    for frame, name in ((old, names[0]), (new, names[1])):
        seen = frame[frame["events"] > 0]
        if seen.empty:
            parts.append(f"{visible(name, 80)} was not seen")
            continue
        first, last = (pd.Timestamp(seen["day"].iloc[place]).date() for place in (0, -1))
        newest = int(seen["events"].iloc[-1])
        parts.append(
            f"{visible(name, 80)} was seen from {day_text(first)} to {day_text(last)}, {newest:,} times on its last day"
        )
    return "; ".join(parts) + "."


def hand_over_table(old: pd.DataFrame, new: pd.DataFrame, names: tuple[str, str], days: int = 60) -> pd.DataFrame:
    """Both events day by day, newest first."""
    table = old[["day", "events"]].merge(new[["day", "events"]], on="day", how="outer").sort_values("day").tail(days)
    table["day"] = pd.to_datetime(table["day"]).dt.date
    table.columns = pd.Index(["Day", *(f"{number}: {visible(name, 80)}" for number, name in enumerate(names, 1))])
    return table.iloc[::-1]
