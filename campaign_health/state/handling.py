"""What people make of an open incident: one word for tables, one sentence for everything that has room."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from campaign_health.state.incident import Incident
from campaign_health.words.dates import day_text
from campaign_health.words.decided import (
    WAITING,
    announced_text,
    confirmed_text,
    false_alarm_text,
    fixed_text,
    intended_text,
    muted_text,
    renamed_text,
    taken_text,
)
from campaign_health.words.status_words import EXPECTED, FALSE_ALARM, HAND_OVER, status_label

_MEANT = {"false_alarm": FALSE_ALARM, "manifest": HAND_OVER}


def meant_as(incident: Incident) -> str | None:
    """The status that takes the place of its kind where somebody said that it is no break; None where nobody did."""
    return _MEANT.get(incident.expected_how or "", EXPECTED) if incident.expected_by else None


def handling(incident: Incident, today: date) -> str:
    """What is done about it, in a word or two, on a day in its workspace's zone; empty where nothing is, or it is over.

    `Intended`, `False alarm`, `Announced hand-over`, `Muted until Mon 30 Nov`, `Rename confirmed, trigger not changed
    yet`, `Fixed, waiting for proof`, `Still silent after a fix`, `Being worked on`: what keeps it quiet goes before
    what does not.
    """
    if not incident.is_open:
        return ""
    if status := meant_as(incident):
        return status_label(status)
    if incident.is_muted(today):
        return f"Muted until {day_text(incident.muted_until, today)}" if incident.muted_until else "Muted"
    if incident.fixed_by:
        return WAITING if incident.awaits_proof else _still(incident)
    if incident.renamed_by:
        changed = "trigger changed, no sends yet" if _trigger_moved(incident) else "trigger not changed yet"
        return f"Rename confirmed, {changed}"
    return "Being worked on" if incident.acknowledged_by else ""


def may_be_fixed(incident: Incident) -> bool:
    """Whether "I fixed it" can be said: it goes on and counts as broken, and no fix said before waits for its proof."""
    return incident.is_open and not incident.expected_by and not incident.awaits_proof


def said_of(incident: Incident, today: date) -> tuple[str, ...]:
    """All that people said of it and that holds on a day in its workspace's zone, each without a full stop."""
    found = []
    if incident.expected_by:
        if incident.expected_how == "manifest":
            found.append(announced_text(incident.expected_reason, incident.expected_by))
        elif incident.expected_how == "false_alarm":
            found.append(false_alarm_text(incident.expected_by, incident.expected_reason))
        else:
            found.append(intended_text(incident.expected_by, incident.expected_reason, None, today))
    if incident.is_muted(today):
        found.append(muted_text(incident.muted_by, incident.muted_reason, incident.muted_until, today))
    if incident.renamed_by:
        names = incident.renamed_from or "", incident.renamed_to or ""
        found.append(renamed_text(incident.renamed_by, *names, incident.trigger))
    if incident.fixed_by and incident.fixed_on:
        about = incident.fixed_by, incident.fixed_on, incident.fixed_reason
        if incident.fix_is_confirmed and incident.recovered_on:
            found.append(confirmed_text(*about, incident.recovered_on, today))
        else:
            found.append(fixed_text(*about, incident.fix_failed_on, _still(incident), today))
    if incident.acknowledged_by and not incident.awaits_proof:
        found.append(taken_text(incident.acknowledged_by))
    return tuple(found)


def said_of_its_event(incident: Incident, today: date) -> tuple[str, ...]:
    """The same without what was said of the incident itself, beside which a page draws a way to take it back; with
    what became of a fix, which is more than somebody's word.
    """
    of_event = replace(incident, muted_by=None, acknowledged_by=None)
    if incident.expected_how != "manifest":
        of_event = replace(of_event, expected_by=None)
    return said_of(of_event, today)


def _still(incident: Incident) -> str:
    """What it is still, although it was said to be fixed; a lost event is one that sends nothing."""
    return "Still losing sends after a fix" if incident.kind == "degraded" else "Still silent after a fix"


def _trigger_moved(incident: Incident) -> bool:
    return incident.trigger is not None and incident.trigger == incident.renamed_to
