"""The digest's sentences: headline, the line about the rest, ranges, money, dates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from campaign_health.alerts.digest import DigestItem, Kind, SectionName

NAME_LENGTH = 80
# Controls that turn the direction of text around, or end a line: a name has no business doing either to a message.
_UNRULY = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u2028\u2029]")
SOURCES = {
    "mixpanel_events": "Mixpanel event counts",
    "mixpanel_properties": "Mixpanel event properties",
    "mixpanel_lexicon": "Mixpanel's Lexicon",
    "customerio_campaigns": "Customer.io campaigns",
    "customerio_metrics": "Customer.io sends",
    "customerio_journeys": "Customer.io journeys",
}


def shown_name(name: str, length: int = NAME_LENGTH) -> str:
    """A name as one line of visible text, cut to `length` characters."""
    text = _UNRULY.sub("", name)
    text = "".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp", "Cs") else sign for sign in text)
    text = " ".join(text.split()) or "(no name)"
    return text if len(text) <= length else text[: length - 1] + "…"


def shown_day(day: date) -> str:
    """A day as people write it: 24 November."""
    return f"{day.day} {day:%B}"


def count_of(number: int, one: str, many: str) -> str:
    """A number with its noun: 1 campaign, 3 campaigns."""
    return f"{number:,} {one if number == 1 else many}"


def headline(sizes: Mapping[SectionName, int], kind: Kind) -> str:
    """The first line: the state of everything in a few words."""
    parts = []
    if new := sizes.get(SectionName.NEW):
        parts.append(f"{count_of(new, 'campaign has', 'campaigns have')} broken")
    if still := sizes.get(SectionName.STILL_BROKEN):
        parts.append(f"{count_of(still, 'is', 'are')} still broken")
    if recovered := sizes.get(SectionName.RECOVERED):
        parts.append(f"{count_of(recovered, 'has', 'have')} recovered")
    if sizes.get(SectionName.COULD_NOT_CHECK):
        parts.append("some data could not be checked")
    if not parts and (late := sizes.get(SectionName.LATE)):
        parts.append(f"{count_of(late, 'past incident', 'past incidents')} came to light")
    if parts:
        return _sentence(parts)
    return "All clear: every campaign sends as expected" if kind == "all_clear" else "Nothing new"


def rest_line(counts: Mapping[str, int], judged_day: date | None) -> str:
    """One line about all campaigns that need no attention, and the day it speaks of."""
    if judged_day is None:
        return "Nothing has been judged yet."
    words = (
        ("healthy", "healthy"),
        ("surging", "sending more than usual"),
        ("volume_down", "down together with their event"),
        ("too_quiet", "too quiet to tell"),
        ("learning", "still learning"),
        ("not_running", "not running"),
        ("not_collected", "not collected"),
    )
    parts = [f"{counts[status]:,} {word}" for status, word in words if counts.get(status)]
    return f"{'; '.join(parts) if parts else 'No other campaigns'}. Judged up to {shown_day(judged_day)}."


def missed_text(item: DigestItem) -> str:
    """Missed sends and money in a few words; empty where neither is known."""
    parts = []
    if item.missed_sends and round(item.missed_sends) >= 1:
        text = f"about {round(item.missed_sends):,} missed sends"
        if item.missed_sends_low is not None and item.missed_sends_high is not None:
            text += f" ({round(item.missed_sends_low):,} to {round(item.missed_sends_high):,})"
        parts.append(text)
    if item.money:
        money = item.money
        text = f"about {dollars(money.amount)} at risk"
        if (money.low, money.high) != (money.amount, money.amount):
            text += f" ({dollars(money.low)} to {dollars(money.high)})"
        parts.append(text)
    return ", ".join(parts)


def dollars(amount: float) -> str:
    """An amount of money as people write it: $14,400."""
    return f"${round(amount):,}"


def when_text(item: DigestItem) -> str:
    """Since when, or from when until when."""
    if item.recovered_on:
        return f"{shown_day(item.since)} to {shown_day(item.recovered_on)}"
    return f"since {shown_day(item.since)} (day {item.day_number})"


def source_words(source: str) -> str:
    """A source's name in words."""
    return SOURCES.get(source, source)


def _sentence(parts: list[str]) -> str:
    text = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return text[0].upper() + text[1:]
