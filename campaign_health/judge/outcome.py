"""Judges panels from a checkpoint on: verdicts, incidents, and the next checkpoint. No reading, no writing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import numpy as np

from campaign_health.detection.chain.campaign_chain import judge_chain
from campaign_health.detection.chain.chain_input import ChainInput
from campaign_health.detection.chain.chain_links import ChainState, judge_links
from campaign_health.detection.chain.chain_verdicts import ChainVerdicts, beside, cut
from campaign_health.detection.incident.campaign_history import LOOK_BACK_DAYS, CampaignHistory
from campaign_health.detection.incident.incidents import (
    BadDay,
    Change,
    Evidence,
    Followed,
    Incident,
    Look,
    Past,
    follow,
)
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.judge.checkpoint import Checkpoint

RECENT_DAYS = LOOK_BACK_DAYS
"""Verdicts that a checkpoint keeps: as many days as an incident's own numbers are looked back on."""


@dataclass
class Outcome:
    """What came of judging: verdicts over the columns of the panel from `begin` on, and all that became of incidents.

    `still_open` are incidents open at the end of the last settled day. `bad_days` are those of an incident by
    campaign and day; on provisional days only where the day so far says nothing else. `state` is the
    memory after the last settled day.
    """

    begin: int
    verdicts: ChainVerdicts
    state: ChainState
    incidents: list[Incident] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    bad_days: dict[tuple[int, date], BadDay] = field(default_factory=dict)
    still_open: dict[int, Incident] = field(default_factory=dict)
    next_checkpoint: Checkpoint | None = None


LookAt = Callable[[Incident, date, ChainVerdicts], Evidence]
Mark = Callable[[ChainVerdicts, int], None]


def judge_from(
    data: ChainInput,
    before: Checkpoint | None,
    checkpoint_column: int,
    settings: DetectorSettings,
    look_at: LookAt,
    mark: Mark = lambda verdicts, begin: None,
) -> Outcome:
    """Judge all columns of `data` after the checkpoint `before` (None: all of them).

    `checkpoint_column` is the last column that the next checkpoint covers; nothing new is kept where that is not
    after `before`. `look_at(incident, day, verdicts)` finds causes;
    `mark(verdicts, begin)` adds what only shows in the project as a whole.
    """
    begin = 0 if before is None else data.column(before.day) + 1
    state = ChainState.fresh() if before is None else before.state
    ids = [int(number) for number in data.campaign_ids]
    parts: list[ChainVerdicts] = []
    if before is not None and begin > 0:
        parts.append(before.recent_for(ids, begin))
    kept: ChainState | None = None
    for first, last in _spans(begin, checkpoint_column + 1, data.days):
        span = data.span(first, last)
        found, state = judge_links(span, state, settings)
        parts.append(judge_chain(span, found))
        if last == checkpoint_column + 1:
            kept = state
    verdicts = beside(parts)
    mark(verdicts, begin)
    outcome = Outcome(begin, verdicts, state)

    def look(incident: Incident, day: date) -> Evidence:
        return look_at(incident, day, verdicts)

    split = checkpoint_column + 1 if kept is not None else begin
    at_checkpoint = _follow_all(outcome, data, split, {} if before is None else before.pasts, look)
    if kept is not None:
        recent = cut(verdicts, max(0, split - RECENT_DAYS), split)
        outcome.next_checkpoint = Checkpoint(data.day(checkpoint_column), kept, recent, at_checkpoint)
    return outcome


def still_broken(data: ChainInput, state: ChainState, settings: DetectorSettings) -> np.ndarray:
    """Whether each campaign's provisional day, the one column of `data`, says nothing against an open incident."""
    found, _ = judge_links(data, state, settings)
    verdicts = judge_chain(data, found)
    recovering = verdicts.judged & ~verdicts.broken & ~verdicts.held
    known = np.isfinite(data.sent) | np.isfinite(data.started)
    still: np.ndarray = (known & ~recovering & ~data.not_running)[:, 0]
    return still


def _follow_all(
    outcome: Outcome, data: ChainInput, split: int, pasts: Mapping[int, Past], look: Look
) -> dict[int, Past]:
    """Follow every campaign that has anything to follow; gives back what was known before the column `split`."""
    verdicts, events = outcome.verdicts, data.events()
    places = {int(number): row for row, number in enumerate(data.campaign_ids)}
    troubled = np.flatnonzero(verdicts.broken[:, outcome.begin :].any(axis=1))
    followed = {int(data.campaign_ids[row]) for row in troubled} | {number for number in pasts if number in places}
    at_split: dict[int, Past] = {}
    for campaign_id in sorted(followed):
        history = CampaignHistory.of(places[campaign_id], data, events, verdicts)
        first = follow(history, outcome.begin, split, pasts.get(campaign_id, Past()), look)
        if first.past != Past():
            at_split[campaign_id] = first.past
        second = follow(history, split, data.days, first.past, look)
        _collect(outcome, campaign_id, first, second)
    return at_split


def _collect(outcome: Outcome, campaign_id: int, first: Followed, second: Followed) -> None:
    outcome.incidents += [*first.ended, *second.incidents]
    outcome.changes += [*first.changes, *second.changes]
    for followed in (first, second):
        outcome.bad_days |= {(campaign_id, day): bad for day, bad in followed.bad_days.items()}
    if second.past.open is not None:
        outcome.still_open[campaign_id] = second.past.open


def _spans(begin: int, middle: int, end: int) -> Sequence[tuple[int, int]]:
    bounds = sorted({begin, end, *([middle] if begin < middle < end else [])})
    if middle == end and end > begin:
        return [(begin, end)]
    return list(pairwise(bounds))
