"""Sums of money as people write them."""

from __future__ import annotations


def money(dollars: float) -> str:
    """An amount in dollars, without cents: `$14,400`."""
    return f"-${round(-dollars):,}" if round(dollars) < 0 else f"${round(dollars):,}"
