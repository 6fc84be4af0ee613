"""What is said of a loss that only many days together show."""

from __future__ import annotations

from datetime import date

from campaign_health.words.dates import day_text
from campaign_health.words.numbers import by_accident, count, plural, share_text

_NAMED = (
    (1 / 4, "a quarter"),
    (1 / 3, "a third"),
    (2 / 5, "two fifths"),
    (1 / 2, "half"),
    (3 / 5, "three fifths"),
    (2 / 3, "two thirds"),
    (3 / 4, "three quarters"),
)
_NEAR = 0.03  # a share this near to one that has a name is called by it

_COUNTED = {"started": "journeys", "activated": "activated journeys", "delivered": "deliveries"}


def missing_sentence(
    what: str, seen: float, expected: float, first: date, last: date, probability: float | None = None
) -> str:
    """The days from `first` to `last` together: the share of `what` that is missing, of `seen` and `expected`.

    `expected` is above `seen` and above zero. `Over the two weeks to Sat 14 Nov a third of the sends is missing:
    562 came where about 840 were expected; by accident this happens about once in 12 years.`
    """
    days = (last - first).days + 1
    spell = "the two weeks" if days in (13, 14) else f"the {plural(days, 'day')}"
    when = f"Over {spell} to {day_text(last, last)}" if days > 1 else f"On {day_text(last, last)}"
    rare = "" if probability is None else f"; {by_accident(probability)}"
    return (
        f"{when} {named_share(1 - seen / expected)} of the {what} is "
        f"missing: {count(seen)} came where about {count(expected)} were expected{rare}."
    )


def counted_at(stage: str) -> str:
    """What is counted where the chain broke at that stage: `sends`, `deliveries`."""
    return _COUNTED.get(stage, "sends")


def named_share(share: float) -> str:
    """A share as people say it: `a third`, `half`; `29 %` where no simple one is near."""
    near, name = min(_NAMED, key=lambda named: abs(named[0] - share))
    return name if abs(near - share) <= _NEAR else share_text(share)
