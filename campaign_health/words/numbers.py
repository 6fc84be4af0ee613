"""Numbers, days and money as people write them."""

from __future__ import annotations

import math
from datetime import date

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAYS_PER_YEAR = 365.25


def count(number: float) -> str:
    """A whole number with thousands separators: `1,234`."""
    return f"{round(number):,}"


def money(dollars: float) -> str:
    """An amount in dollars, without cents: `$14,400`."""
    return f"-${round(-dollars):,}" if round(dollars) < 0 else f"${round(dollars):,}"


def in_round_figures(number: float) -> float:
    """The number to two figures, as people say estimates: 75,086 is about 75,000."""
    if number == 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(number))) - 1)
    return round(number / step) * step


def risk_text(
    amount: float,
    low: float | None = None,
    high: float | None = None,
    *,
    a_week: float | None = None,
    over: bool = False,
) -> str:
    """Money at risk in round figures, an estimate as it is: `about $55,000 at risk so far ($51,000 to $59,000), about
    $77,000 a week`. Without a range or a weekly amount they are left out; `over`: it has ended.
    """
    text = f"about {money(in_round_figures(amount))} at risk{'' if over else ' so far'}"
    if low is not None and high is not None and (low, high) != (amount, amount):
        text += f" ({money(in_round_figures(max(0.0, low)))} to {money(in_round_figures(high))})"
    return f"{text}, {weekly_text(a_week)}" if a_week and round(a_week) > 0 else text


def weekly_text(dollars: float) -> str:
    """What a week costs, in the round figures that an estimate deserves: `about $180,000 a week`."""
    return f"about {money(in_round_figures(dollars))} a week"


def plural(number: float, one: str, many: str | None = None) -> str:
    """The number with its noun: `1 send`, `12 sends`."""
    return f"{count(number)} {one if round(number) == 1 else many or one + 's'}"


def day_text(day: date, today: date | None = None) -> str:
    """A day with its weekday, `Mon 23 Nov`; with the year where that is not today's."""
    text = f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
    return text if today is not None and day.year == today.year else f"{text} {day.year}"


def days_since(day: date, today: date) -> str:
    """How long ago a day was: `today`, `yesterday`, `3 days ago`."""
    passed = (today - day).days
    return {0: "today", 1: "yesterday"}.get(passed, f"{passed} days ago")


def span(low: float, high: float) -> str:
    """A range of whole numbers, rounded outwards: `52 to 71`; one number where both ends agree."""
    first, last = math.floor(low + 1e-9), math.ceil(high - 1e-9)
    return count(first) if first == last else f"{count(first)} to {count(last)}"


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
