"""A campaign's last weeks as a small picture for cards, the wall and the table: events, sends and what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan
from typing import Any

import pandas as pd

from campaign_health.dashboard.figures.sparkline import hatching
from campaign_health.dashboard.look.theme import Palette

WIDTH, HEIGHT = 280, 48
_TOP, _BOTTOM = 3, 45
# So many times more events than sends get a scale of their own.
MANY_TIMES = 4

Values = Sequence[float | None]


@dataclass(frozen=True)
class SmallLines:
    """One campaign's numbers, a value a day up to `last_day` (its workspace's zone); None or NaN where not known.

    `low` and `high` are the expected sends, `statuses` those of the days' verdicts. `broken_since` is the first day of
    its open incident.
    """

    events: Values
    sends: Values
    low: Values
    high: Values
    last_day: date
    broken_since: date | None = None
    statuses: Sequence[str | None] = ()


def lines_of(row: Any) -> SmallLines | None:
    """The lines of a row of `campaigns_now`; None where no day was ever collected."""
    if row.line_day is None or row.line_day != row.line_day:
        return None
    since = row.opened_on
    return SmallLines(
        list(row.events_28d) if isinstance(row.event, str) else [],
        list(row.sends_28d),
        list(row.low_28d),
        list(row.high_28d),
        _day(row.line_day),
        None if since is None or since != since else _day(since),
        list(row.status_28d),
    )


def lines_together(lines: Sequence[SmallLines]) -> SmallLines | None:
    """The sends of several campaigns added up; a day that is not known of one of them is not known of all."""
    if not lines:
        return None
    first = lines[0]
    sends, low, high = (
        [_sum(day) for day in zip(*(_known(getattr(one, name)) for one in lines), strict=True)]
        for name in ("sends", "low", "high")
    )
    return SmallLines([], sends, low, high, first.last_day, first.broken_since)


def small_chart(lines: SmallLines, colours: Palette) -> str:
    """An image (a data URL) with the marks of the campaign page: events dotted and sends solid, both from 0 and on one
    scale, unless the events are so many that the sends would lie flat; the expected sends as a band; days not
    collected hatched; the open incident, a fall in volume and a surge shaded.

    It fills whatever width and height it is given.
    """
    sends, events, low, high = (_known(found) for found in (lines.sends, lines.events, lines.low, lines.high))
    days = len(sends)
    step = WIDTH / max(1, days)
    top, top_of_events = _highest([*sends, *high]), _highest(events)
    if top_of_events <= MANY_TIMES * top:
        top = top_of_events = max(top, top_of_events)
    parts = [_gaps(sends, events, step, colours.hatch)]
    if lines.broken_since is not None:
        bad = min(days, max(1, (lines.last_day - lines.broken_since).days + 1))
        parts.append(
            f"<rect x='{WIDTH - bad * step:.1f}' width='{bad * step:.1f}' height='{HEIGHT}' fill='{colours.broken}'/>"
        )
    for status, colour in (("volume_down", colours.down), ("surging", colours.surging)):
        places = [place for place, found in enumerate(lines.statuses) if found == status]
        parts += [f"<path d='{_bars(places, step)}' fill='{colour}'/>"] if places else []
    parts += [_band(low, high, step, top, colours.band)]
    parts += [_line(events, step, top_of_events, colours.events, " stroke-dasharray='1.5 3'")]
    parts += [_line(sends, step, top, colours.sends, "")]
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{HEIGHT}' viewBox='0 0 {WIDTH} {HEIGHT}'"
        f" preserveAspectRatio='none'>{''.join(parts)}</svg>"
    )
    return "data:image/svg+xml;utf8," + svg.replace("#", "%23")


def _line(values: Sequence[float | None], step: float, top: float, colour: str, dash: str) -> str:
    path, is_drawing = [], False
    for place, value in enumerate(values):
        if value is not None:
            path.append(f"{'L' if is_drawing else 'M'}{(place + 0.5) * step:.1f} {_height(value, top):.1f}")
        is_drawing = value is not None
    if not path:
        return ""
    return (
        f"<path d='{''.join(path)}' fill='none' stroke='{colour}' stroke-width='1.8' stroke-linecap='round'"
        f" vector-effect='non-scaling-stroke'{dash}/>"
    )


def _band(low: Sequence[float | None], high: Sequence[float | None], step: float, top: float, colour: str) -> str:
    path = ""
    for run in _runs([None if lower is None else upper for lower, upper in zip(low, high, strict=True)]):
        over = [f"{(place + 0.5) * step:.1f} {_height(high[place] or 0, top):.1f}" for place in run]
        under = [f"{(place + 0.5) * step:.1f} {_height(low[place] or 0, top):.1f}" for place in reversed(run)]
        path += f"M{'L'.join([*over, *under])}z"
    return f"<path d='{path}' fill='{colour}'/>" if path else ""


def _gaps(sends: Sequence[float | None], events: Sequence[float | None], step: float, colour: str) -> str:
    missing = [
        place
        for place, sent in enumerate(sends)
        if sent is None or (place < len(events) and events[place] is None and any(one is not None for one in events))
    ]
    return f"{hatching(colour)}<path d='{_bars(missing, step)}' fill='url(#h)'/>" if missing else ""


def _bars(places: Sequence[int], step: float) -> str:
    return "".join(f"M{place * step:.1f} 0h{step:.1f}v{HEIGHT}h-{step:.1f}z" for place in places)


def _runs(values: Sequence[float | None]) -> list[list[int]]:
    runs: list[list[int]] = []
    for place, value in enumerate(values):
        if value is None:
            continue
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _height(value: float, top: float) -> float:
    return _BOTTOM - min(value, top) * (_BOTTOM - _TOP) / top


def _highest(values: Sequence[float | None]) -> float:
    return max((value for value in values if value is not None), default=0) or 1


def _known(values: Values) -> list[float | None]:
    return [None if value is None or isnan(value) else float(value) for value in values]


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _day(value: Any) -> date:
    return pd.Timestamp(value).date()
