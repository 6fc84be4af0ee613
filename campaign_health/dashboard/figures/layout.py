"""How every figure looks: fonts, axes, legend, hover."""

from __future__ import annotations

from html import escape

import plotly.graph_objects as go

from campaign_health.dashboard.look.theme import Palette
from campaign_health.words.visible import visible

FONT = '"Source Sans", Helvetica, Arial, sans-serif'

# As days are written everywhere: `Mon 23 Nov 2026`; at the axis the year stands where it begins.
DAY, TICK = "%a %-d %b %Y", "%-d %b\n%Y"


def figure_text(text: str, length: int = 40) -> str:
    """Text from outside for a figure: short, and escaped, because Plotly reads a few HTML tags in its texts."""
    return escape(visible(text, length), quote=False)


def with_look(figure: go.Figure, colours: Palette, height: int) -> go.Figure:
    """The figure in the page's colours, with nothing on it that is not data."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 34, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "size": 13, "color": colours.text},
        hovermode="x unified",
        hoverlabel={"bgcolor": colours.surface, "font": {"color": colours.text}},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "font": {"color": colours.text}},
        dragmode=False,
        xaxis={
            "gridcolor": colours.grid,
            "zeroline": False,
            "linecolor": colours.grid,
            "automargin": True,
        },
        yaxis={"gridcolor": colours.grid, "zeroline": False, "rangemode": "tozero", "automargin": True},
    )
    return figure


def with_days(figure: go.Figure) -> go.Figure:
    """The figure with the days of its horizontal axis written as everywhere."""
    return figure.update_xaxes(hoverformat=DAY, tickformat=TICK)
