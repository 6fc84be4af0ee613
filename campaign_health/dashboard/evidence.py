"""A cause's evidence as people can check it."""

from __future__ import annotations

from html import escape
from typing import Any

from campaign_health.dashboard.markup import safe, with_code
from campaign_health.dashboard.theme import Palette

# Facts that have words of their own; others are shown under their own name.
FACT_WORDS = {
    "old": "Old event",
    "new": "New event",
    "name_likeness": "Likeness of the names",
    "volume_handed_over": "Volume handed over",
    "shared_properties": "Shared properties",
    "first_day": "First day",
    "last_day": "Last day",
    "gradual": "Took several days",
    "property": "Property",
    "before": "Before",
    "after": "After",
    "share_before": "Carried by, before",
    "share_after": "Carried by, after",
    "nearest": "Nearest names",
    "missing_share": "Missing share",
    "failure_messages": "Customer.io says",
    "event": "Event",
    "value": "Value",
}
SHARES = {"name_likeness", "volume_handed_over", "shared_properties", "share_before", "share_after", "missing_share",
          "moved_share"}  # fmt: skip


def evidence_html(cause: dict[str, Any], colours: Palette) -> str:
    """Sentence, facts, next step and what was ruled out, as HTML; everything from outside is escaped."""
    facts = "".join(_fact(name, value, colours) for name, value in (cause.get("facts") or {}).items())
    ruled_out = "".join(f"<li>{with_code(str(text))}</li>" for text in cause.get("ruled_out") or ())
    parts = [f'<p style="margin:0 0 .5rem">{with_code(str(cause.get("sentence", "")))}</p>']
    if facts:
        parts.append(
            f'<dl style="margin:0 0 .5rem;padding:0;display:grid;grid-template-columns:max-content 1fr;'
            f'gap:.1rem 1rem;font-size:.92rem">{facts}</dl>'
        )
    if cause.get("next_step"):
        parts.append(f'<p style="margin:0"><strong>Next step.</strong> {with_code(str(cause["next_step"]))}</p>')
    if ruled_out:
        parts.append(f'<p style="margin:.5rem 0 0">Ruled out:</p><ul style="margin:0">{ruled_out}</ul>')
    return f'<div style="color:{colours.text}">{"".join(parts)}</div>'


def hand_over_events(cause: dict[str, Any]) -> tuple[str, str] | None:
    """Old and new event of a rename, or None where the cause is another."""
    facts = cause.get("facts") or {}
    old, new = facts.get("old"), facts.get("new")
    return (old, new) if isinstance(old, str) and isinstance(new, str) else None


def _fact(name: str, value: object, colours: Palette) -> str:
    if value is None or value in ([], {}, ""):
        return ""
    label = FACT_WORDS.get(name, name.replace("_", " ").capitalize())
    return (
        f'<dt style="color:{colours.muted};margin:0">{escape(label)}</dt>'
        f'<dd style="margin:0;overflow-wrap:anywhere">{_value(name, value)}</dd>'
    )


def _value(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name in SHARES and isinstance(value, int | float):
        return f"{value:.0%}"
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    if isinstance(value, list):
        return ", ".join(safe(part) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{safe(key)}: {safe(part)}" for key, part in value.items())
    return safe(value)
