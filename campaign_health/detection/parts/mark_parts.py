"""Marks the days of campaigns on which a part of them is silent while the rest goes on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.chain.chain_input import ChainInput
from campaign_health.detection.chain.chain_verdicts import CODE, STAGES, ChainVerdicts
from campaign_health.detection.parts.message_stops import MessageStop, journeys_went_on
from campaign_health.detection.parts.never_sent import NeverSent
from campaign_health.detection.parts.part_stops import PartStop
from campaign_health.detection.parts.silence import Silence

LONGEST_DAYS = 28
"""Days after which a part that is missing is the new normal."""

SHORT = 0.4
"""Of the part's share, by which the event itself must be short: else other traffic has taken its place."""

WEEKS = 4
"""Weeks before the stop whose weekdays show what the event usually brings."""


def mark_part_stops(data: ChainInput, verdicts: ChainVerdicts, begin: int, stops: Sequence[PartStop]) -> None:
    """Mark, in place, the days from the column `begin` on on which a part of a campaign's event is silent.

    Days on which something else is broken are left as they are; days that were not profiled hold what was known.
    """
    places = {name: row for row, name in enumerate(data.panel.events)}
    for stop in stops:
        event = places.get(stop.event)
        if event is None or not event_is_short(data, event, stop):
            continue
        rows = np.flatnonzero((data.event_row[:, begin:] == event).any(axis=1))
        for row in rows:
            mark_silence(data, verdicts, begin, int(row), "event", stop, data.event_row[row] == event)


def mark_message_stops(data: ChainInput, verdicts: ChainVerdicts, begin: int, stops: Sequence[MessageStop]) -> None:
    """Mark, in place, the days from the column `begin` on on which one message of a campaign is silent.

    Only where as many journeys as usual went on; days on which something else is broken are left as they are.
    """
    places = {int(number): row for row, number in enumerate(data.campaign_ids)}
    everywhere = np.ones(data.days, dtype=bool)
    for stop in stops:
        row = places.get(stop.campaign_id)
        if row is None:
            continue
        journeys = data.activated[row] if np.isfinite(data.activated[row]).any() else data.started[row]
        if journeys_went_on(journeys, data.column(stop.began), min(data.column(stop.known_on), data.days - 1)):
            mark_silence(data, verdicts, begin, row, "sent", stop, everywhere)


def mark_never_sent(data: ChainInput, verdicts: ChainVerdicts, begin: int, found: Sequence[NeverSent]) -> None:
    """Mark, in place, the days from the column `begin` on on which one message of a campaign has never sent yet.

    What it should have sent is added to what was expected of the campaign; days on which something else is broken are
    left as they are.
    """
    places = {int(number): row for row, number in enumerate(data.campaign_ids)}
    broken_before = verdicts.broken.copy()
    for one in found:
        row = places.get(one.campaign_id)
        for day, due in one.due.items() if row is not None else ():
            column = data.column(day)
            if not (begin <= column < data.days) or day < one.known_on or data.not_running[row, column]:
                continue
            verdicts.held[row, column] = True
            if broken_before[row, column]:
                continue
            for part in (verdicts.sends.value, verdicts.sends.low, verdicts.sends.high):
                part[row, column] += due
            verdicts.broken[row, column] = verdicts.standing[row, column] = verdicts.judged[row, column] = True
            verdicts.status[row, column], verdicts.stage[row, column] = CODE["degraded"], STAGES.index("sent")
            verdicts.began[row, column] = column - data.column(one.began)
            verdicts.probability[row, column] = np.nan


def mark_silence(
    data: ChainInput,
    verdicts: ChainVerdicts,
    begin: int,
    row: int,
    stage: str,
    stop: Silence,
    where: NDArray[np.bool_],
) -> None:
    """Mark the days of one campaign from when the silence was known to before its end as losing sends at the stage."""
    first = max(data.column(stop.known_on), begin)
    birth = data.column(stop.began)
    last = data.days if stop.ended is None else min(data.column(stop.ended), data.days)
    for column in range(first, min(last, birth + LONGEST_DAYS + 1)):
        if data.not_running[row, column] or not where[column]:
            continue
        if column - birth == LONGEST_DAYS:
            verdicts.relearned[row, column] = True
            return
        verdicts.held[row, column] = True
        if verdicts.broken[row, column] or not verdicts.judged[row, column] or data.day(column) not in stop.silent_days:
            continue
        verdicts.broken[row, column] = True
        verdicts.status[row, column], verdicts.stage[row, column] = CODE["degraded"], STAGES.index(stage)
        verdicts.began[row, column] = column - birth
        # What the links say of the day is of no use here: they hold.
        verdicts.probability[row, column] = np.nan


def event_is_short(data: ChainInput, event: int, stop: PartStop) -> bool:
    """Whether the event's own count is short by a good piece of the part, against the same weekdays before.

    True where nothing is known of them: the shares alone have to say it then.
    """
    counts, birth, known = data.panel.counts[event], data.column(stop.began), data.column(stop.known_on)
    counted = usual = 0.0
    for column in range(max(birth, 0), min(known + 1, data.days)):
        before = [counts[column - 7 * week] for week in range(1, WEEKS + 6) if 0 <= column - 7 * week < birth][:WEEKS]
        finite = [number for number in before if np.isfinite(number)]
        if finite and np.isfinite(counts[column]):
            counted, usual = counted + float(counts[column]), usual + float(np.mean(finite))
    return usual <= 0 or counted <= usual * (1.0 - SHORT * stop.share)
