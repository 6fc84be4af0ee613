"""A chart as every page shows it: the figure, what it says in words, and its numbers as a table."""

from __future__ import annotations

from typing import Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from campaign_health.dashboard.look.data_table import draw_table
from campaign_health.dashboard.look.markup import in_markdown
from campaign_health.dashboard.look.quiet import quiet

BARE = {"displayModeBar": False, "scrollZoom": False}


def draw_chart(
    figure: go.Figure,
    text: str,
    table: pd.DataFrame,
    key: str,
    *,
    note: str = "",
    label: str = "Show as a table",
    width: int | Literal["stretch"] = "stretch",
) -> None:
    """Draws a figure with its summary (plain `text`, and a `note` of ours in Markdown) and, folded, its numbers.

    `width` is the most that it takes, in pixels.
    """
    st.plotly_chart(figure, theme=None, config=BARE, key=key, alt=text, width=width)
    quiet(in_markdown(text) + (f" {note}" if note else ""))
    with st.expander(label):
        draw_table(table, f"The numbers of the chart: {text}", key)
