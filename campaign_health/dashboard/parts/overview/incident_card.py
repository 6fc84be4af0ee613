"""An incident as a small card: what is broken, since when, its picture, what it costs, what to do; the rest folded."""

from __future__ import annotations

from datetime import date
from html import escape

from campaign_health.dashboard.figures.small_chart import SmallLines, small_chart
from campaign_health.dashboard.look.markup import badge, safe, shown, with_code
from campaign_health.dashboard.look.theme import MUTED, TEXT, Palette
from campaign_health.dashboard.parts.cards import brief_html, cost_html, facts_list, since_text, state_rows, whose
from campaign_health.dashboard.parts.cost_words import RISK_MEANING, brief_cost
from campaign_health.state.handling import handling, said_of
from campaign_health.state.incident import Incident
from campaign_health.words.costs import missed_text
from campaign_health.words.currency import money
from campaign_health.words.dates import days_since, since_day
from campaign_health.words.numbers import in_round_figures
from campaign_health.words.short_steps import ShortStep, short_step
from campaign_health.words.shortened import first_sentence, first_sentences, without_rarity
from campaign_health.words.status_words import cause_label

# Signs of a next step in the folded part.
STEP_ROOM = 230
_LINE = "overflow:hidden;text-overflow:ellipsis;white-space:nowrap"


def card_html(incident: Incident, lines: SmallLines | None, today: date, colours: Palette) -> str:
    """The inside of an incident's card as HTML; everything from outside is escaped. `lines` are None where nothing is
    known of its campaigns' days.
    """
    chart = chart_html(lines, colours, "1.6rem") if lines is not None else ""
    short = step_of(incident)
    step = short.text if short else first_sentence(incident.next_step) if incident.next_step else "What was found"
    return (
        f'<div style="color:{TEXT};line-height:1.35">'
        f'<div style="display:flex;gap:.5rem;align-items:center">'
        f'<h2 title="{escape(shown(incident.campaign))}" '
        f'style="margin:0;padding:0;font-size:1.05rem;min-width:0;{_LINE}">'
        f"{safe(incident.campaign)}</h2>{badge(incident.kind)}{_cost_beside(incident)}</div>{chart}"
        f'<p class="cause" style="margin:0;font-size:.92rem;font-weight:650;{_LINE}">'
        f"{escape(_cause_line(incident, today))}</p>"
        f'<details class="rest"><summary><span class="step">{with_code(step)}</span></summary>'
        f"{facts_list(_rest(incident, today))}</details></div>"
    )


def step_of(incident: Incident) -> ShortStep | None:
    """The incident's next step in a few words; None where its cause has none."""
    facts = incident.headline_cause.get("facts") or {}
    return short_step(incident.cause, facts, owner=incident.owner, stage=incident.stage)


def chart_html(lines: SmallLines, colours: Palette, height: str) -> str:
    """The small chart as wide as what it stands in, and `height` (a CSS length) high."""
    return (
        f'<img src="{escape(small_chart(lines, colours))}" alt="Events and sends of the last 28 days" '
        f'style="display:block;width:100%;height:{height};margin:.1rem 0"/>'
    )


def _cause_line(incident: Incident, today: date) -> str:
    since = since_day(incident.opened_on, today, never_otherwise=incident.never_otherwise)
    state = handling(incident, today)
    text = f"{cause_label(incident.cause)} since {since}, {days_since(incident.opened_on, today)}"
    if incident.never_otherwise:
        text = f"{cause_label(incident.cause)}, {since}"
    return f"{state} · {text}" if state else text


def _cost_beside(incident: Incident) -> str:
    """Money a week, large; where it is not known the missed sends."""
    large, small = "", ""
    if incident.risk_a_week is not None and round(incident.risk_a_week) > 0:
        large, small = money(in_round_figures(incident.risk_a_week), incident.currency), "a week"
    elif missed := missed_text(incident.missed_sends):
        large, _, small = missed.removeprefix("about ").partition(" ")
    return (
        f'<span style="margin-left:auto;white-space:nowrap;font-size:1.3rem;font-weight:700" '
        f'title="{escape(RISK_MEANING)}">{escape(large)} <small style="font-size:.8rem;font-weight:400;color:{MUTED}">'
        f"{escape(small)}</small></span>"
    )


def _rest(incident: Incident, today: date) -> list[tuple[str, str]]:
    why = f"<strong>{escape(cause_label(incident.cause))}.</strong> {with_code(first_sentence(incident.why))}"
    rows = [
        ("Seen", brief_html(with_code(without_rarity(incident.summary)))),
        *whose(incident),
        ("Since", escape(since_text(incident, today))),
        ("Why", brief_html(why)),
        ("Cost", cost_html(brief_cost(incident))),
    ]
    if incident.next_step:
        rows.append(("Next step", brief_html(with_code(first_sentences(incident.next_step, STEP_ROOM)))))
    rows += state_rows(said_of(incident, today))
    if incident.owner:
        rows.append(("Owner", safe(incident.owner)))
    return rows
