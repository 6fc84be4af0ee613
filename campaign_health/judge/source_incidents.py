"""One trouble of Customer.io, or of the connection to it, is one incident, however many campaigns it broke.

Campaigns are followed one by one. Those whose cause is the source's trouble are told together, under a row of their
own; one that is still broken when most are back is a campaign's own incident again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from campaign_health.detection.causes.shared_causes import LEAST_SHARE
from campaign_health.detection.incident.endings import RECOVERED
from campaign_health.detection.incident.incident_course import Change, Incident
from campaign_health.detection.incident.lifecycle import ending_change, opening_change
from campaign_health.judge.outcome import Outcome
from campaign_health.judge.reconcile import same_incident
from campaign_health.words.dates import days_text
from campaign_health.words.numbers import plural

SOURCE = 0
"""In the place of a campaign's id: the incident is a source's."""

TOGETHER_DAYS = 1
"""First bad days that lie no further apart belong to one trouble."""

_SHARED = "source_trouble"
_COSTS = ("missed_sends", "revenue_at_risk")
_KINDS = ("degraded", "event_lost", "silent")
_Row = dict[str, Any]
RowOf = Callable[[Incident], _Row]
StillLost = Callable[[int, date], bool]


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
    outcome: Outcome, stored: Mapping[str, Mapping[str, Any]], row_of: RowOf, still_lost: StillLost
) -> Told:
    """The outcome with one incident for all that one trouble of a source broke.

    An incident that is `stored` as a campaign's own stays its own. `row_of` gives a campaign's row, for what it cost;
    `still_lost(campaign_id, day)` says whether a fair share of its sends is missing from that day on.
    """
    before = [row for row in stored.values() if row["status"] != "withdrawn"]
    shared = [one for one in outcome.incidents if one.cause == _SHARED and same_incident(one, before) is None]
    found: dict[str, SourceIncident] = {}
    changes: list[Change] = []
    kept_ids: set[str] = set()
    for group in _groups(shared):
        members = _still_together(group, still_lost)
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


def _still_together(group: list[Incident], still_lost: StillLost) -> list[Incident]:
    """Those that are over with the trouble, and those of which it is too early to say so."""
    over = [one for one in group if not one.is_open]
    if not over or len(over) < LEAST_SHARE * len(group):
        return group
    back = max(one.recovered_on or one.opened_on for one in over)
    return [one for one in group if not one.is_open or not still_lost(one.campaign_id, back)]


def _of_source(members: Sequence[Incident], row_of: RowOf) -> SourceIncident:
    first = min(members, key=lambda one: (one.opened_on, one.detected_on))
    # The one that names the most campaigns was looked at last.
    tells = max(members, key=lambda one: (one.evidence[0]["facts"].get("campaigns_broken", 0), -one.campaign_id))
    over = [one for one in members if one.ended_on is not None]
    ended = len(over) >= LEAST_SHARE * len(members)
    rows = [row_of(one) for one in members]
    costs = {f"{name}{end}": _sum(rows, name, end) for name in _COSTS for end in ("", "_low", "_high")}
    incident = replace(
        first,
        campaign_id=SOURCE,
        detected_on=min(one.detected_on for one in members),
        kind=max((one.kind for one in members), key=_KINDS.index),
        last_good_day=max((one.last_good_day for one in members if one.last_good_day is not None), default=None),
        evidence=tells.evidence[:1],
        recovered_on=max((one.recovered_on or one.opened_on for one in over), default=None) if ended else None,
        ended_on=max((one.ended_on or one.opened_on for one in over), default=None) if ended else None,
        ended_how=_how(over) if ended else None,
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
    known_as = same_incident(source.incident, before)
    row = next((row for row in before if row["incident_id"] == known_as), None)
    followed = {one.campaign_id for one in outcome.incidents}
    earlier = set() if row is None else set(row["campaign_ids"] or ()) - followed
    if row is None or not earlier:
        return source
    costs = {name: row[name] for name in source.costs}
    incident = replace(source.incident, summary=row["summary"], kind=row["kind"])
    return SourceIncident(incident, tuple(sorted({*source.campaign_ids, *earlier})), costs)


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
