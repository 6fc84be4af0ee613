"""Old and new event of a suspected rename on one chart."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from campaign_health.dashboard.figures.look import with_look
from campaign_health.dashboard.theme import Palette


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
            x=part["day"], y=part["events"].astype(float), name=_text(name), mode="lines", connectgaps=False,
            line={"color": colour, "width": 2, "dash": dash}, hovertemplate="%{y:,d}",
        )  # fmt: skip
    figure.update_yaxes(tickformat=",d", nticks=5)
    return with_look(figure, colours, height=260)


def _text(name: str) -> str:
    short = name if len(name) <= 40 else name[:39] + "…"
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
