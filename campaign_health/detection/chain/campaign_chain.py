"""One verdict per campaign and day out of the verdicts on the links of its chain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.chain.chain_input import ChainInput, Flags, Numbers
from campaign_health.detection.chain.chain_links import (
    ACTIVATED_SENT,
    ALARMING_LINKS,
    EVENT_SENT,
    EVENT_STARTED,
    LINKS,
    SENT_DELIVERED,
    STARTED_ACTIVATED,
    STARTED_SENT,
    LinkVerdicts,
)
from campaign_health.detection.chain.chain_verdicts import CODE, STAGES, ChainVerdicts, Expectation
from campaign_health.detection.event.event_history import OUTAGE
from campaign_health.detection.pair.detector_settings import chance_of
from campaign_health.detection.pair.verdicts import Change

LEARNING_DAYS = 28
"""A campaign that was watched for longer and still shows too little is too quiet, no longer learning."""

STILL_RUNS_SHARE = 0.3
"""A campaign that still starts this share of its usual journeys has not lost its event, whatever Mixpanel shows."""

DAYS_APART = 1
"""Journeys that fall silent at most so many days after their event fell with it."""

MUCH = 10.0
"""Journeys (or sends) a day from which on one day tells a fall from a quiet day."""

SILENT, DEGRADED, EVENT_LOST = CODE["silent"], CODE["degraded"], CODE["event_lost"]


@dataclass(frozen=True)
class _Candidate:
    """One way in which the chain can be broken: where, since when, how sure."""

    stage: int
    status: NDArray[np.int8]
    broken: Flags
    began: NDArray[np.int32]
    probability: Numbers
    totals: tuple[Numbers, Numbers] | None = None


def judge_chain(data: ChainInput, found: LinkVerdicts) -> ChainVerdicts:
    """Say of each campaign and day what it did, and at which stage it broke first.

    The worst break names the status, the earliest stage that shows it the place. From end to end (events to sends)
    is judged only where the journeys in between are not known. The lost trigger event wins over all, unless the
    campaign demonstrably still runs.
    """
    known_journeys = np.isfinite(data.started)
    candidates, shape = _candidates(data, found, known_journeys), data.sent.shape
    severity, stage = np.zeros(shape, dtype=np.int8), np.full(shape, -1, dtype=np.int8)
    status, began = np.zeros(shape, dtype=np.int8), np.zeros(shape, dtype=np.int32)
    base = _end_to_end(data, found)
    probability = base.probability.copy()
    totals = np.full((2, *shape), np.nan)
    for candidate in candidates:
        weight = np.select([candidate.status == DEGRADED, candidate.status == SILENT], [1, 2], 3)
        better = candidate.broken & (weight > severity)
        severity[better], stage[better] = weight[better], candidate.stage
        status[better], began[better] = candidate.status[better], candidate.began[better]
        probability[better] = candidate.probability[better]
        for total, of in zip(totals, candidate.totals or np.full_like(totals, np.nan), strict=True):
            total[better] = of[better]
    broken = severity > 0
    held = np.logical_or.reduce([link.alert for link in found.links[:EVENT_SENT]])
    held |= found.links[EVENT_SENT].alert & ~known_journeys
    held = (held | _lost(data, found)) & ~data.not_running
    calm, judged = _calm_status(data, found, base.status)
    status = np.where(broken, status, calm).astype(np.int8)
    starts, sends = found.starts, base.expectation
    return ChainVerdicts(
        status,
        stage,
        broken,
        held,
        judged | broken,
        _relearned(data, found),
        _accepted(data),
        broken & (stage == 0) & (status == SILENT),
        began,
        np.where(judged | broken, probability, np.nan),
        totals[0],
        totals[1],
        Expectation(*(np.where(data.not_running, np.nan, part) for part in (sends.value, sends.low, sends.high))),
        _expectation(found.links[SENT_DELIVERED]),
        Expectation(*(_of_event(data, part) for part in _range(found.events))),
        Expectation(starts.expected, starts.expected_low, starts.expected_high),
    )


def _candidates(data: ChainInput, found: LinkVerdicts, known_journeys: Flags) -> list[_Candidate]:
    running = ~data.not_running
    known = (known_journeys | np.isfinite(data.sent)) & running
    collected = np.isfinite(data.panel.counts).sum(axis=0) > 0
    lost = _lost(data, found) & known & np.isfinite(data.events())
    unknown = data.unknown & known & collected[None, :]
    # Where no event is known, or its trigger is too new to compare with, journeys stand in for it.
    alone = (data.event_row < 0) | (data.age <= LEARNING_DAYS)
    starts_lost = found.starts.lost & alone & known_journeys & running & ~_project_down(data, found)
    shape = data.sent.shape
    list_of = [
        _Candidate(
            0,
            np.full(shape, EVENT_LOST, dtype=np.int8),
            lost,
            _lost_for(data, found),
            _of_event(data, np.minimum(found.events.probability, chance_of(found.events.threshold))),
        ),
        _Candidate(
            0,
            np.full(shape, SILENT, dtype=np.int8),
            unknown,
            np.maximum(data.age - 1, 0),
            np.full(shape, np.nan),
        ),
        _of_link(found, EVENT_STARTED, running),
        _Candidate(
            1,
            np.full(shape, SILENT, dtype=np.int8),
            starts_lost,
            np.maximum(found.starts.began, 0),
            np.minimum(found.starts.probability, chance_of(found.starts.threshold)),
        ),
    ]
    list_of += [_of_link(found, link, running) for link in (STARTED_ACTIVATED, ACTIVATED_SENT, SENT_DELIVERED)]
    list_of.append(_of_link(found, EVENT_SENT, running & ~known_journeys))
    return list_of


def _of_link(found: LinkVerdicts, link: int, where: Flags) -> _Candidate:
    verdicts = found.links[link]
    broken = verdicts.alert & where & ((verdicts.status == SILENT) | (verdicts.status == DEGRADED))
    stage = STAGES.index(LINKS[link].stage)
    totals, began = (verdicts.total_sends, verdicts.total_expected), np.maximum(verdicts.began, 0)
    # Any of the links may raise the alarm, so one of them does what it does that many times as often.
    rare = ALARMING_LINKS * np.minimum(verdicts.probability, chance_of(verdicts.threshold))
    return _Candidate(stage, verdicts.status, broken, began, rare, totals)


def _lost(data: ChainInput, found: LinkVerdicts) -> Flags:
    """The campaign's event is lost, and the campaign does not demonstrably run on without it.

    Where its journeys went on after the event had stopped, as after a block in Mixpanel's Lexicon, a quiet day of
    theirs is no loss: they have to stop by their own history.
    """
    lost = _event_is_lost(data, found) & ~data.not_running
    starts, silent_for = found.starts, _of_event(data, found.events.began, fill=-1)
    with np.errstate(invalid="ignore"):
        still_runs = (data.started > STILL_RUNS_SHARE * starts.expected) & ~starts.lost
        fell_too = starts.lost | ((starts.began >= 0) & (starts.began >= silent_for - DAYS_APART))
        fell_too |= (starts.expected >= MUCH) & (data.started < starts.expected_low)
        known = np.isfinite(data.started) & np.isfinite(starts.expected) & (starts.expected > 0)
    return np.asarray(lost & ~still_runs & (fell_too | ~known))


def _lost_for(data: ChainInput, found: LinkVerdicts) -> NDArray[np.int32]:
    """Days since the loss began for the campaign: with its event, or later where its journeys went on at first."""
    event = np.maximum(_of_event(data, found.events.began, fill=0), 0)
    own = found.starts.began
    return np.where(own >= 0, np.minimum(event, own + DAYS_APART * (own + DAYS_APART >= event)), event).astype(np.int32)


def _event_is_lost(data: ChainInput, found: LinkVerdicts) -> Flags:
    return _of_event(data, found.events.lost, fill=0).astype(bool)


@dataclass(frozen=True)
class _EndToEnd:
    status: NDArray[np.int8]
    probability: Numbers
    expectation: Expectation


def _end_to_end(data: ChainInput, found: LinkVerdicts) -> _EndToEnd:
    by_event, by_start = found.links[EVENT_SENT], found.links[STARTED_SENT]
    has_event = data.event_row >= 0
    return _EndToEnd(
        np.where(has_event, by_event.status, by_start.status),
        np.where(has_event, by_event.probability, by_start.probability),
        Expectation(*(np.where(has_event, *pair) for pair in zip(_range(by_event), _range(by_start), strict=True))),
    )


def _calm_status(data: ChainInput, found: LinkVerdicts, end_to_end: NDArray[np.int8]) -> tuple[NDArray[np.int8], Flags]:
    """What to say of days on which nothing is known to be broken, and whether they could be judged."""
    has_event = data.event_row >= 0
    chain = [found.links[link].status for link in (STARTED_ACTIVATED, ACTIVATED_SENT)]
    first = np.where(has_event, found.links[EVENT_STARTED].status, CODE["healthy"])
    chain.append(first)
    surging = (end_to_end == CODE["surging"]) | (has_event & (first == CODE["surging"]))
    # Journeys that go on after Mixpanel stopped counting their event are not more than before.
    surging &= ~_event_is_lost(data, found)
    surging |= found.links[ACTIVATED_SENT].status == CODE["surging"]
    fine = [CODE["healthy"], CODE["volume_down"], CODE["surging"]]
    well = np.isin(end_to_end, fine) | np.logical_and.reduce([np.isin(part, fine) for part in chain])
    # Without any event in the whole project, the campaign's own journeys are all there is to go by.
    well |= data.outages & np.logical_and.reduce([np.isin(part, fine) for part in chain[:2]])
    learning = np.logical_or.reduce([part == CODE["learning"] for part in (*chain, end_to_end)])
    # A busy campaign is never too quiet: it waited for its first sends, and its days count from those on.
    learning &= (data.age <= LEARNING_DAYS) | (data.sent >= MUCH) | (data.started >= MUCH)
    volume_down = np.where(has_event, _of_event(data, found.events.volume_down, fill=0) > 0, found.starts.volume_down)
    sends_known = np.isfinite(data.sent)
    source_known = np.where(has_event, np.isfinite(data.events()), np.isfinite(data.started))
    # Journeys stand in for an event that is not known, but cannot say whether it was the product that fell.
    stopped = ~has_event & (data.started == 0) & volume_down
    source_known &= has_event | ~volume_down | np.isfinite(data.panel.counts).any(axis=0)
    # What was compared is said: without an event, or beside one that is no longer counted, only journeys were.
    by_journeys, (fell, runs_on) = ~has_event | _event_is_lost(data, found) | data.outages, _in_outage(data, found)
    # A trigger edited that day, or one that was never seen by then, is known to be unjudgeable: nothing is missing.
    known = sends_known & (source_known | data.edited)
    judged = known & ~data.edited & ~data.not_running & ~data.outages
    status = np.select(
        [
            data.not_running,
            ~known,
            data.edited,
            fell,
            data.outages & ~runs_on,
            surging,
            well & stopped,
            well & volume_down,
            well & by_journeys,
            well,
            learning,
        ],
        [
            CODE["not_running"],
            CODE["not_collected"],
            CODE["learning"],
            CODE["volume_down"],
            CODE["not_collected"],
            CODE["surging"],
            CODE["too_quiet"],
            CODE["volume_down"],
            CODE["journeys_only"],
            CODE["healthy"],
            CODE["learning"],
        ],
        CODE["too_quiet"],
    )
    return status.astype(np.int8), judged


def _in_outage(data: ChainInput, found: LinkVerdicts) -> tuple[Flags, Flags]:
    """On days on which the project is down: campaigns that fell with it, and campaigns whose journeys run on.

    Where journeys are not known, sends that go on leave the zero events unbelievable, and nothing can be said.
    """
    known_journeys = np.isfinite(data.started)
    nothing = np.where(known_journeys, data.started, data.sent) == 0
    with np.errstate(invalid="ignore"):
        nothing &= ~(data.events() > 0)
    down = _project_down(data, found)
    return down & nothing, down & known_journeys & ~nothing


def _project_down(data: ChainInput, found: LinkVerdicts) -> Flags:
    """Days on which the project as a whole fell to nothing, or next to nothing."""
    return np.asarray(data.outages | (found.events.project <= OUTAGE))


def _relearned(data: ChainInput, found: LinkVerdicts) -> Flags:
    return np.asarray(np.logical_or.reduce([link.change == Change.ACCEPTED for link in found.links[:STARTED_SENT]]))


def _accepted(data: ChainInput) -> Flags:
    accepted = np.zeros(data.sent.shape, dtype=bool)
    for item in data.relearnings:
        if not item.trigger:
            accepted[item.row, item.column] = True
    return accepted


def _range(verdicts: object) -> tuple[Numbers, Numbers, Numbers]:
    return tuple(getattr(verdicts, name) for name in ("expected", "expected_low", "expected_high"))


def _expectation(verdicts: object) -> Expectation:
    return Expectation(*_range(verdicts))


def _of_event(data: ChainInput, values: NDArray[np.generic], fill: float = np.nan) -> Numbers:
    """Values per event as values per campaign: those of its event of the day."""
    if not data.panel.events:
        return np.full(data.sent.shape, fill)
    columns = np.arange(data.days)[None, :]
    found = values[np.maximum(data.event_row, 0), columns].astype(np.float64)
    return np.where(data.event_row >= 0, found, fill)
