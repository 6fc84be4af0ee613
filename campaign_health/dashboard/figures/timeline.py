"""Event count and sends of a campaign on one time axis, with what was expected and what is known about each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
import plotly.graph_objects as go

from campaign_health.dashboard.figures.day_spans import (
    add_spans,
    behind_the_lines,
    broken_look,
    changed_look,
    down_look,
    ended_look,
    idle_look,
    missing_look,
    runs,
    surging_look,
    within,
)
from campaign_health.dashboard.figures.layout import figure_text, with_days, with_look
from campaign_health.dashboard.look.theme import Palette
from campaign_health.words.numbers import span

HEIGHT = 320
NOTE_SHAPE, CHANGE_SHAPE = "✎", "▲"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Mark:
    """Something that happened on a day: an edit, an event's first or last day, what a person noted; or by that day,
    after the day `after`: a changed property.
    """

    day: date
    text: str
    detail: str = ""  # in the sources' own spelling, for engineers
    after: date | None = None
    is_note: bool = False

    @property
    def shape(self) -> str:
        """What it is marked with, in texts."""
        return NOTE_SHAPE if self.is_note else CHANGE_SHAPE


@dataclass(frozen=True)
class Shade:
    """A span of days to shade, both ends included: an incident."""

    first: date
    last: date
    text: str
    is_open: bool


@dataclass(frozen=True)
class Before:
    """The sends of the days before those that are drawn, to compare with: `sent` by the day under which it is drawn."""

    name: str
    sent: pd.Series


def timeline(
    days: pd.DataFrame,
    shades: Sequence[Shade],
    marks: Sequence[Mark],
    colours: Palette,
    *,
    before: Before | None = None,
) -> go.Figure:
    """Event count (dotted) and sends (line) with the expected range as a band.

    `days` has the columns of `event_vs_campaign`. Days not collected break the lines and are hatched; provisional days
    are open circles.
    """
    figure = go.Figure()
    _band(figure, days, colours)
    if before is not None:
        _before(figure, before, colours)
    _line(figure, days, "events", "Events", colours.events, dash="dot")
    _line(figure, days, "sent", "Sends", colours.sends, dash="solid", said=_said_on(days, marks))
    _provisional(figure, days, colours)
    _shade(figure, days, shades, marks, colours)
    _set_marks(figure, marks, colours)
    figure.update_yaxes(title=None, tickformat=",d", nticks=6)
    return _finished(figure, days, colours, [mark.day for mark in marks])


def ratio_timeline(days: pd.DataFrame, shades: Sequence[Shade], colours: Palette) -> go.Figure:
    """Sends for each 100 events with what was expected for them, where there were any."""
    events = days["events"].astype(float).where(days["events"] > 0)
    of_events = {name: 100 * days[name].astype(float) / events for name in ("sent", "expected_low", "expected_high")}
    ratio = days.assign(**of_events)
    figure = go.Figure()
    _band(figure, ratio, colours, is_ratio=True)
    _line(figure, ratio, "sent", "Sends for 100 events", colours.sends, dash="solid", number=",.1f")
    _shade(figure, days, shades, (), colours)
    figure.update_yaxes(ticksuffix="", nticks=6)
    return _finished(figure, days, colours)


def _finished(figure: go.Figure, days: pd.DataFrame, colours: Palette, marked: Sequence[date] = ()) -> go.Figure:
    """The figure from the first of its days to the last, or to the last that is marked: a note may be of today."""
    half = pd.Timedelta(hours=12)
    first, last = pd.Timestamp(days["day"].iloc[0]), pd.Timestamp(days["day"].iloc[-1])
    last = max([last, *(pd.Timestamp(day) for day in marked)])
    figure.update_xaxes(range=[first - half, last + half])
    with_days(with_look(figure, colours, height=HEIGHT)).update_layout(showlegend=True, margin={"t": 8, "b": 0})
    # Below the days: above the lines it would push them down as it grows.
    figure.update_layout(legend={"y": -0.16, "yanchor": "top", "traceorder": "normal", "font": {"size": 12}})
    return behind_the_lines(figure)


def _band(figure: go.Figure, days: pd.DataFrame, colours: Palette, *, is_ratio: bool = False) -> None:
    known = days[days["expected_low"].notna() & days["expected_high"].notna()]
    if known.empty:
        return
    # A day without a range would be told with that of its neighbour: it has no point of its own.
    common = {"mode": "lines", "line": {"width": 0}, "connectgaps": False}
    low, high = _numbers(days["expected_low"]), _numbers(days["expected_high"])
    said = [
        "" if pd.isna(one) or pd.isna(other) else _range(float(one), float(other), is_ratio)
        for one, other in zip(low, high, strict=True)
    ]
    figure.add_scatter(x=days["day"], y=high, showlegend=False, hoverinfo="skip", **common)
    figure.add_scatter(
        x=days["day"], y=low, name="Expected sends", fill="tonexty", fillcolor=colours.band, customdata=said,
        hovertemplate="%{customdata}", **common,
    )  # fmt: skip


def _range(low: float, high: float, is_ratio: bool) -> str:
    return f"{low:,.1f} to {high:,.1f}" if is_ratio else span(low, high)


def _before(figure: go.Figure, before: Before, colours: Palette) -> None:
    figure.add_scatter(
        x=before.sent.index, y=before.sent.astype(float), name=before.name, mode="lines", connectgaps=False,
        line={"color": colours.muted, "width": 1}, opacity=0.75, hovertemplate="%{y:,d}",
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


def _shade(
    figure: go.Figure, days: pd.DataFrame, shades: Sequence[Shade], marks: Sequence[Mark], colours: Palette
) -> None:
    first, last = (pd.Timestamp(days["day"].iloc[place]).date() for place in (0, -1))
    missing = (days["campaign_state"] == "not_collected") | (days["event_state"] == "not_collected")
    kinds = (
        (idle_look, runs(days.loc[(days["campaign_state"] == "not_expected") & ~missing, "day"])),
        (broken_look, [(one.first, one.last) for one in shades if one.is_open]),
        (ended_look, [(one.first, one.last) for one in shades if not one.is_open]),
        (down_look, runs(days.loc[days["status"] == "volume_down", "day"])),
        (surging_look, runs(days.loc[days["status"] == "surging", "day"])),
        (missing_look, runs(days.loc[missing, "day"])),
        (changed_look, [(mark.after + _DAY, mark.day) for mark in marks if mark.after is not None]),
    )
    for look, spans in kinds:
        add_spans(figure, look(colours), within(spans, first, last))


def _set_marks(figure: go.Figure, marks: Sequence[Mark], colours: Palette) -> None:
    """A line on each day that is known; what is known by a span of days only is that span."""
    # Their words stand in the tooltip of the day's own numbers: a line of few points lends its text to the days beside.
    for name, symbol, colour, found in (
        ("Changes", "triangle-up", colours.muted, [one for one in marks if one.after is None and not one.is_note]),
        ("Notes", "diamond", colours.text, [one for one in marks if one.is_note]),
    ):
        for mark in found:
            figure.add_vline(x=mark.day.isoformat(), line={"color": colour, "width": 1, "dash": "dash"})
        if found:
            figure.add_scatter(
                x=[mark.day for mark in found], y=[0] * len(found), mode="markers", name=name, hoverinfo="skip",
                marker={"symbol": symbol, "size": 11, "color": colour},
            )  # fmt: skip


def _said_on(days: pd.DataFrame, marks: Sequence[Mark]) -> list[str]:
    """For each of the days what happened on it, or may have, as its tooltip shows it; empty for most."""
    said: dict[date, str] = {}
    for mark in marks:
        day = mark.day if mark.after is None else mark.after + _DAY
        while day <= mark.day:
            said[day] = f"{said.get(day, '')}<br>{mark.shape} {_mark_text(mark)}"
            day += _DAY
    return [said.get(pd.Timestamp(day).date(), "") for day in days["day"]]


def _mark_text(mark: Mark) -> str:
    text = figure_text(mark.text, 90)
    return f"{text}<br>({figure_text(mark.detail, 90)})" if mark.detail else text


def _numbers(column: pd.Series) -> pd.Series:
    return column.astype(float)
