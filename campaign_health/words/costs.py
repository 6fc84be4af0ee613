"""What a break costs, as every surface says it: missed sends and money, estimates both."""

from __future__ import annotations

from collections.abc import Mapping

from campaign_health.words.currency import money
from campaign_health.words.lists import joined
from campaign_health.words.numbers import count, in_round_figures, span


def missed_text(sends: float | None, low: float | None = None, high: float | None = None) -> str:
    """Missed sends with their range where that is given, `about 183 missed sends (160 to 205)`; empty where not one
    was missed, or nothing is known.
    """
    if sends is None or round(sends) <= 0:
        return ""
    if low is None or high is None or round(low) == round(sends) == round(high):
        return f"about {count(sends)} missed sends"
    spread = f" ({span(max(0.0, low), high)})"
    return f"about {count(sends)} missed sends{spread}"


def risk_text(
    amount: float | None,
    low: float | None = None,
    high: float | None = None,
    *,
    currency: str,
    a_week: float | None = None,
    over: bool = False,
) -> str:
    """Money at risk in round figures, an estimate as it is: `about $55,000 at risk so far ($51,000 to $59,000), about
    $77,000 a week`. Without a range or a weekly amount they are left out; `over`: it has ended. Empty where nothing
    is at risk or known. `currency` is an ISO 4217 code.
    """
    if amount is None or round(amount) <= 0:
        return ""
    text = f"about {money(in_round_figures(amount), currency)} at risk{'' if over else ' so far'}"
    if low is not None and high is not None and (low, high) != (amount, amount):
        begin, end = (money(in_round_figures(bound), currency) for bound in (max(0.0, low), high))
        text += f" ({begin} to {end})"
    return f"{text}, {weekly_text({currency: a_week})}" if a_week and round(a_week) > 0 else text


def weekly_text(sums: Mapping[str, float]) -> str:
    """What a week costs by currency, in the round figures that an estimate deserves: `about $180,000 a week`, of
    several currencies `about $180,000 and €2,000 a week`.
    """
    return f"about {joined([money(in_round_figures(amount), currency) for currency, amount in sums.items()])} a week"


def summed_text(sums: Mapping[str, float]) -> str:
    """What several weeks cost together, by currency: the sums of the round figures that each was told with, so that a
    reader who adds up the parts comes to the same.
    """
    return f"about {joined([money(amount, currency) for currency, amount in sums.items()])} a week"


def unpriced_text(campaigns: int) -> str:
    """Of how many campaigns the money is not known: `6 have no deal value set`."""
    return f"{count(campaigns)} {'has' if campaigns == 1 else 'have'} no deal value set"


def cost_text(*parts: str) -> str:
    """What is known of the cost, one after the other; empty where nothing is."""
    return "; ".join(part for part in parts if part)
