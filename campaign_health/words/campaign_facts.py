"""What people say of a campaign in place of the manifest: owner, deal value, conversion rate, timing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from campaign_health.words.currency import sign_before
from campaign_health.words.numbers import share_text

FACT_LABELS = {
    "owner": "owner",
    "deal_value": "deal value",
    "conversion_rate": "conversion rate",
    "timing": "timing",
}


def fact_text(name: str, value: object) -> str:
    """A fact's value: `$500` is written `500`, for its currency is the manifest's; `none` where there is none."""
    if value is None:
        return "none"
    if name == "conversion_rate" and isinstance(value, int | float):
        return share_text(value) if value >= 0.01 and round(value * 100, 6) % 1 == 0 else f"{100 * value:g} %"
    if name == "deal_value" and isinstance(value, int | float):
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
    return str(value)


def facts_text(facts: Mapping[str, Any], currency: str) -> str:
    """All four in a line: `Owner @growth · deal value $500 · conversion rate 10 % · no timing`."""
    said = []
    for name, label in FACT_LABELS.items():
        value = facts.get(name)
        sign = sign_before(currency) if name == "deal_value" else ""
        said.append(f"no {label}" if value is None else f"{label} {sign}{fact_text(name, value)}")
    line = " · ".join(said)
    return f"{line[0].upper()}{line[1:]}"


def facts_line(about: str | None) -> str:
    """What was said, from the stored JSON: `Said of the campaign: owner @growth, deal value 500 (manifest: none)`."""
    facts: Mapping[str, Any] = json.loads(about or "{}")
    said = [
        f"{label} {fact_text(name, facts[name][1])} (manifest: {fact_text(name, facts[name][0])})"
        for name, label in FACT_LABELS.items()
        if name in facts
    ]
    return f"Said of the campaign: {', '.join(said)}" if said else "Said of the campaign: all as in the manifest"
