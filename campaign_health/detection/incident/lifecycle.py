"""From verdicts to incidents: what opens one, what changes it, what ends it.

Pure and causal: what is said of a day depends on that day and the days before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from campaign_health.detection.causes.established import ESTABLISHED, as_of_then
from campaign_health.detection.causes.shared_causes import SOURCE_TROUBLE
from campaign_health.detection.incident.campaign_history import CampaignHistory
from campaign_health.detection.incident.endings import RECOVERED, Ending, ending_of
from campaign_health.detection.incident.incident_course import (
    UNKNOWN,
    BadDay,
    Change,
    Evidence,
    Followed,
    Incident,
    Past,
)
from campaign_health.detection.incident.money import DailyMiss
from campaign_health.words.dates import days_text
from campaign_health.words.numbers import plural

REOPEN_DAYS = 7
"""A break that shows again within so many days after its end is the same one, opened again."""

LOOK_AGAIN_DAYS = 60
"""For so many days after its detection the cause of an incident is looked for every day, so that its numbers are of
today; later once a week."""

LASTING = ("event_renamed", "property_missing", "property_type_changed", "message_failing", "part_of_traffic_broke")
"""Causes that nobody can take for a new normal while they show."""

_MANY = {"send": "sends", "delivery": "deliveries"}
_SEVERITY = {"degraded": 1, "silent": 2, "event_lost": 2}


Look = Callable[[Incident, date], Evidence]
WhyClosed = Callable[[int, date], str]


def follow(
    history: CampaignHistory,
    begin: int,
    end: int,
    past: Past,
    look: Look,
    why_closed: WhyClosed = lambda campaign_id, day: "stopped",
) -> Followed:
    """Follow one campaign over the columns from `begin` to before `end` of its history.

    `past` is what is known from the columns before `begin`. `look(incident, day)` finds the causes from what was
    known on that day. `why_closed(campaign_id, day)` tells of a campaign that no longer runs: stopped, archived …
    """
    found = Followed(past)
    for column in range(begin, end):
        incident, last = found.past.open, found.past.last
        if incident is not None:
            incident = _continued(incident, history, column, look, why_closed, found)
        elif history.broken[column]:
            incident = _looked(_opened(history, column, last), history.day(column), look, found)
            # What a source's trouble breaks is not what was broken before, nor what breaks after it.
            of_source = SOURCE_TROUBLE in (incident.cause, last.cause if last is not None else None)
            if last is not None and _shows_again(last, history.day(column)) and not of_source:
                incident = _looked(_reopened(last, history, column), history.day(column), look, found)
            found.changes.append(opening_change(incident))
            found.ended = [one for one in found.ended if one.incident_id != incident.incident_id]
        else:
            continue
        if incident.is_open:
            found.past = Past(incident, last)
            if history.judged[column]:
                due = history.sends_due(column, incident.stage, incident.sends_per_source)
                found.bad_days[history.day(column)] = BadDay(
                    incident.kind, incident.stage, incident.cause, due, incident.probability
                )
        else:
            found.past = Past(None, incident)
            back = history.column(incident.recovered_on or history.day(column))
            found.good_days |= {history.day(good) for good in range(max(0, back), column + 1) if history.judged[good]}
            found.ended.append(incident)
            found.changes.append(ending_change(incident))
    return found


def _shows_again(last: Incident, day: date) -> bool:
    """Whether a break on that day is the one that was just over. What a person called normal is not."""
    assert last.ended_on is not None
    return last.ended_how != "accepted" and (day - last.ended_on).days <= REOPEN_DAYS


def _opened(history: CampaignHistory, column: int, last: Incident | None) -> Incident:
    opened = history.first_bad_column(column, last.recovered_on if last is not None else None)
    rare = history.rarest(column, None)
    incident = Incident(
        campaign_id=history.campaign_id,
        opened_on=history.day(opened),
        detected_on=history.day(column),
        kind=history.kind(column),
        stage=history.stage(column),
        last_good_day=None if history.standing[column] else history.last_good_day(opened, column),
        summary=history.opening_sentence(opened, column, rare),
        probability=rare,
        sends_per_source=history.sends_per_source(opened, column),
        sends_per_event=history.sends_per_event(opened, column),
    )
    return replace(incident, miss=_missed(incident, history, opened, column, DailyMiss()))


def _reopened(last: Incident, history: CampaignHistory, column: int) -> Incident:
    kind, opened = history.kind(column), history.first_bad_column(column, last.recovered_on)
    rare = history.rarest(column, last.probability)
    incident = replace(
        last,
        kind=kind if _SEVERITY[kind] >= _SEVERITY[last.kind] else last.kind,
        stage=history.stage(column),
        summary=history.opening_sentence(opened, column, rare),
        probability=rare,
        reopened_on=history.day(column),
        again_since=history.day(opened),
        recovered_on=None,
        ended_on=None,
        ended_how=None,
        low_since=None,
    )
    return replace(incident, miss=_missed(incident, history, opened, column, last.miss))


def _missed(incident: Incident, history: CampaignHistory, opened: int, column: int, miss: DailyMiss) -> DailyMiss:
    """What was missed already, with the days from the one that was bad first to the one that showed it."""
    for bad in range(max(opened, history.oldest_column(column)), column + 1):
        if history.standing[column] and not history.standing[bad]:
            # What a link learned of days on which nothing ever got through is no expectation.
            continue
        miss = history.add_miss(miss, bad, incident.stage, incident.sends_per_source)
    return miss


def _continued(
    incident: Incident,
    history: CampaignHistory,
    column: int,
    look: Look,
    why_closed: WhyClosed,
    found: Followed,
) -> Incident:
    day = history.day(column)
    ending = ending_of(
        history,
        column,
        event_before=history.event_on(incident.detected_on),
        stage=incident.stage,
        since=incident.since,
        shown_on=incident.shown_on,
        sends_per_source=incident.sends_per_source,
        low_since=incident.low_since,
        cause_stands=lambda: any(cause_stands(cause) for cause in look(incident, day)),
        why_closed=lambda: why_closed(incident.campaign_id, day),
    )
    if ending is not None and ending.how == "low":
        incident = replace(incident, low_since=day)
    elif ending is not None:
        return _over(incident, history, ending, day)
    if history.broken[column]:
        incident = _worsened(incident, history, column, found)
    if history.judged[column] and incident.cause != "season_ended":
        miss = history.add_miss(incident.miss, column, incident.stage, incident.sends_per_source)
        incident = replace(incident, miss=miss)
    return _looked(incident, day, look, found)


def cause_stands(cause: Mapping[str, Any]) -> bool:
    """Whether a cause is one that is still there as one looks: messages that are in draft or off to this day, or what
    is sure and shows in the newest numbers, too.
    """
    facts = cause.get("facts", {})
    if cause["cause"] == "message_draft_or_off":
        return bool(facts.get("draft_messages") or facts.get("off_messages"))
    return cause["cause"] in LASTING and cause.get("confidence", 0.0) >= ESTABLISHED and "told_as_of" not in cause


def _worsened(incident: Incident, history: CampaignHistory, column: int, found: Followed) -> Incident:
    if incident.stage == "event" and history.event(column) is None and not history.standing[column]:
        # Its trigger was taken away: what its later days look like without one says nothing of what broke.
        return incident
    rare = history.rarest(column, incident.probability)
    kind, stage, sentence = history.kind(column), history.stage(column), history.sentence(column, rare)
    if _SEVERITY[kind] > _SEVERITY[incident.kind]:
        detail = {"from": incident.kind, "to": kind, "stage": stage, "sentence": sentence}
        found.changes.append(
            Change(incident.incident_id, incident.campaign_id, "worsened", history.day(column), detail)
        )
    worst = kind if _SEVERITY[kind] >= _SEVERITY[incident.kind] else incident.kind
    # A day that alone would pass for normal does not show what is wrong; the one told before does.
    telling = history.falls_short(column)
    summary = sentence if telling else incident.summary
    return replace(incident, kind=worst, stage=stage, summary=summary, probability=rare)


def _over(incident: Incident, history: CampaignHistory, ending: Ending, day: date) -> Incident:
    """The incident with a summary of the whole of it: its last day alone may read as normal."""
    back, cause = history.column(ending.on), incident.cause
    if ending.closed_by_people and cause == UNKNOWN:
        cause = "campaign_stopped"
    # The days that turned out to be normal again were counted while nobody could be sure of it.
    normal = DailyMiss()
    for column in range(back, history.column(day)):
        if history.judged[column]:
            normal = history.add_miss(normal, column, incident.stage, incident.sends_per_source)
    incident = replace(
        incident,
        recovered_on=ending.on,
        ended_on=day,
        ended_how=ending.how,
        cause=cause,
        miss=incident.miss.minus(normal),
    )
    last = max(ending.on - timedelta(days=1), incident.opened_on)
    days = (last - incident.opened_on).days + 1
    spell = days_text(incident.opened_on, last, incident.opened_on)
    when = f"on {spell}" if days == 1 else f"over {days} days, {spell}"
    missed = incident.miss.missed()
    if missed is None or round(missed.value) == 0:
        return incident
    what = "delivery" if incident.stage == "delivered" else "send"
    return replace(incident, summary=f"{plural(missed.value, what, _MANY[what])} missed {when}.")


def _looked(incident: Incident, day: date, look: Look, found: Followed) -> Incident:
    passed = (day - incident.shown_on).days
    if passed > LOOK_AGAIN_DAYS and passed % 7:
        return incident
    evidence = look(incident, day)
    headline = str(evidence[0]["cause"]) if evidence else UNKNOWN
    # What was found once stays true of its day when later days no longer show it.
    if incident.evidence and headline == UNKNOWN and incident.cause != UNKNOWN:
        return replace(incident, evidence=as_of_then(incident.evidence, day))
    if incident.evidence and headline != incident.cause:
        detail = {"from": incident.cause, "to": headline, "sentence": evidence[0].get("sentence", "")}
        found.changes.append(Change(incident.incident_id, incident.campaign_id, "cause_changed", day, detail))
    # Of what ended by itself nobody knows that anything is missing.
    miss = DailyMiss() if headline == "season_ended" else incident.miss
    return replace(incident, cause=headline, evidence=evidence, miss=miss)


def opening_change(incident: Incident) -> Change:
    detail = {
        "status": incident.kind,
        "stage": incident.stage,
        "cause": incident.cause,
        "sentence": incident.summary,
        "opened_on": incident.opened_on.isoformat(),
    }
    kind = "opened" if incident.reopened_on is None else "reopened"
    return Change(incident.incident_id, incident.campaign_id, kind, incident.shown_on, detail)


def ending_change(incident: Incident) -> Change:
    assert incident.ended_on is not None
    assert incident.recovered_on is not None
    detail = {
        "recovered_on": incident.recovered_on.isoformat(),
        "days": (incident.recovered_on - incident.opened_on).days,
        "how": incident.ended_how,
    }
    kind = "recovered" if incident.ended_how == RECOVERED else "closed"
    return Change(incident.incident_id, incident.campaign_id, kind, incident.ended_on, detail)
