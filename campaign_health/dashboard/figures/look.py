"""How every figure looks: fonts, axes, legend, hover."""

from __future__ import annotations

import plotly.graph_objects as go

from campaign_health.dashboard.theme import Palette

FONT = "Source Sans, Source Sans 3, Helvetica, Arial, sans-serif"


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
    )
    figure.update_xaxes(gridcolor=colours.grid, zeroline=False, linecolor=colours.grid, automargin=True)
    figure.update_yaxes(gridcolor=colours.grid, zeroline=False, rangemode="tozero", automargin=True)
    return figure
