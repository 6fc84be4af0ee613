"""Small lines for the cells of a table. Streamlit's own cannot show a day without a number; here it is hatched."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from campaign_health.dashboard.look.theme import Palette

WIDTH, HEIGHT = 140, 28
_TOP, _BOTTOM = 3, 25


def sparkline_url(values: Sequence[float | None] | None, colour: str, gap: str) -> str:
    """An image (a data URL) of a line from 0 to its highest value, hatched in `gap` where there is none."""
    numbers = [] if values is None else [None if value is None or isnan(value) else value for value in values]
    highest = max((number for number in numbers if number is not None), default=0) or 1
    step = WIDTH / max(1, len(numbers))
    scale = (_BOTTOM - _TOP) / highest
    path, gaps, is_drawing = [], [], False
    for index, number in enumerate(numbers):
        if number is None:
            gaps.append(f"M{index * step:.0f} 0h{step:.0f}v{HEIGHT}h-{step:.0f}z")
        else:
            path.append(f"{'L' if is_drawing else 'M'}{(index + 0.5) * step:.1f} {_BOTTOM - number * scale:.1f}")
        is_drawing = number is not None
    line = f"<path d='{''.join(path)}' fill='none' stroke='{colour}' stroke-width='1.6' stroke-linecap='round'/>"
    bars = f"{hatching(gap)}<path d='{''.join(gaps)}' fill='url(#h)'/>" if gaps else ""
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{HEIGHT}'>{bars}{line}</svg>"
    return "data:image/svg+xml;utf8," + svg.replace("#", "%23")


def hatching(colour: str) -> str:
    """The pattern `h` of an SVG, with which days without a number are filled in every small picture."""
    return (
        "<pattern id='h' width='5' height='5' patternUnits='userSpaceOnUse' patternTransform='rotate(45)'>"
        f"<rect width='1.6' height='5' fill='{colour}'/></pattern>"
    )


def event_line(values: Sequence[float | None] | None, colours: Palette) -> str:
    """The line of an event's counts."""
    return sparkline_url(values, colours.events, colours.hatch)
