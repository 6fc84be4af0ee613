"""Judges panels from a checkpoint on: verdicts, then incidents and the next checkpoint. No reading, no writing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.chain.campaign_chain import judge_chain
from campaign_health.detection.chain.chain_input import ChainInput, Numbers
from campaign_health.detection.chain.chain_links import ChainState, judge_links
from campaign_health.detection.chain.chain_verdicts import ChainVerdicts, beside, cut, padded
from campaign_health.detection.chain.part_hand_overs import mark_part_hand_overs
from campaign_health.detection.chain.unseen_losses import unmark_unseen_losses
from campaign_health.detection.incident.campaign_history import LOOK_BACK_DAYS, CampaignHistory
from campaign_health.detection.incident.incident_course import BadDay, Change, Followed, Incident, Past
from campaign_health.detection.incident.lifecycle import Look, WhyClosed, follow
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.parts.mark_held_back import mark_held_back
from campaign_health.detection.parts.mark_parts import mark_message_stops, mark_never_sent, mark_part_stops
from campaign_health.detection.parts.never_otherwise import NeverKnown, mark_never_otherwise
from campaign_health.judge.checkpoint import Checkpoint
from campaign_health.judge.material import Material
from campaign_health.judge.project_changes import ProjectChanges

HANDFUL, FAIR_SHARE = 8.0, 0.3
"""Sends, and the share of those due, that must be missing for a campaign to be broken still when others are back."""

RECENT_DAYS = LOOK_BACK_DAYS
"""Verdicts that a checkpoint keeps: as many days as an incident's own numbers are looked back on."""


@dataclass(frozen=True)
class JudgedDays:
    """The verdicts on all columns of `data`, of which those from `begin` on are new. No incident is followed yet.

    `events` are `data.events()`. `pasts` is what is known of incidents from before `begin`. `state` is the memory after
    the last column; `kept`, if there is anything new to keep, the one after the columns before `split`.
    """

    data: ChainInput
    events: Numbers
    begin: int
    verdicts: ChainVerdicts
    pasts: Mapping[int, Past]
    state: ChainState
    kept: ChainState | None
    split: int

    @property
    def to_follow(self) -> list[int]:
        """Ids of the campaigns that have anything to follow: a bad day, or a past."""
        troubled = np.flatnonzero(self.verdicts.broken[:, self.begin :].any(axis=1))
        ids = self.data.campaign_ids
        return sorted({int(ids[row]) for row in troubled} | (self.pasts.keys() & {int(number) for number in ids}))

    def still_lost(self, campaign_id: int, since: date, until: date) -> bool:
        """Whether a fair share of the sends due from `since` to `until` is missing, by more than a handful."""
        row = list(self.data.campaign_ids).index(campaign_id)
        days = slice(max(self.data.column(since), 0), max(self.data.column(until) + 1, 0))
        due, sent = self.verdicts.sends.value[row, days], self.data.sent[row, days]
        known = np.isfinite(due) & np.isfinite(sent)
        expected = float(due[known].sum())
        missing = expected - float(sent[known].sum())
        return missing >= HANDFUL and missing >= FAIR_SHARE * expected


@dataclass
class Outcome:
    """All that became of incidents.

    `still_open` are those open at the end of the last settled day. `bad_days` are those of an incident by campaign and
    day; on provisional days only where the day so far says nothing else. `good_days` are those that were called broken
    when they came, and turned out to be normal again.
    """

    incidents: list[Incident] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    bad_days: dict[tuple[int, date], BadDay] = field(default_factory=dict)
    good_days: set[tuple[int, date]] = field(default_factory=set)
    still_open: dict[int, Incident] = field(default_factory=dict)
    next_checkpoint: Checkpoint | None = None


def judge_days(material: Material, project: ProjectChanges) -> JudgedDays:
    """Judge all settled days after those that are remembered, each from it and the days before it."""
    data, before, settings = material.settled, material.stretch.before, material.known.detector
    begin = 0 if before is None else data.column(before.day) + 1
    state = ChainState.fresh() if before is None else before.state
    parts: list[ChainVerdicts] = []
    if before is not None and begin > 0:
        parts.append(before.recent_for([int(number) for number in data.campaign_ids], begin))
    kept: ChainState | None = None
    split = data.column(material.checkpoint_day) + 1
    for first, last in _spans(begin, split, data.days):
        span = data.span(first, last)
        found, state = judge_links(span, state, settings)
        parts.append(judge_chain(span, found))
        if last == split:
            kept = state
    verdicts, events = beside(parts), data.events()
    unmark_unseen_losses(data, verdicts, begin)
    mark_part_hand_overs(data, events, verdicts, begin, material.known.first_seen, project.renames_on)
    mark_part_stops(data, verdicts, begin, project.part_stops)
    mark_message_stops(data, verdicts, begin, project.message_stops)
    mark_held_back(data, verdicts, begin, material.counters, settings)
    mark_never_sent(data, verdicts, begin, project.never_sent)
    mark_never_otherwise(data, verdicts, begin, _never_known(material))
    pasts = {} if before is None else before.pasts
    return JudgedDays(data, events, begin, verdicts, pasts, state, kept, split if kept is not None else begin)


def _never_known(material: Material) -> NeverKnown:
    known, data = material.known, material.settled
    spans = [known.spans[plan.campaign_id] for plan in known.plans]
    send = [known.messages_send.get(plan.campaign_id) for plan in known.plans]

    def columns(days: Iterable[date | None]) -> NDArray[np.int64]:
        never = np.iinfo(np.int32).max
        return np.array([never if day is None else data.column(day) for day in days], dtype=np.int64)

    return NeverKnown(
        columns(span.first_expected for span in spans),
        columns(span.first_started for span in spans),
        columns(span.first_sent for span in spans),
        np.array([one is not None for one in send], dtype=bool),
        np.array([one is False for one in send], dtype=bool),
    )


def follow_incidents(days: JudgedDays, look: Look, why_closed: WhyClosed) -> Outcome:
    """Follow every campaign that has anything to follow. `look` and `why_closed` are as in `follow`."""
    outcome, verdicts, data = Outcome(), days.verdicts, days.data
    places = {int(number): row for row, number in enumerate(data.campaign_ids)}
    at_split: dict[int, Past] = {}
    for campaign_id in days.to_follow:
        history = CampaignHistory.of(places[campaign_id], data, days.events, verdicts)
        first = follow(history, days.begin, days.split, days.pasts.get(campaign_id, Past()), look, why_closed)
        if first.past != Past():
            at_split[campaign_id] = first.past
        second = follow(history, days.split, data.days, first.past, look, why_closed)
        _collect(outcome, campaign_id, first, second)
    if days.kept is not None:
        recent = cut(verdicts, max(0, days.split - RECENT_DAYS), days.split)
        outcome.next_checkpoint = Checkpoint(data.day(days.split - 1), days.kept, recent, at_split)
    return outcome


def with_provisional(
    days: JudgedDays, outcome: Outcome, shown: ChainInput, settings: DetectorSettings
) -> tuple[ChainVerdicts, dict[tuple[int, date], BadDay]]:
    """The verdicts over all columns of `shown`, and the bad days, carried on over those that are not settled.

    An open incident goes on over a day that so far says nothing against it.
    """
    settled, bad_days = days.data.days, dict(outcome.bad_days)
    if shown.days == settled:
        return days.verdicts, bad_days
    rows = {int(number): row for row, number in enumerate(shown.campaign_ids)}
    for column in range(settled, shown.days) if outcome.still_open else ():
        still = _still_broken(shown.span(column, column + 1), days.state, settings)
        for campaign_id, incident in outcome.still_open.items():
            if still[rows[campaign_id]]:
                bad_days[campaign_id, shown.day(column)] = BadDay(
                    incident.kind, incident.stage, incident.cause, probability=incident.probability
                )
    return padded(days.verdicts, shown.days), bad_days


def _still_broken(data: ChainInput, state: ChainState, settings: DetectorSettings) -> np.ndarray:
    """Whether each campaign's provisional day, the one column of `data`, says nothing against an open incident."""
    found, _ = judge_links(data, state, settings)
    verdicts = judge_chain(data, found)
    recovering = verdicts.judged & ~verdicts.broken & ~verdicts.held
    known = np.isfinite(data.sent) | np.isfinite(data.started)
    still: np.ndarray = (known & ~recovering & ~data.not_running)[:, 0]
    return still


def _collect(outcome: Outcome, campaign_id: int, first: Followed, second: Followed) -> None:
    # One that was over in the first part and open again in the second is the same one.
    found = {incident.incident_id: incident for incident in (*first.ended, *second.incidents)}
    outcome.incidents += found.values()
    outcome.changes += [*first.changes, *second.changes]
    for followed in (first, second):
        outcome.bad_days |= {(campaign_id, day): bad for day, bad in followed.bad_days.items()}
        for day in followed.good_days:
            outcome.bad_days.pop((campaign_id, day), None)
            outcome.good_days.add((campaign_id, day))
    if second.past.open is not None:
        outcome.still_open[campaign_id] = second.past.open


def _spans(begin: int, middle: int, end: int) -> Sequence[tuple[int, int]]:
    bounds = sorted({begin, end, *([middle] if begin < middle < end else [])})
    if middle == end and end > begin:
        return [(begin, end)]
    return list(pairwise(bounds))
