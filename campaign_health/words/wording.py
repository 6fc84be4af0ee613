"""Numbers, dates and names the way a marketer reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


TYPES = {
    "string": "text",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "empty",
}


def type_words(kind: str | None) -> str:
    """What sort of value a property has: `text` for `string`; `missing` for None or a type not known."""
    return TYPES.get(kind or "", "missing")


def day_words(day: date, as_of: date) -> str:
    """`3 March`, with the year where it is not the year of `as_of`."""
    text = f"{day.day} {MONTHS[day.month - 1]}"
    return text if day.year == as_of.year else f"{text} {day.year}"


def share_words(share: float) -> str:
    """`97 %`; `under 1 %` and `over 99 %` near the ends."""
    percent = 100 * share
    if 0 < percent < 1:
        return "under 1 %"
    if 99 < percent < 100:
        return "over 99 %"
    return f"{percent:.0f} %"


def rate_words(per_day: float) -> str:
    """`118 a day`, `1.4 a day`."""
    return f"{per_day:,.0f} a day" if per_day >= 10 or per_day == 0 else f"{per_day:.1f} a day"


def count_words(count: float, one: str, many: str | None = None) -> str:
    """`1 message`, `118 messages`."""
    text = f"{count:,.0f}"
    return f"{text} {one if text == '1' else many or one + 's'}"


def names_words(names: Sequence[str], most: int = 3) -> str:
    """`a`, `b` and `c`, each as code; no more than `most`."""
    quoted = [f"`{name}`" for name in names[:most]]
    if len(names) > most:
        return f"{', '.join(quoted)} and {len(names) - most} more"
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def ask(owner: str | None, otherwise: str) -> str:
    """Whom to ask: the manifest's owner, else the people who usually know."""
    return f"Ask {owner}" if owner else f"Ask {otherwise}"


def asking(owner: str | None, otherwise: str) -> str:
    """The same within a sentence."""
    return f"ask {owner or otherwise}"
