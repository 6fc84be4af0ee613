"""Spans of days behind a chart's lines, each kind with a look and an entry in the legend of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from campaign_health.dashboard.look.theme import Palette

Span = tuple[date, date]
BEHIND = "y2"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Look:
    """How one kind of days is drawn: its name in the legend, its colour, and where it is no plain colour the pattern
    (of Plotly) that its strokes make.
    """

    name: str
    colour: str
    pattern: str = ""


def broken_look(colours: Palette) -> Look:
    """Days of the open incident."""
    return Look("Open incident", colours.broken)


def ended_look(colours: Palette) -> Look:
    """Days of an incident that is over."""
    return Look("Ended incident", colours.ended)


def down_look(colours: Palette) -> Look:
    """Days on which event and sends were down together."""
    return Look("Volume down", colours.down)


def surging_look(colours: Palette) -> Look:
    """Days with many more sends than the events explain."""
    return Look("Surging", colours.surging)


def missing_look(colours: Palette) -> Look:
    """Days that nobody answered for."""
    return Look("Not collected", colours.hatch, "/")


def idle_look(colours: Palette) -> Look:
    """Days on which the campaign was not running."""
    return Look("Not running", colours.grid)


def changed_look(colours: Palette) -> Look:
    """Days on one of which something changed, seen only by the last of them."""
    return Look("Changed in these days", colours.muted, ".")


def add_spans(figure: go.Figure, look: Look, spans: Sequence[Span]) -> None:
    """Draws the spans (both ends included) over the whole height, behind all lines; nothing where there are none."""
    if not spans:
        return
    marker: dict[str, Any] = {"color": look.colour, "line": {"width": 0}}
    if look.pattern:
        marker = {"color": "rgba(0,0,0,0)", "line": {"width": 0}, "pattern": {
            "shape": look.pattern, "fgcolor": look.colour, "bgcolor": "rgba(0,0,0,0)", "size": 8, "solidity": 0.16,
            "fillmode": "replace"}}  # fmt: skip
    figure.add_bar(
        legendrank=1100,
        x=[middle(first, last) for first, last in spans], y=[1] * len(spans), yaxis=BEHIND, name=look.name,
        width=[((last - first).days + 1) * _DAY / timedelta(milliseconds=1) for first, last in spans],
        marker=marker, hoverinfo="skip",
    )  # fmt: skip


def behind_the_lines(figure: go.Figure) -> go.Figure:
    """The figure with an axis for spans that lies behind that of its lines."""
    return figure.update_layout(
        barmode="overlay",
        yaxis={"overlaying": BEHIND, "tickmode": "auto"},
        yaxis2={"visible": False, "range": [0, 1], "fixedrange": True, "anchor": "x"},
    )


def middle(first: date, last: date) -> datetime:
    """The middle of the days from `first` to `last`; a day's point stands at its midnight."""
    return datetime.combine(first, time()) + (last - first) / 2


def runs(days: Iterable[Any]) -> list[Span]:
    """Days in order as spans of days that follow each other."""
    found: list[Span] = []
    for value in days:
        day = pd.Timestamp(value).date()
        if found and day - found[-1][1] == _DAY:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def within(spans: Iterable[Span], first: date, last: date) -> list[Span]:
    """The parts of the spans that lie between two days."""
    return [(max(begin, first), min(end, last)) for begin, end in spans if begin <= last and end >= first]
