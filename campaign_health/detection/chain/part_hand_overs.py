"""A part of an event's traffic that went to a new name: one platform renamed, or a roll-out that is under way.

Journeys still follow the event that is left, so no link of the chain shows it; the event's own count is merely lower.
What tells it from fewer users is the new event, which began as the shortfall did and makes up for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.chain.chain_input import ChainInput, Flags, Numbers
from campaign_health.detection.chain.chain_verdicts import CODE, STAGES, ChainVerdicts
from campaign_health.detection.rename.rename import Rename

LONGEST_DAYS = 28
"""Days after which the lower level is the event's new normal."""

LEAST_MISSING = 0.12
"""Share of the event's expected count that must be missing: less is noise."""

LEAST_DEVIATIONS = 1.5
"""Standard deviations by which it must be missing before the project's hand-overs are asked at all."""

MADE_UP = (0.4, 2.5)
"""How much of the missing count the new event must bring; the expectation itself sinks as the shortfall lasts."""

LEAST_CONFIDENCE = 0.9

SURE_NATS = 3.0
"""Evidence with which the newest days show that the event is whole again, or short again: twenty to one."""

RenamesOn = Callable[[date], Sequence[Rename]]
_DEGRADED, _EVENT = CODE["degraded"], STAGES.index("event")


@dataclass
class _Sums:
    """Running sums per campaign over the days on which its event is known and expected; column 0 is empty."""

    counted: Numbers
    expected: Numbers
    variance: Numbers

    def since(self, rows: NDArray[np.intp], begin: int, end: int) -> tuple[Numbers, Numbers, Numbers]:
        """Counted, expected and variance from column `begin` to `end` inclusive."""
        counted, expected, variance = (
            part[rows, end + 1] - part[rows, begin] for part in (self.counted, self.expected, self.variance)
        )
        return counted, expected, variance


def mark_part_hand_overs(
    data: ChainInput,
    events: Numbers,
    verdicts: ChainVerdicts,
    begin: int,
    first_seen: Mapping[str, date],
    renames_on: RenamesOn,
) -> None:
    """Mark, in place, the days from the column `begin` on on which a part of a campaign's event has gone to a new name.

    `events` are `data.events()`. `renames_on(day)` gives the hand-overs of the project as could be seen on that day;
    it is asked only where numbers already say so. Days on which something else is broken are left as they are.
    """
    born: dict[int, list[int]] = {}
    places = {name: row for row, name in enumerate(data.panel.events)}
    for name, day in first_seen.items():
        if 0 < data.column(day) < data.days:
            born.setdefault(data.column(day), []).append(places[name])
    sums = _sums(events, verdicts)
    for column in range(begin, data.days):
        for birth in range(max(1, column - LONGEST_DAYS), column + 1):
            for new in born.get(birth, ()):
                rows = _short(data, sums, new, birth, column)
                for row in rows[~data.not_running[rows, column]]:
                    if _confirmed(data, sums, new, int(row), birth, column, renames_on):
                        _mark(verdicts, int(row), birth, column)


def _mark(verdicts: ChainVerdicts, row: int, birth: int, column: int) -> None:
    if column - birth == LONGEST_DAYS:
        verdicts.relearned[row, column] = True
        return
    verdicts.held[row, column] = True
    if verdicts.broken[row, column] or not verdicts.judged[row, column]:
        return
    verdicts.broken[row, column] = True
    verdicts.status[row, column], verdicts.stage[row, column] = _DEGRADED, _EVENT
    verdicts.began[row, column] = column - birth
    # What the links say of the day is of no use here: they hold.
    verdicts.probability[row, column] = np.nan


def _confirmed(
    data: ChainInput, sums: _Sums, new: int, row: int, birth: int, column: int, renames_on: RenamesOn
) -> bool:
    """Whether the project's hand-overs showed this one on some day since it began, this one included."""
    names = data.panel.events
    for earlier in range(column, birth - 1, -1):
        old = int(data.event_row[row, earlier])
        if old < 0 or row not in _short(data, sums, new, birth, earlier):
            continue
        for rename in renames_on(data.day(earlier)):
            if (rename.old, rename.new) == (names[old], names[new]) and rename.confidence >= LEAST_CONFIDENCE:
                return True
    return False


def _short(data: ChainInput, sums: _Sums, new: int, birth: int, column: int) -> NDArray[np.intp]:
    """Campaigns whose event has been short since `birth` by about what the new event brought."""
    rows = np.arange(len(data.campaign_ids))
    counted, expected, variance = sums.since(rows, birth, column)
    missing = expected - counted
    brought = np.nansum(data.panel.counts[new, birth : column + 1])
    with np.errstate(divide="ignore", invalid="ignore"):
        share = missing / expected
        enough = (share >= LEAST_MISSING) & (missing > LEAST_DEVIATIONS * np.sqrt(variance))
        made_up = (brought >= MADE_UP[0] * missing) & (brought <= MADE_UP[1] * missing)
    mapped = (data.event_row[:, column] >= 0) & (data.event_row[:, column] != new)
    found = np.flatnonzero(enough & made_up & mapped)
    return found[~_whole_again(sums, found, birth, column)]


def _whole_again(sums: _Sums, rows: NDArray[np.intp], birth: int, column: int) -> Flags:
    """Whether the newest days show the event as it was, and no longer with the part missing that was before them.

    What is summed since the birth of the new name stays short for weeks after the old one is sent again. Asked of every
    number of newest days: the log likelihood ratio (normal) of *whole* against *short as before*.
    """
    whole, short_since = np.zeros(len(rows)), np.zeros(len(rows))
    for begin in range(birth + 1, column + 1):
        before, due_before, _ = sums.since(rows, birth, begin - 1)
        counted, expected, variance = sums.since(rows, begin, column)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = (due_before - before) / due_before
            short = (1.0 - share) * expected
            nats = ((counted - short) ** 2 - (counted - expected) ** 2) / (2.0 * np.maximum(variance, 1.0))
        nats = np.where(share >= LEAST_MISSING, nats, 0.0)
        short_since = np.where(nats >= whole, 0.0, np.minimum(short_since, nats))
        whole = np.maximum(whole, nats)
    return np.asarray((whole >= SURE_NATS) & (short_since > -SURE_NATS))


def _sums(events: Numbers, verdicts: ChainVerdicts) -> _Sums:
    expected = verdicts.events
    known = np.isfinite(events) & np.isfinite(expected.value)
    # The range holds 95 % of days: about two standard deviations to each side.
    deviation = (expected.high - expected.low) / 4

    def running(numbers: Numbers) -> Numbers:
        summed = np.cumsum(np.where(known, numbers, 0.0), axis=1)
        return np.concatenate([np.zeros((len(summed), 1)), summed], axis=1)

    return _Sums(running(events), running(expected.value), running(deviation**2))
