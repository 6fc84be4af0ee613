"""A row of small bars out of numbers, for places that only take text."""

from __future__ import annotations

from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"
NOTHING = "_"
NOT_COLLECTED = "·"
SPARK_LEGEND = (
    "Sends: one bar a day, the newest on the right; the tallest is the most of these days, _ is not one send, "
    "· is a day that was not collected."
)


def sparkline(values: Sequence[float | None]) -> str:
    """One sign a value, scaled from 0 to the largest: `_` for zero, `·` for not collected."""
    top = max((value for value in values if value is not None), default=0.0)
    return "".join(_bar(value, top) for value in values)


def _bar(value: float | None, top: float) -> str:
    if value is None:
        return NOT_COLLECTED
    if value <= 0 or top <= 0:
        return NOTHING
    return BARS[min(len(BARS) - 1, int(value / top * len(BARS)))]
