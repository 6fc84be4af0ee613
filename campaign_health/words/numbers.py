"""Counts, ranges, shares, rates and odds as people write them."""

from __future__ import annotations

import math
import re

_DAYS_PER_YEAR = 365.25
_SPACE_BEFORE_PERCENT = re.compile(r"(?<=\d) %")
_NO_BREAK = "\u00a0"


def count(number: float) -> str:
    """A whole number with thousands separators: `1,234`."""
    return f"{round(number):,}"


def in_round_figures(number: float) -> float:
    """The number to two figures, as people say estimates: 75,086 is about 75,000."""
    if number == 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(number))) - 1)
    return round(number / step) * step


def plural(number: float, one: str, many: str | None = None) -> str:
    """The number with its noun: `1 send`, `12 sends`."""
    return f"{count(number)} {one if round(number) == 1 else many or one + 's'}"


def span(low: float, high: float) -> str:
    """A range of whole numbers, rounded outwards: `52 to 71`; one number where both ends agree."""
    first, last = math.floor(low + 1e-9), math.ceil(high - 1e-9)
    return count(first) if first == last else f"{count(first)} to {count(last)}"


def rate_text(per_day: float) -> str:
    """How often something comes: `118 a day`, `1.4 a day`."""
    return f"{per_day:,.0f} a day" if per_day >= 10 or per_day == 0 else f"{per_day:.1f} a day"


def share_text(share: float) -> str:
    """A share from 0 to 1: `97 %`; `under 1 %` and `over 99 %` near the ends."""
    percent = 100 * share
    if 0 < percent < 1:
        return "under 1 %"
    if 99 < percent < 100:
        return "over 99 %"
    return f"{percent:.0f} %"


def unbroken_share(share: float) -> str:
    """A share for a page: the sign never stands on a line of its own."""
    return unbroken(share_text(share))


def unbroken(text: str) -> str:
    """The text with its percentages kept on one line."""
    return _SPACE_BEFORE_PERCENT.sub(f"{_NO_BREAK}%", text)


def by_accident(probability: float) -> str:
    """How rare something of this probability on a day is, in plain words: `by accident this happens about once in 12
    years`.
    """
    return f"by accident this happens {how_rare(probability)}"


def how_rare(probability: float) -> str:
    """How often something happens that has this probability on a day: `about once in 40 days`."""
    if not 0 < probability < 1:
        return "less than once in a thousand years" if probability <= 0 else "on most days"
    days = 1 / probability
    years = days / _DAYS_PER_YEAR
    for bound, words in ((1000, "a thousand"), (100, "a hundred")):
        if years >= bound:
            return f"less than once in {words} years"
    if years >= 1.5:
        return f"about once in {years:.0f} years"
    return f"about once in {days:.0f} days" if days >= 1.5 else "on most days"
