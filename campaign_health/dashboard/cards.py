"""An incident as a card: what is seen, since when, why, what it costs, what to do."""

from __future__ import annotations

from datetime import date
from html import escape

from campaign_health.dashboard.markup import badge, safe, with_code
from campaign_health.dashboard.reads.overview import Incident
from campaign_health.dashboard.short_text import first_sentence, without_rarity
from campaign_health.dashboard.theme import MUTED, TEXT
from campaign_health.detection.formats import count, day_text, days_since, money, span
from campaign_health.detection.words import cause_label

# Lines that a card gives to a long sentence before it cuts it.
BRIEF_LINES = 3


def card_html(incident: Incident, today: date) -> str:
    """The inside of an incident's card on the overview as HTML, brief; everything from outside is escaped."""
    cause = incident.headline_cause
    why = (
        f"<strong>{escape(cause_label(incident.cause))}.</strong> {with_code(first_sentence(_text(cause, 'sentence')))}"
    )
    rows = [
        ("Since", escape(since_text(incident, today))),
        ("Why", _brief(why)),
        ("Cost", escape(_capital(cost_text(incident, with_range=False)))),
    ]
    if cause.get("next_step"):
        rows.append(("Next step", _brief(with_code(first_sentence(_text(cause, "next_step"))))))
    return (
        f'<div style="color:{TEXT};line-height:1.38">'
        f'<div style="display:flex;gap:.15rem .6rem;align-items:baseline;flex-wrap:wrap;margin-bottom:.1rem">'
        f'<h2 style="margin:0;padding:0;font-size:1.05rem;overflow-wrap:anywhere">'
        f"{safe(_short(incident.campaign))}</h2>"
        f"{badge(incident.kind)}{_owner(incident)}</div>"
        f'<p style="margin:0 0 .25rem;font-size:.98rem;overflow-wrap:anywhere">'
        f"{_brief(with_code(without_rarity(incident.summary)))}</p>{_list(rows)}</div>"
    )


def incident_html(incident: Incident, today: date) -> str:
    """The open incident on its campaign's own page: every sentence whole, without the campaign's name."""
    cause = incident.headline_cause
    rows = [
        ("Since", escape(since_text(incident, today))),
        (
            "Probable cause",
            f"<strong>{escape(cause_label(incident.cause))}.</strong> {with_code(_text(cause, 'sentence'))}",
        ),
        ("Cost", escape(_capital(cost_text(incident)))),
    ]
    if cause.get("next_step"):
        rows.append(("Next step", with_code(_text(cause, "next_step"))))
    return (
        f'<div style="color:{TEXT};line-height:1.45">'
        f'<h2 style="margin:0 0 .3rem;padding:0;font-size:1.08rem;overflow-wrap:anywhere">'
        f"{with_code(incident.summary)}</h2>{_list(rows)}</div>"
    )


def cost_text(incident: Incident, *, with_range: bool = True) -> str:
    """Missed sends and revenue at risk in one line; says so where neither is known."""
    parts = []
    if incident.missed_sends is not None and round(incident.missed_sends) > 0:
        text = f"about {count(incident.missed_sends)} missed sends"
        if with_range and incident.missed_sends_low is not None and incident.missed_sends_high is not None:
            text += f" ({span(max(0.0, incident.missed_sends_low), incident.missed_sends_high)})"
        parts.append(text)
    if incident.revenue_at_risk:
        text = f"about {money(incident.revenue_at_risk)} at risk"
        low, high = incident.revenue_at_risk_low, incident.revenue_at_risk_high
        if with_range and low is not None and high is not None:
            text += f" ({money(max(0.0, low))} to {money(high)})"
        parts.append(text)
    return ", ".join(parts) or "not known yet"


def since_text(incident: Incident, today: date) -> str:
    """The first bad day, how long ago that is, and the last good day."""
    text = f"{day_text(incident.opened_on, today)}, {days_since(incident.opened_on, today)}"
    if incident.last_good_day:
        text += f"; last good day {day_text(incident.last_good_day, today)}"
    return text


def _text(cause: dict[str, object], name: str) -> str:
    return str(cause.get(name, ""))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _brief(html: str) -> str:
    return f'<span class="brief" style="-webkit-line-clamp:{BRIEF_LINES}">{html}</span>'


def _owner(incident: Incident) -> str:
    who = f"{safe(incident.acknowledged_by)} is on it" if incident.acknowledged_by else ""
    if not who and incident.owner:
        who = f"owner {safe(incident.owner)}"
    style = f"color:{MUTED};font-size:.86rem;overflow-wrap:anywhere"
    return f'<span style="{style}">{who}</span>' if who else ""


def _list(rows: list[tuple[str, str]]) -> str:
    body = "".join(
        f'<dt style="color:{MUTED};margin:0">{label}</dt>'
        f'<dd style="margin:0;overflow-wrap:anywhere;min-width:0">{text}</dd>'
        for label, text in rows
    )
    return (
        '<dl style="margin:0;padding:0;display:grid;grid-template-columns:max-content 1fr;gap:.1rem .7rem;'
        f'font-size:.9rem">{body}</dl>'
    )


def _short(name: str, length: int = 90) -> str:
    return name if len(name) <= length else name[: length - 1] + "…"
