"""Sums of money as people write them; estimates in round figures."""

from __future__ import annotations

from campaign_health.words.numbers import in_round_figures


def money(dollars: float) -> str:
    """An amount in dollars, without cents: `$14,400`."""
    return f"-${round(-dollars):,}" if round(dollars) < 0 else f"${round(dollars):,}"


def weekly_text(dollars: float) -> str:
    """What a week costs, in the round figures that an estimate deserves: `about $180,000 a week`."""
    return f"about {money(in_round_figures(dollars))} a week"


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
