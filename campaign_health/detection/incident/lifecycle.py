"""From verdicts to incidents: what opens one, what changes it, what ends it.

Pure and causal: what is said of a day depends on that day and the days before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from campaign_health.detection.incident.campaign_history import CampaignHistory
from campaign_health.detection.incident.money import DailyMiss, Estimate
from campaign_health.words.dates import days_text
from campaign_health.words.numbers import plural

Evidence = tuple[Mapping[str, Any], ...]
"""Causes, best first, as they are stored: {"cause", "confidence", "sentence", "since", "facts", ...}."""

LOOK_AGAIN_DAYS = 14
"""For so many days after its detection the cause of an incident is looked for every day, later once a week."""

UNKNOWN = "unknown"
_MANY = {"send": "sends", "delivery": "deliveries"}
_SEVERITY = {"degraded": 1, "silent": 2, "event_lost": 2}


@dataclass(frozen=True)
class Incident:
    """An unbroken run of bad days of one campaign, as known on the last day that was followed."""

    campaign_id: int
    opened_on: date
    detected_on: date
    kind: str
    stage: str
    last_good_day: date | None
    summary: str
    cause: str = UNKNOWN
    evidence: Evidence = ()
    recovered_on: date | None = None
    ended_on: date | None = None
    ended_how: str | None = None
    miss: DailyMiss = field(default_factory=DailyMiss)
    sends_per_source: float | None = None
    sends_per_event: float | None = None

    @property
    def incident_id(self) -> str:
        """Stable: campaign id and first bad day."""
        return f"{self.campaign_id}-{self.opened_on.isoformat()}"

    @property
    def is_open(self) -> bool:
        """Whether it had not ended on the last day that was followed."""
        return self.ended_on is None


@dataclass(frozen=True)
class Change:
    """Something that happened to an incident, by the data of `day`; `detail` as described in docs/judging.md."""

    incident_id: str
    campaign_id: int
    kind: str
    day: date
    detail: Mapping[str, Any]
    suffix: str = ""

    @property
    def change_id(self) -> str:
        """Stable: incident, kind and day, so that judging again makes the same one."""
        return f"{self.incident_id}:{self.kind}:{self.day.isoformat()}" + (f":{self.suffix}" if self.suffix else "")

    def as_row(self, news: bool) -> dict[str, Any]:
        """Its row of `incident_change`, to be announced where it is news."""
        return {
            "change_id": self.change_id,
            "incident_id": self.incident_id,
            "campaign_id": self.campaign_id,
            "kind": self.kind,
            "day": self.day,
            "detail": dict(self.detail),
            "news": news,
        }


@dataclass(frozen=True)
class BadDay:
    """What an open incident makes of a day's verdict.

    `sends_due`: where its source fell silent, the sends that it should have led to; else the day's own expectation
    holds.
    """

    kind: str
    stage: str
    cause: str
    sends_due: Estimate | None = None


@dataclass(frozen=True)
class Past:
    """What must be known of the days before: the incident that is open, and when the one before it was over."""

    open: Incident | None = None
    recovered_on: date | None = None


@dataclass
class Followed:
    """What became of one campaign over the days that were followed, and the past as it is after them."""

    past: Past
    ended: list[Incident] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    bad_days: dict[date, BadDay] = field(default_factory=dict)

    @property
    def incidents(self) -> list[Incident]:
        """All of them, the open one last."""
        return [*self.ended, self.past.open] if self.past.open else list(self.ended)


Look = Callable[[Incident, date], Evidence]


def follow(history: CampaignHistory, begin: int, end: int, past: Past, look: Look) -> Followed:
    """Follow one campaign over the columns from `begin` to before `end` of its history.

    `past` is what is known from the columns before `begin`. `look(incident, day)` finds the causes from what was
    known on that day.
    """
    found = Followed(past)
    for column in range(begin, end):
        incident = found.past.open
        if incident is not None:
            incident = _continued(incident, history, column, look, found)
        elif history.broken[column]:
            incident = _opened(history, column, found.past.recovered_on)
            incident = _looked(incident, history.day(column), look, found)
            found.changes.append(_opening(incident))
        else:
            continue
        if incident.is_open:
            found.past = Past(incident, found.past.recovered_on)
            if history.judged[column]:
                due = history.sends_due(column, incident.stage, incident.sends_per_source)
                found.bad_days[history.day(column)] = BadDay(incident.kind, incident.stage, incident.cause, due)
        else:
            found.past = Past(None, incident.recovered_on)
            found.ended.append(incident)
            found.changes.append(_ending(incident))
    return found


def _opened(history: CampaignHistory, column: int, earliest: date | None) -> Incident:
    opened = history.first_bad_column(column, earliest)
    incident = Incident(
        campaign_id=history.campaign_id,
        opened_on=history.day(opened),
        detected_on=history.day(column),
        kind=history.kind(column),
        stage=history.stage(column),
        last_good_day=history.last_good_day(opened, column),
        summary=history.sentence(column),
        sends_per_source=history.sends_per_source(opened, column),
        sends_per_event=history.sends_per_event(opened, column),
    )
    miss = DailyMiss()
    for bad in range(max(opened, history.oldest_column(column)), column + 1):
        miss = history.add_miss(miss, bad, incident.stage, incident.sends_per_source)
    return replace(incident, miss=miss)


def _continued(incident: Incident, history: CampaignHistory, column: int, look: Look, found: Followed) -> Incident:
    day = history.day(column)
    if history.not_running[column]:
        cause = "campaign_stopped" if incident.cause == UNKNOWN else incident.cause
        return _over(replace(incident, recovered_on=day, ended_on=day, ended_how="not_running", cause=cause))
    if history.relearned[column] and not history.broken[column]:
        return _over(replace(incident, recovered_on=day, ended_on=day, ended_how="new_level"))
    if history.shows_recovery(column):
        back = max(history.first_column_back(column, incident.stage), history.column(incident.opened_on) + 1)
        return _over(replace(incident, recovered_on=history.day(back), ended_on=day, ended_how="sends_back"))
    if history.broken[column]:
        incident = _worsened(incident, history, column, found)
    if history.judged[column]:
        miss = history.add_miss(incident.miss, column, incident.stage, incident.sends_per_source)
        incident = replace(incident, miss=miss)
    return _looked(incident, day, look, found)


def _worsened(incident: Incident, history: CampaignHistory, column: int, found: Followed) -> Incident:
    if incident.stage == "event" and history.event(column) is None:
        # Its trigger was taken away: what its later days look like without one says nothing of what broke.
        return incident
    kind, stage, sentence = history.kind(column), history.stage(column), history.sentence(column)
    if _SEVERITY[kind] > _SEVERITY[incident.kind]:
        detail = {"from": incident.kind, "to": kind, "stage": stage, "sentence": sentence}
        found.changes.append(
            Change(incident.incident_id, incident.campaign_id, "worsened", history.day(column), detail)
        )
    worst = kind if _SEVERITY[kind] >= _SEVERITY[incident.kind] else incident.kind
    # A day that alone would pass for normal does not show what is wrong; the one told before does.
    telling = stage in ("event", "delivered") or history.falls_short(column)
    return replace(incident, kind=worst, stage=stage, summary=sentence if telling else incident.summary)


def _over(incident: Incident) -> Incident:
    """The incident with a summary of the whole of it: its last day alone may read as normal."""
    assert incident.recovered_on is not None
    last = max(incident.recovered_on - timedelta(days=1), incident.opened_on)
    days = (last - incident.opened_on).days + 1
    spell = days_text(incident.opened_on, last, incident.opened_on)
    when = f"on {spell}" if days == 1 else f"over {days} days, {spell}"
    missed = incident.miss.missed()
    if missed is None:
        return incident
    what = "delivery" if incident.stage == "delivered" else "send"
    return replace(incident, summary=f"{plural(max(missed[0], 0), what, _MANY[what])} missed {when}.")


def _looked(incident: Incident, day: date, look: Look, found: Followed) -> Incident:
    passed = (day - incident.detected_on).days
    if passed > LOOK_AGAIN_DAYS and passed % 7:
        return incident
    evidence = look(incident, day)
    headline = str(evidence[0]["cause"]) if evidence else UNKNOWN
    # What was found once stays true when later days no longer show it.
    if incident.evidence and headline == UNKNOWN and incident.cause != UNKNOWN:
        return incident
    if incident.evidence and headline != incident.cause:
        detail = {"from": incident.cause, "to": headline, "sentence": evidence[0].get("sentence", "")}
        found.changes.append(Change(incident.incident_id, incident.campaign_id, "cause_changed", day, detail))
    return replace(incident, cause=headline, evidence=evidence)


def _opening(incident: Incident) -> Change:
    detail = {
        "status": incident.kind,
        "stage": incident.stage,
        "cause": incident.cause,
        "sentence": incident.summary,
        "opened_on": incident.opened_on.isoformat(),
    }
    return Change(incident.incident_id, incident.campaign_id, "opened", incident.detected_on, detail)


def _ending(incident: Incident) -> Change:
    assert incident.ended_on is not None
    assert incident.recovered_on is not None
    detail = {
        "recovered_on": incident.recovered_on.isoformat(),
        "days": (incident.recovered_on - incident.opened_on).days,
        "how": incident.ended_how,
    }
    return Change(incident.incident_id, incident.campaign_id, "recovered", incident.ended_on, detail)
