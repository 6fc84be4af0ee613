"""An incident as a card: what is seen, since when, why, what it costs, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

from campaign_health.dashboard.look.markup import badge, safe, shown, with_code
from campaign_health.dashboard.look.theme import MUTED, TEXT
from campaign_health.dashboard.parts.cost_words import RISK_MEANING, whole_cost
from campaign_health.state.handling import said_of_its_event
from campaign_health.state.incident import Incident
from campaign_health.state.some_lost import ADVICE as SOME_LOST_ADVICE
from campaign_health.state.some_lost import MEANING, TITLE, SomeLost
from campaign_health.state.stretch_words import advice_on, seen_line, since_line
from campaign_health.state.stretches import Stretch
from campaign_health.words.dates import day_text, days_since, since_day
from campaign_health.words.lists import joined
from campaign_health.words.shortened import rarity_of, without_rarity
from campaign_health.words.status_words import cause_label

# A card shows whole sentences; only one with an absurdly long name in it is cut, after this many lines.
BRIEF_LINES = 9


def incident_html(incident: Incident, today: date) -> str:
    """The open incident on its campaign's own page: every sentence whole, without the campaign's name."""
    rows = [
        *whose(incident),
        ("Since", escape(since_text(incident, today))),
        (
            "Probable cause",
            f"<strong>{escape(cause_label(incident.cause))}.</strong> {with_code(incident.why)}",
        ),
        ("Cost", cost_html(whole_cost(incident))),
    ]
    if rare := rarity_of(incident.summary):
        rows.append(("How unusual", escape(rare)))
    if incident.next_step:
        rows.append(("Next step", with_code(incident.next_step)))
    rows += state_rows(said_of_its_event(incident, today))
    return (
        f'<div style="color:{TEXT};line-height:1.45">'
        f'<h2 style="margin:0 0 .3rem;padding:0;font-size:1.08rem;overflow-wrap:anywhere">'
        f"{with_code(without_rarity(incident.summary))}</h2>{facts_list(rows)}</div>"
    )


def whose(incident: Incident) -> list[tuple[str, str]]:
    """The campaigns that one trouble broke together; nothing for the incident of one campaign."""
    return [("Campaigns", brief_html(safe(joined(incident.campaigns))))] if incident.is_of_source else []


def look_html(stretch: Stretch, today: date) -> str:
    """The inside of the card of a campaign that is not broken, but worth a look."""
    meaning, advice = advice_on(stretch)
    rows = [
        ("Since", escape(since_line(stretch, today))),
        ("What it means", escape(meaning)),
        ("To do", escape(advice)),
    ]
    return _card(stretch.campaign, badge(stretch.status), escape(seen_line(stretch, today)), rows)


def some_lost_html(lost: SomeLost) -> str:
    """The inside of the card of a campaign that works and loses a part of its messages."""
    beside = f'<span style="color:{MUTED};font-size:.86rem">◒ {escape(TITLE.capitalize())}</span>'
    rows = [("What it means", escape(MEANING)), ("To do", escape(SOME_LOST_ADVICE))]
    return _card(lost.campaign, beside, safe(lost.sentence), rows)


def stretch_html(stretch: Stretch, today: date, errors: Sequence[str] = ()) -> str:
    """The same on the campaign's own page; `errors` are what the sources said, for whoever runs campaign-health."""
    meaning, advice = advice_on(stretch)
    when = "Days" if stretch.status == "not_collected" else "Since"
    rows = [(when, since_line(stretch, today)), ("What it means", meaning), ("To do", advice)]
    if errors:
        rows.append(("In detail", shown(" ".join(errors))))
    return (
        f'<div style="color:{TEXT};line-height:1.45">'
        f'<h2 style="margin:0 0 .3rem;padding:0;font-size:1.08rem">{escape(seen_line(stretch, today))}</h2>'
        f"{facts_list([(label, escape(text)) for label, text in rows])}</div>"
    )


def _card(name: str, beside: str, seen: str, rows: list[tuple[str, str]]) -> str:
    return (
        f'<div style="color:{TEXT};line-height:1.38">'
        f'<div style="display:flex;gap:.15rem .6rem;align-items:baseline;flex-wrap:wrap;margin-bottom:.1rem">'
        f'<h2 style="margin:0;padding:0;font-size:1.05rem;overflow-wrap:anywhere">{safe(_short(name))}</h2>'
        f"{beside}</div>"
        f'<p style="margin:0 0 .25rem;font-size:.98rem;overflow-wrap:anywhere">{brief_html(seen)}</p>'
        f"{facts_list(rows)}</div>"
    )


def since_text(incident: Incident, today: date) -> str:
    """The first bad day, how long ago that is, and the last good day."""
    text = since_day(incident.opened_on, today, never_otherwise=incident.never_otherwise)
    text = f"{text[0].upper()}{text[1:]}, {days_since(incident.opened_on, today)}"
    if incident.last_good_day:
        text += f"; last good day {day_text(incident.last_good_day, today)}"
    return text


def cost_html(text: str) -> str:
    """A cost in words, which says how it is reckoned when pointed at."""
    return f'<span title="{escape(RISK_MEANING)}">{escape(text[:1].upper() + text[1:])}</span>'


def brief_html(html: str) -> str:
    """The HTML cut after the lines that a card has room for."""
    return f'<span class="brief" style="-webkit-line-clamp:{BRIEF_LINES}">{html}</span>'


def state_rows(said: Sequence[str]) -> list[tuple[str, str]]:
    """What people said of it, as a row; none where nobody did."""
    return [("State", safe(". ".join(said) + "."))] if said else []


def facts_list(rows: list[tuple[str, str]]) -> str:
    """Labels and their HTML as a list of descriptions."""
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
