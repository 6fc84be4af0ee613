"""One trouble of Customer.io, or of the connection to it, is one incident, however many campaigns it broke.

Campaigns are followed one by one. Those whose cause is the source's trouble are told together, under a row of their
own; one that is still broken when most are back is a campaign's own incident again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from campaign_health.detection.causes.shared_causes import LEAST_SHARE, SOURCE_TROUBLE, TOGETHER_DAYS
from campaign_health.detection.incident.endings import RECOVERED
from campaign_health.detection.incident.incident_course import Change, Incident
from campaign_health.detection.incident.lifecycle import ending_change, opening_change
from campaign_health.judge.outcome import Outcome
from campaign_health.judge.reconcile import same_incident
from campaign_health.words.dates import days_text
from campaign_health.words.numbers import plural

SOURCE = 0
"""In the place of a campaign's id: the incident is a source's."""

_COSTS = ("missed_sends", "revenue_at_risk")
_KINDS = ("degraded", "event_lost", "silent")
_Row = dict[str, Any]
RowOf = Callable[[Incident], _Row]
StillLost = Callable[[int, date, date], bool]


@dataclass(frozen=True)
class SourceIncident:
    """The incident of a source, and what its row has beside that of a campaign's."""

    incident: Incident
    campaign_ids: tuple[int, ...]
    costs: Mapping[str, float | None]

    def in_row(self, row: _Row) -> _Row:
        """Its row, made of that which any incident has."""
        return {**row, **self.costs, "campaign_ids": list(self.campaign_ids)}


@dataclass(frozen=True)
class Told:
    """What is told of an outcome: incidents and changes, those of sources in the place of their campaigns'."""

    incidents: Sequence[Incident]
    changes: Sequence[Change]
    of_sources: Mapping[str, SourceIncident]


def told_together(
    outcome: Outcome, stored: Mapping[str, Mapping[str, Any]], row_of: RowOf, still_lost: StillLost, last_day: date
) -> Told:
    """The outcome, as known at the end of `last_day`, with one incident for all that one trouble of a source broke.

    An incident that is `stored` as a campaign's own stays its own. `row_of` gives a campaign's row, for what it cost;
    `still_lost(campaign_id, since, until)` says whether a fair share of its sends is missing over those days.
    """
    before = [row for row in stored.values() if row["status"] != "withdrawn"]
    shared = [one for one in outcome.incidents if one.cause == SOURCE_TROUBLE and same_incident(one, before) is None]
    found: dict[str, SourceIncident] = {}
    changes: list[Change] = []
    kept_ids: set[str] = set()
    for group in _groups(shared):
        members = _still_together(group, still_lost, last_day)
        source = _with_those_before(_of_source(members, row_of), before, outcome)
        found[source.incident.incident_id] = source
        kept_ids |= {one.incident_id for one in members}
        changes.append(opening_change(source.incident))
        changes += [ending_change(source.incident)] if not source.incident.is_open else []
    alone = [one for one in outcome.incidents if one.incident_id not in kept_ids]
    changes += [change for change in outcome.changes if change.incident_id not in kept_ids]
    return Told([*alone, *(one.incident for one in found.values())], changes, found)


def _groups(incidents: Sequence[Incident]) -> Iterator[list[Incident]]:
    group: list[Incident] = []
    for one in sorted(incidents, key=lambda one: (one.opened_on, one.campaign_id)):
        if group and one.opened_on - group[0].opened_on > timedelta(days=TOGETHER_DAYS):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _still_together(group: Sequence[Incident], still_lost: StillLost, last_day: date) -> list[Incident]:
    """Those that are over with the trouble, and those of which it is too early to say so.

    Looked at day by day, as it was told: one that was lost when most were back stays alone when it is back, too.
    """
    together = list(group)
    day = min((one.ended_on for one in group if one.ended_on is not None), default=last_day)
    while day <= last_day:
        over = [one for one in together if one.ended_on is not None and one.ended_on <= day]
        if len(over) == len(together):
            break
        if len(over) >= LEAST_SHARE * len(together):
            back, known_on = max(one.recovered_on or one.opened_on for one in over), day
            together = [one for one in together if one in over or not still_lost(one.campaign_id, back, known_on)]
        day += timedelta(days=1)
    return together


def _of_source(members: Sequence[Incident], row_of: RowOf) -> SourceIncident:
    first = min(members, key=lambda one: (one.opened_on, one.detected_on))
    # The one that names the most campaigns was looked at last.
    tells = max(members, key=lambda one: (one.evidence[0]["facts"].get("campaigns_broken", 0), -one.campaign_id))
    over = [one for one in members if one.ended_on is not None]
    most_over = len(over) >= LEAST_SHARE * len(members)
    rows = [row_of(one) for one in members]
    costs = {f"{name}{end}": _sum(rows, name, end) for name in _COSTS for end in ("", "_low", "_high")}
    incident = replace(
        first,
        campaign_id=SOURCE,
        detected_on=min(one.detected_on for one in members),
        kind=max((one.kind for one in members), key=_KINDS.index),
        last_good_day=max((one.last_good_day for one in members if one.last_good_day is not None), default=None),
        evidence=tells.evidence[:1],
        recovered_on=_day_of_most((one.recovered_on for one in over), len(members)) if most_over else None,
        ended_on=_day_of_most((one.ended_on for one in over), len(members)) if most_over else None,
        ended_how=_how(over) if most_over else None,
        reopened_on=None,
        again_since=None,
    )
    return SourceIncident(
        replace(incident, summary=_summary(incident, len(members))),
        tuple(sorted(one.campaign_id for one in members)),
        costs,
    )


def _with_those_before(source: SourceIncident, before: Sequence[Mapping[str, Any]], outcome: Outcome) -> SourceIncident:
    """With the campaigns that were over before the days that were judged anew, and what all of them cost by then."""
    incident = source.incident
    known_as = {incident.incident_id, same_incident(incident, before)}
    rows = sorted((row for row in before if row["incident_id"] in known_as), key=lambda row: row["opened_on"])
    row = next((row for row in rows if row["incident_id"] == incident.incident_id), rows[0] if rows else None)
    if row is None:
        return source
    near = timedelta(days=TOGETHER_DAYS)
    followed = {one.campaign_id for one in outcome.incidents if abs(one.opened_on - row["opened_on"]) <= near}
    earlier = set(row["campaign_ids"] or ()) - followed
    if not earlier:
        return source
    campaigns = tuple(sorted({*source.campaign_ids, *earlier}))
    costs = {name: row[name] for name in source.costs}
    incident = replace(
        incident,
        opened_on=row["opened_on"],
        detected_on=row["detected_on"],
        kind=row["kind"],
        last_good_day=row["last_good_day"],
        **_end_in(row),
    )
    incident = replace(incident, summary=_summary(incident, len(campaigns)))
    return SourceIncident(incident, campaigns, costs)


def _end_in(row: Mapping[str, Any]) -> dict[str, Any]:
    """Its end, where it was over before: the few that are still followed do not move it, nor begin it again."""
    recovered_on = row["recovered_on"]
    if recovered_on is None:
        return {}
    return {"recovered_on": recovered_on, "ended_on": recovered_on, "ended_how": row["ended_how"]}


def _day_of_most(days: Iterable[date | None], of: int) -> date:
    """The day by which most of so many were back: one that came back later does not move it."""
    return sorted(day for day in days if day is not None)[math.ceil(LEAST_SHARE * of) - 1]


def _how(over: Sequence[Incident]) -> str | None:
    ways = [one.ended_how for one in over]
    return RECOVERED if RECOVERED in ways else ways[0]


def _sum(rows: Sequence[_Row], name: str, end: str) -> float | None:
    """The sum over the campaigns of which it is known, or an end of its range: their chances are independent."""
    known = [(row[name], row[f"{name}{end}"]) for row in rows if row[name] is not None]
    if not known:
        return None
    total = float(sum(value for value, _ in known))
    away = math.sqrt(sum((bound - value) ** 2 for value, bound in known if bound is not None))
    return max(0.0, total - away) if end == "_low" else total + away


def _summary(incident: Incident, campaigns: int) -> str:
    last: date = max(incident.opened_on, (incident.recovered_on or incident.opened_on) - timedelta(days=1))
    when = days_text(incident.opened_on, last, incident.opened_on)
    since = f"since {when}" if incident.is_open else f"on {when}" if last == incident.opened_on else f"from {when}"
    have = "have " if incident.is_open else ""
    did = "delivered" if incident.stage == "delivered" else "sent"
    less = f"{did} less than was due" if incident.kind == "degraded" else f"{did} nothing of what was due"
    return f"{plural(campaigns, 'campaign')} together {have}{less} {since}."
