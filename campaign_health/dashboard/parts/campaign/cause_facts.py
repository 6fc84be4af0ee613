"""A cause's evidence as people can check it."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from html import escape
from typing import Any

from campaign_health.dashboard.look.markup import safe, with_code
from campaign_health.dashboard.look.theme import MUTED, TEXT
from campaign_health.words.dates import day_text
from campaign_health.words.event_service import of_service
from campaign_health.words.numbers import unbroken_share
from campaign_health.words.property_types import type_words

# What of a cause's facts is shown, in this order and in these words.
FACT_WORDS = {
    "old_event": "Old event",
    "new_event": "New event",
    "first_day": "The new event began on",
    "last_day": "The old event stopped on",
    "name_likeness": "How alike the two names are",
    "volume_handed_over": "Volume that the new event took over",
    "shared_properties": "Properties of the old event that the new one has",
    "events_a_day_before": "Events a day, before",
    "events_a_day_after": "Events a day, after",
    "events_a_day_since": "Events a day, since then",
    "dropped_in_lexicon": "Blocked in Mixpanel's Lexicon",
    "hidden_in_lexicon": "Hidden in Mixpanel's Lexicon",
    "others_broken": "Broken at the same time",
    "changed_on": "Changed on",
    "count_since": "Messages made since then",
    "moved_share": "Volume that left the old event",
    "event": "Event",
    "nearest": "Nearest names",
    "property": "Property",
    "new_property": "New name, probably",
    "type_before": "What it was before",
    "type_after": "What it is now",
    "share_before": "Events that had it before",
    "share_after": "Events that have it now",
    "last_day_before": "Seen unchanged on",
    "day": "Seen changed on",
    "events_read": "Events looked at since",
    "lost_share": "Events that lost it",
    "missing_share": "Sends that are missing",
    "segment": "Segment",
    "people_before": "People in it, before",
    "people_after": "People in it now",
    "counted_before": "Last counted with them on",
    "counted_on": "First counted without them on",
    "part": "Part of the traffic",
    "part_share_before": "Events that came from it, before",
    "part_events_a_day": "Events a day that came from it, before",
    "message": "Message",
    "message_sends_a_day": "Its sends a day, before",
    "value": "Value",
    "failed_share_before": "Messages that failed, before",
    "failed_share_since": "Messages that failed, since then",
    "failed_since": "Number of them since then",
    "failure_messages": "Customer.io says",
    "variables": "Variables of the message",
    "activated_share_before": "Journeys that passed the filter, before",
    "activated_share_since": "Journeys that passed the filter, since then",
    "started_since": "Journeys started since then",
    "drafted_since": "Drafts queued since then",
    "drafted_share_since": "Messages that became drafts, since then",
    "draft_messages": "Messages in draft",
    "off_messages": "Messages switched off",
}
SHARES = {name for name in FACT_WORDS if "share" in name} | {
    "name_likeness",
    "volume_handed_over",
    "messages_made_kept",
}
TYPES = {"type_before", "type_after"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def evidence_html(cause: dict[str, Any], *, is_said: bool = False) -> str:
    """Sentence, facts, next step and what was ruled out, as HTML; everything from outside is escaped. Where the cause
    `is_said` with its incident, without sentence and next step: those stand there.
    """
    facts = cause.get("facts") or {}
    rows = "".join(_fact(label, name, facts.get(name)) for name, label in FACT_WORDS.items())
    ruled_out = "".join(f"<li>{with_code(str(text))}</li>" for text in cause.get("ruled_out") or ())
    parts = [] if is_said else [f'<p style="margin:0 0 .5rem">{with_code(str(cause.get("sentence", "")))}</p>']
    if rows:
        parts.append(
            f'<dl style="margin:0 0 .5rem;padding:0;display:grid;grid-template-columns:max-content 1fr;'
            f'gap:.1rem 1rem;font-size:.92rem">{rows}</dl>'
        )
    if cause.get("next_step") and not is_said:
        parts.append(f'<p style="margin:0"><strong>Next step.</strong> {with_code(str(cause["next_step"]))}</p>')
    if ruled_out:
        parts.append(f'<p style="margin:.5rem 0 0">Ruled out:</p><ul style="margin:0">{ruled_out}</ul>')
    if not parts:
        parts = ['<p style="margin:0">There are no more facts than those said above.</p>']
    return f'<div style="color:{TEXT};overflow-wrap:anywhere">{"".join(parts)}</div>'


def _fact(label: str, name: str, value: object) -> str:
    if value is None or value in ([], {}, ""):
        return ""
    return (
        f'<dt style="color:{MUTED};margin:0">{escape(of_service(label))}</dt>'
        f'<dd style="margin:0;overflow-wrap:anywhere;min-width:0">{_value(name, value)}</dd>'
    )


def _value(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name in SHARES and isinstance(value, int | float):
        return unbroken_share(value)
    if isinstance(value, int | float):
        return f"{value:,.1f}".removesuffix(".0")
    if name in TYPES:
        return escape(type_words(str(value)))
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
        return safe(part["event"]) + (
            f" ({unbroken_share(likeness)} alike)" if isinstance(likeness, int | float) else ""
        )
    return safe(part)
