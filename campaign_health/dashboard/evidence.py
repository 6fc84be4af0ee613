"""A cause's evidence as people can check it."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from html import escape
from typing import Any

from campaign_health.dashboard.markup import safe, with_code
from campaign_health.dashboard.theme import MUTED, TEXT
from campaign_health.detection.formats import day_text

# What of a cause's facts is shown, in this order and in these words.
FACT_WORDS = {
    "old_event": "Old event",
    "new_event": "New event",
    "first_day": "First day",
    "last_day": "Last day",
    "name_likeness": "Likeness of the names",
    "volume_handed_over": "Volume handed over",
    "shared_properties": "Shared properties",
    "events_a_day_before": "Events a day, before",
    "events_a_day_after": "Events a day, after",
    "events_a_day_since": "Events a day, since",
    "dropped_in_lexicon": "Blocked in Mixpanel's Lexicon",
    "hidden_in_lexicon": "Hidden in Mixpanel's Lexicon",
    "others_broken": "Broken at the same time",
    "changed_on": "Changed on",
    "count_since": "Messages since",
    "moved_share": "Share that moved",
    "event": "Event",
    "nearest": "Nearest names",
    "property": "Property",
    "new_property": "New name, probably",
    "type_before": "Type before",
    "type_after": "Type after",
    "share_before": "On this share of events, before",
    "share_after": "On this share of events, after",
    "last_day_before": "Last profiled day before",
    "day": "Profiled day of the change",
    "events_read": "Events looked at",
    "lost_share": "Share of events that lost it",
    "missing_share": "Share of sends that is missing",
    "value": "Value",
    "failed_share_before": "Messages that failed, before",
    "failed_share_since": "Messages that failed, since",
    "failed_since": "Failed messages since",
    "failure_messages": "Customer.io says",
    "variables": "Liquid variables",
    "activated_share_before": "Journeys past the filter, before",
    "activated_share_since": "Journeys past the filter, since",
    "started_since": "Journeys started since",
    "drafted_since": "Drafts queued since",
    "drafted_share_since": "Share of messages drafted",
    "draft_messages": "Messages in draft",
    "off_messages": "Messages switched off",
}
SHARES = {name for name in FACT_WORDS if "share" in name} | {
    "name_likeness",
    "volume_handed_over",
    "messages_made_kept",
}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def evidence_html(cause: dict[str, Any]) -> str:
    """Sentence, facts, next step and what was ruled out, as HTML; everything from outside is escaped."""
    facts = cause.get("facts") or {}
    rows = "".join(_fact(label, name, facts.get(name)) for name, label in FACT_WORDS.items())
    ruled_out = "".join(f"<li>{with_code(str(text))}</li>" for text in cause.get("ruled_out") or ())
    parts = [f'<p style="margin:0 0 .5rem">{with_code(str(cause.get("sentence", "")))}</p>']
    if rows:
        parts.append(
            f'<dl style="margin:0 0 .5rem;padding:0;display:grid;grid-template-columns:max-content 1fr;'
            f'gap:.1rem 1rem;font-size:.92rem">{rows}</dl>'
        )
    if cause.get("next_step"):
        parts.append(f'<p style="margin:0"><strong>Next step.</strong> {with_code(str(cause["next_step"]))}</p>')
    if ruled_out:
        parts.append(f'<p style="margin:.5rem 0 0">Ruled out:</p><ul style="margin:0">{ruled_out}</ul>')
    return f'<div style="color:{TEXT};overflow-wrap:anywhere">{"".join(parts)}</div>'


def _fact(label: str, name: str, value: object) -> str:
    if value is None or value in ([], {}, ""):
        return ""
    return (
        f'<dt style="color:{MUTED};margin:0">{escape(label)}</dt>'
        f'<dd style="margin:0;overflow-wrap:anywhere;min-width:0">{_value(name, value)}</dd>'
    )


def _value(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name in SHARES and isinstance(value, int | float):
        return f"{value:.0%}"
    if isinstance(value, int | float):
        return f"{value:,.1f}".removesuffix(".0")
    if isinstance(value, list):
        return ", ".join(_part(part) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{safe(key)}: {safe(part)}" for key, part in value.items())
    if isinstance(value, str) and _DAY.fullmatch(value):
        with suppress(ValueError):
            return day_text(date.fromisoformat(value))
    return safe(value)


def _part(part: object) -> str:
    """A near name with its likeness as such; anything else as it is."""
    if isinstance(part, dict) and "event" in part:
        likeness = part.get("likeness")
        return safe(part["event"]) + (f" ({likeness:.0%} alike)" if isinstance(likeness, int | float) else "")
    return safe(part)
