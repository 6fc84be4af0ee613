"""Sums of money as people write them, in the manifest's currency."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DOLLARS = "USD"
"""What sums are in where nothing else is said."""

_SIGNS = {DOLLARS: "$", "EUR": "€", "GBP": "£"}


def sign_before(currency: str) -> str:
    """What stands before a sum in the currency (its ISO 4217 code): `$`, `€`, `£`, else its code: `CHF `."""
    return _SIGNS.get(currency, f"{currency} ")


def money(amount: float, currency: str) -> str:
    """A sum without cents: `$14,400`, `€14,400`, `CHF 14,400`."""
    whole = round(amount)
    return f"{'-' if whole < 0 else ''}{sign_before(currency)}{abs(whole):,}"


def currency_if_said(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values for a program, without a `currency` that is dollars: sums are in dollars where none is named."""
    return {name: value for name, value in values.items() if (name, value) != ("currency", DOLLARS)}
