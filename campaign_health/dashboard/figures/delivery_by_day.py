"""What the route received and delivered by day, and what it shows in words."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from campaign_health.dashboard.figures.layout import with_days, with_look
from campaign_health.dashboard.look.theme import Palette
from campaign_health.words.dates import days_text
from campaign_health.words.numbers import plural
from storage.delivery_records import RouteDayRecord

COUNTS = ("received", "delivered", "waiting", "held", "dead", "shadowed", "suppressed_once", "dropped", "expired")
# Together they are what was received.
SHOWN = {"delivered": "Delivered", "shadowed": "Only in shadow", "suppressed_once": "Had it already",
         "dropped": "Given up", "waiting": "Waiting", "held": "Kept back",
         "dead": "Could not be delivered"}  # fmt: skip

MOST_TICKS = 8
"""Of a few days each would else be written twice: at its noon, too."""


def summed_days(days: Sequence[RouteDayRecord]) -> pd.DataFrame:
    """A row a day (UTC) with the sums over all events, every day between the first and the last, none left out."""
    frame = pd.DataFrame([vars(one) for one in days])
    frame["day"] = pd.to_datetime(frame["day"])
    sums = frame.groupby("day")[list(COUNTS)].sum()
    return sums.reindex(pd.date_range(sums.index[0], sums.index[-1]), fill_value=0).rename_axis("day").reset_index()


def delivery_by_day(days: pd.DataFrame, colours: Palette) -> go.Figure:
    """A line of what was received, over bars of what became of it."""
    figure = go.Figure()
    tones = {
        "delivered": colours.sends,
        "shadowed": colours.hatch,
        "suppressed_once": colours.good[0],
        "dropped": colours.text,
        "waiting": colours.muted,
        "held": colours.warn[0],
        "dead": colours.bad[0],
    }
    for name, label in SHOWN.items():
        if name == "delivered" or days[name].any():
            figure.add_bar(
                x=days["day"], y=days[name], name=label, marker={"color": tones[name]},
                hovertemplate=f"%{{y:,}} {label.lower()}<extra></extra>",
            )  # fmt: skip
    figure.add_scatter(
        x=days["day"], y=days["received"], name="Received", mode="lines+markers",
        line={"color": colours.events, "dash": "dot"}, hovertemplate="%{y:,} received<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(nticks=min(len(days) + 1, MOST_TICKS))
    return with_days(with_look(figure.update_layout(barmode="stack"), colours, height=280))


def delivery_days_text(days: pd.DataFrame) -> str:
    """What the chart shows, for people who cannot see it."""
    first, last = pd.Timestamp(days["day"].iloc[0]).date(), pd.Timestamp(days["day"].iloc[-1]).date()
    sums = {name: int(days[name].sum()) for name in COUNTS}
    text = f"From {days_text(first, last)} (UTC): {plural(sums['received'], 'event')} received, {sums['delivered']:,} "
    more = [f"{sums[name]:,} {label.lower()}" for name, label in SHOWN.items() if name != "delivered" and sums[name]]
    return f"{text}delivered{''.join(f', {one}' for one in more)}."


def delivery_days_table(days: pd.DataFrame) -> pd.DataFrame:
    """The numbers of the chart, the newest day first."""
    newest = days.iloc[::-1]
    table = pd.DataFrame({"Day": newest["day"].dt.date, "Received": newest["received"]})
    return table.assign(**{label: newest[name] for name, label in SHOWN.items()})
