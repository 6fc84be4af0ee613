"""What somebody typed for a campaign's owner, deal value, conversion rate and timing, as facts or as what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from campaign_health.words.visible import visible

MOST_OWNER, MOST_TIMING = 200, 200
_MONEY = re.compile(r"[^\d\s.,+-]{0,3}\s*(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*(?:[A-Za-z]{3}|[^\w\s.,%])?")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*%?")
_PROMISE = re.compile(r"within\s+(\d+|an?)\s*(s|sec|m|min|h|hr|d|second|minute|hour|day|week)s?", re.IGNORECASE)
_UNITS = {"s": "second", "sec": "second", "m": "minute", "min": "minute", "h": "hour", "hr": "hour", "d": "day"}


@dataclass(frozen=True)
class Entry:
    """The facts by their names (conversion rate from 0 to 1, None where nothing was typed), and what is wrong."""

    facts: Mapping[str, Any]
    problems: tuple[str, ...]


def read_entry(owner: str, deal_value: str, conversion_rate: str, timing: str) -> Entry:
    """What was typed; a field left empty says nothing of its fact. A conversion rate is typed in per cent."""
    problems: list[str] = []
    facts: dict[str, Any] = {"owner": visible(owner, MOST_OWNER) if owner.strip() else None}
    for name, typed, read in (
        ("deal_value", deal_value, _money),
        ("conversion_rate", conversion_rate, _share),
        ("timing", timing, _timing),
    ):
        found = read(typed.strip()) if typed.strip() else None
        facts[name] = None if isinstance(found, _Wrong) else found
        problems += [found.text] if isinstance(found, _Wrong) else []
    return Entry(facts, tuple(problems))


@dataclass(frozen=True)
class _Wrong:
    text: str


def _money(text: str) -> float | _Wrong:
    found = _MONEY.fullmatch(text)
    if not found:
        return _Wrong("The deal value is an amount of money, such as 1,200 or 49.50.")
    return float(found[1].replace(",", "") + (found[2] or ""))


def _share(text: str) -> float | _Wrong:
    found = _PERCENT.fullmatch(text)
    percent = float(found[1]) if found else 101.0
    if percent > 100:
        return _Wrong("The conversion rate is a percentage from 0 to 100, such as 10 or 2.5 %.")
    return round(percent / 100, 10)


def _timing(text: str) -> str | _Wrong:
    """A promise in one form, such as `within 5 minutes`; other words stay as they are."""
    line = visible(text, MOST_TIMING)
    if not line.lower().startswith("within"):
        return line
    found = _PROMISE.fullmatch(line)
    if not found:
        return _Wrong("A promise is written such as `within 5 minutes`, or in words that do not begin with within.")
    number = 1 if found[1].lower().startswith("a") else int(found[1])
    unit = _UNITS.get(found[2].lower(), found[2].lower())
    return f"within {number} {unit}{'' if number == 1 else 's'}"
