"""An incident as a card: what is seen, since when, why, what it costs, what to do."""

from __future__ import annotations

from datetime import date
from html import escape

from campaign_health.dashboard.markup import badge, safe, with_code
from campaign_health.dashboard.reads.overview import Incident
from campaign_health.dashboard.theme import Palette
from campaign_health.detection.formats import count, day_text, days_since, money, span
from campaign_health.detection.words import cause_label


def card_html(incident: Incident, today: date, colours: Palette) -> str:
    """The inside of an incident's card as HTML; everything from outside is escaped."""
    cause = incident.headline_cause
    rows = [
        ("Since", _since(incident, today)),
        ("Probable cause", f"<strong>{escape(cause_label(incident.cause))}.</strong> {_sentence(cause)}"),
        ("Cost", _cost(incident)),
    ]
    if cause.get("next_step"):
        rows.append(("Next step", with_code(str(cause["next_step"]))))
    body = "".join(_row(label, text, colours) for label, text in rows)
    return (
        f'<div style="color:{colours.text};line-height:1.42">'
        f'<div style="display:flex;gap:.6rem;align-items:baseline;flex-wrap:wrap;margin-bottom:.15rem">'
        f'<h2 style="margin:0;padding:0;font-size:1.08rem;overflow-wrap:anywhere">'
        f"{safe(_short(incident.campaign))}</h2>"
        f"{badge(incident.kind, colours)}{_owner(incident, colours)}</div>"
        f'<p style="margin:0 0 .35rem;font-size:1.02rem">{with_code(incident.summary)}</p>'
        f'<dl style="margin:0;display:grid;padding:0;'
        f'grid-template-columns:max-content 1fr;gap:.12rem .8rem;font-size:.92rem">'
        f"{body}</dl></div>"
    )


def cost_text(incident: Incident) -> str:
    """Missed sends and revenue at risk in one line; says so where neither is known."""
    parts = []
    if incident.missed_sends is not None and round(incident.missed_sends) > 0:
        text = f"about {count(incident.missed_sends)} missed sends"
        if incident.missed_sends_low is not None and incident.missed_sends_high is not None:
            text += f" ({span(max(0.0, incident.missed_sends_low), incident.missed_sends_high)})"
        parts.append(text)
    if incident.revenue_at_risk:
        parts.append(f"about {money(incident.revenue_at_risk)} at risk")
    return ", ".join(parts) or "not known yet"


def _cost(incident: Incident) -> str:
    text = cost_text(incident)
    return f"{escape(text[0].upper() + text[1:])}"


def _since(incident: Incident, today: date) -> str:
    text = f"{day_text(incident.opened_on, today)}, {days_since(incident.opened_on, today)}"
    if incident.last_good_day:
        text += f"; last good day {day_text(incident.last_good_day, today)}"
    return escape(text)


def _sentence(cause: dict[str, object]) -> str:
    return with_code(str(cause.get("sentence", "")))


def _owner(incident: Incident, colours: Palette) -> str:
    who = f"{safe(incident.acknowledged_by)} is on it" if incident.acknowledged_by else ""
    if not who and incident.owner:
        who = f"owner {safe(incident.owner)}"
    return f'<span style="color:{colours.muted};font-size:.88rem">{who}</span>' if who else ""


def _row(label: str, text: str, colours: Palette) -> str:
    return (
        f'<dt style="color:{colours.muted};margin:0">{label}</dt>'
        f'<dd style="margin:0;overflow-wrap:anywhere">{text}</dd>'
    )


def _short(name: str, length: int = 90) -> str:
    return name if len(name) <= length else name[: length - 1] + "…"
