"""Event count and sends of a campaign on one time axis, with what was expected and what is known about each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
import plotly.graph_objects as go

from campaign_health.dashboard.figures.layout import figure_text, with_days, with_look
from campaign_health.dashboard.look.theme import Palette

OPEN_NAME, ENDED_NAME = "Open incident", "Ended incident"


@dataclass(frozen=True)
class Mark:
    """Something that happened on a day: an edit, an event's first or last day; or by that day, after the day `after`: a
    changed property.
    """

    day: date
    text: str
    detail: str = ""  # in the sources' own spelling, for engineers
    after: date | None = None


@dataclass(frozen=True)
class Shade:
    """A span of days to shade, both ends included: an incident."""

    first: date
    last: date
    text: str
    is_open: bool


def timeline(
    days: pd.DataFrame, shades: Sequence[Shade], marks: Sequence[Mark], colours: Palette, *, event: str | None
) -> go.Figure:
    """Event count (dotted) and sends (line) with the expected range as a band.

    `days` has the columns of `event_vs_campaign`. Days not collected break the lines and are hatched; provisional days
    are open circles.
    """
    figure = go.Figure()
    _band(figure, days, colours)
    if event is not None:
        _line(figure, days, "events", f"Events: {figure_text(event)}", colours.events, dash="dot")
    _line(figure, days, "sent", "Sends", colours.sends, dash="solid", said=_said_on(days, marks))
    _provisional(figure, days, colours)
    _shade_incidents(figure, shades, colours)
    _gaps(figure, days, colours)
    _set_marks(figure, marks, colours)
    figure.update_yaxes(title=None, tickformat=",d", nticks=6)
    return with_days(with_look(figure, colours, height=380).update_layout(showlegend=True))


def ratio_timeline(days: pd.DataFrame, shades: Sequence[Shade], colours: Palette) -> go.Figure:
    """Sends for each 100 events with what was expected for them, where there were any."""
    events = days["events"].astype(float).where(days["events"] > 0)
    of_events = {name: 100 * days[name].astype(float) / events for name in ("sent", "expected_low", "expected_high")}
    ratio = days.assign(**of_events)
    figure = go.Figure()
    _band(figure, ratio, colours)
    _line(figure, ratio, "sent", "Sends for 100 events", colours.sends, dash="solid", number=",.1f")
    _shade_incidents(figure, shades, colours)
    _gaps(figure, days, colours)
    figure.update_yaxes(ticksuffix="", nticks=6)
    return with_days(with_look(figure, colours, height=380).update_layout(showlegend=True))


def _band(figure: go.Figure, days: pd.DataFrame, colours: Palette) -> None:
    if days["expected_low"].isna().all():
        return
    common = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "connectgaps": False}
    figure.add_scatter(x=days["day"], y=_numbers(days["expected_high"]), showlegend=False, **common)
    figure.add_scatter(
        x=days["day"], y=_numbers(days["expected_low"]), name="Expected sends", fill="tonexty", fillcolor=colours.band,
        **common,
    )  # fmt: skip


def _line(
    figure: go.Figure,
    days: pd.DataFrame,
    column: str,
    name: str,
    colour: str,
    dash: str,
    number: str = ",d",
    said: Sequence[str] = (),
) -> None:
    """`said`: what else the tooltip of each day says."""
    if days[column].isna().all():
        return
    figure.add_scatter(
        x=days["day"], y=_numbers(days[column]), name=name, mode="lines", connectgaps=False,
        line={"color": colour, "width": 2, "dash": dash}, customdata=list(said) or None,
        hovertemplate=f"%{{y:{number}}}{'%{customdata}' if said else ''}",
    )  # fmt: skip


def _provisional(figure: go.Figure, days: pd.DataFrame, colours: Palette) -> None:
    early = days[(days["campaign_state"] == "provisional") & days["sent"].notna()]
    if early.empty:
        return
    figure.add_scatter(
        x=early["day"], y=_numbers(early["sent"]), name="Provisional", mode="markers", hoverinfo="skip",
        marker={"symbol": "circle-open", "size": 9, "color": colours.sends, "line": {"width": 2}},
    )  # fmt: skip


def _shade_incidents(figure: go.Figure, shades: Sequence[Shade], colours: Palette) -> None:
    for shade in shades:
        colour = colours.bad[0] if shade.is_open else colours.warn[0]
        figure.add_vrect(
            x0=_start(shade.first), x1=_end(shade.last), layer="below", line_width=0, fillcolor=colour, opacity=0.18
        )
    for is_open, name, colour in ((True, OPEN_NAME, colours.bad[0]), (False, ENDED_NAME, colours.warn[0])):
        if any(shade.is_open is is_open for shade in shades):
            _legend(figure, name, {"symbol": "square", "color": colour, "opacity": 0.3})


def _gaps(figure: go.Figure, days: pd.DataFrame, colours: Palette) -> None:
    """Days that nobody answered for, framed with dots; days on which the campaign was not running, plain."""
    missing = (days["campaign_state"] == "not_collected") | (days["event_state"] == "not_collected")
    stopped = (days["campaign_state"] == "not_expected") & ~missing
    dotted = {"color": colours.muted, "width": 1, "dash": "dot"}
    _spans(figure, days.loc[missing, "day"], "Not collected", colours.surface, dotted)
    _spans(figure, days.loc[stopped, "day"], "Not running", colours.grid, {"color": colours.grid, "width": 0})


def _spans(figure: go.Figure, days: pd.Series, name: str, fill: str, line: dict[str, object]) -> None:
    runs = _runs([pd.Timestamp(day).date() for day in days])
    for first, last in runs:
        figure.add_vrect(x0=_start(first), x1=_end(last), layer="below", line=line, fillcolor=fill, opacity=0.7)
    if runs:
        # A marker has no dotted frame; the colours are those of the spans.
        edge = {"color": line["color"], "width": line["width"]}
        _legend(figure, name, {"symbol": "square", "color": fill, "line": edge})


def _legend(figure: go.Figure, name: str, marker: dict[str, object]) -> None:
    """An entry of the legend for something that is no line."""
    figure.add_scatter(x=[None], y=[None], name=name, mode="markers", marker={"size": 11, **marker})


def _set_marks(figure: go.Figure, marks: Sequence[Mark], colours: Palette) -> None:
    if not marks:
        return
    for mark in marks:
        if mark.after is not None:
            figure.add_vrect(
                x0=_end(mark.after),
                x1=_end(mark.day),
                layer="below",
                line_width=0,
                fillcolor=colours.muted,
                opacity=0.15,
            )
        figure.add_vline(x=mark.day.isoformat(), line={"color": colours.muted, "width": 1, "dash": "dash"})
    # Their words stand in the tooltip of the day's own numbers: a line of few points lends its text to the days beside.
    figure.add_scatter(
        x=[mark.day for mark in marks], y=[0] * len(marks), mode="markers", name="Changes", hoverinfo="skip",
        marker={"symbol": "triangle-up", "size": 11, "color": colours.muted},
    )  # fmt: skip


def _said_on(days: pd.DataFrame, marks: Sequence[Mark]) -> list[str]:
    """For each of the days what happened on it, as its tooltip shows it; empty for most."""
    said: dict[date, str] = {}
    for mark in marks:
        said[mark.day] = f"{said.get(mark.day, '')}<br>▲ {_mark_text(mark)}"
    return [said.get(pd.Timestamp(day).date(), "") for day in days["day"]]


def _mark_text(mark: Mark) -> str:
    text = figure_text(mark.text, 90)
    return f"{text}<br>({figure_text(mark.detail, 90)})" if mark.detail else text


def _runs(days: Sequence[date]) -> list[tuple[date, date]]:
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _start(day: date) -> str:
    return f"{day - timedelta(days=1)}T12:00"


def _end(day: date) -> str:
    return f"{day}T12:00"


def _numbers(column: pd.Series) -> pd.Series:
    return column.astype(float)
