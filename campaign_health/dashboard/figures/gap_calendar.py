"""Which days each source has answered for, as a calendar of squares."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from campaign_health.dashboard.figures.look import with_look
from campaign_health.dashboard.theme import Palette
from campaign_health.detection.words import SOURCE_WORDS

STATES = {"observed": ("Collected", "square"), "provisional": ("Provisional", "square-open"),
          "not_collected": ("Not collected", "x")}  # fmt: skip


def gap_calendar(days: pd.DataFrame, colours: Palette) -> go.Figure:
    """One row a source, one mark a day. `days` has the columns source, day, state. Told apart by shape, not colour."""
    figure = go.Figure()
    tones = {"observed": colours.sends, "provisional": colours.sends, "not_collected": colours.bad[0]}
    for state, (label, symbol) in STATES.items():
        part = days[days["state"] == state]
        if part.empty:
            continue
        figure.add_scatter(
            x=part["day"], y=part["source"].map(SOURCE_WORDS), mode="markers", name=label,
            marker={"symbol": symbol, "size": 8, "color": tones[state], "line": {"width": 1.5}},
            hovertemplate="%{y}, %{x|%-d %B}: " + label.lower() + "<extra></extra>",
        )  # fmt: skip
    figure.update_yaxes(gridcolor="rgba(0,0,0,0)")
    return with_look(figure, colours, height=220).update_layout(hovermode="closest")


def gap_text(days: pd.DataFrame) -> str:
    """How many days each source lacks, in one sentence."""
    parts = []
    for source, part in days.groupby("source"):
        missing = int((part["state"] == "not_collected").sum())
        label = SOURCE_WORDS.get(str(source), str(source))
        parts.append(f"{label}: {'no gaps' if not missing else f'{missing} of {len(part)} days not collected'}")
    return "; ".join(parts) + "." if parts else "Nothing has been collected yet."
