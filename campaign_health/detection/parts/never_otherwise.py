"""Campaigns that never did what they are for since anybody counts. No past shows how they should be; none is needed.

Two of them, which no counter of Customer.io's shows as held back:

- *never started*: the trigger event comes and comes, and not one journey ever started;
- *nothing made*: journeys get past the filters, and not one message ever came of any.

Both ask for many, over weeks: a narrow condition, a step that waits or a new campaign looks the same for a while. What
is said of a day depends on the `WINDOW_DAYS` days up to it and on the first journey and send ever.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.chain.chain_input import ChainInput, Flags, Numbers
from campaign_health.detection.chain.chain_verdicts import CODE, STAGES, ChainVerdicts

# Every threshold of this module, with its unit.
WINDOW_DAYS = 112  # newest days that are counted over
EVENTS_WITHOUT_JOURNEY = 400.0  # in the window: fewer may all fail a narrow condition
LEAST_DAYS = 35  # days for which a campaign has run without a journey, or since journeys that led to no message
JOURNEYS_WITHOUT_MESSAGE = 30.0  # activated at least `LEAST_DAYS` ago: a message may wait so long
SWITCHED_OFF_DAYS = 7  # newest days with journeys that tell where every message is switched off
SWITCHED_OFF_LEAST = 15.0  # journeys activated on them

Columns = NDArray[np.int64]


@dataclass(frozen=True)
class NeverKnown:
    """Per campaign: the columns of its first running day, journey and send as far as ever known, far in the future
    where there was none; whether it has messages, and whether all of them are switched off (or in draft).
    """

    first_running: Columns
    first_started: Columns
    first_sent: Columns
    has_messages: Flags
    all_off: Flags


def mark_never_otherwise(data: ChainInput, verdicts: ChainVerdicts, begin: int, known: NeverKnown) -> None:
    """Mark, in place, the days from the column `begin` on on which a campaign has never started, or never sent.

    Days on which something else is broken are left as they are.
    """
    columns = np.arange(data.days)[None, :]
    watched = (~data.not_running) & (columns >= known.first_running[:, None])
    age = columns - known.first_running[:, None]
    zero = (data.started == 0) & watched & ~data.edited & ~data.outages[None, :]
    came = _over(np.where(zero, np.nan_to_num(data.events()), 0.0), WINDOW_DAYS)
    never_started = (columns < known.first_started[:, None]) & (came >= EVENTS_WITHOUT_JOURNEY) & (age >= LEAST_DAYS)
    _mark(data, verdicts, begin, never_started & zero, "started", age)
    activated = np.where((data.sent == 0) & watched, np.nan_to_num(data.activated), 0.0)
    long_ago = _over(activated, WINDOW_DAYS) - _over(activated, LEAST_DAYS)
    unmade = known.has_messages[:, None] & (long_ago >= JOURNEYS_WITHOUT_MESSAGE)
    unmade |= known.all_off[:, None] & (_over(activated, SWITCHED_OFF_DAYS) >= SWITCHED_OFF_LEAST)
    unmade &= (columns < known.first_sent[:, None]) & (activated > 0)
    _mark(data, verdicts, begin, unmade, "sent", columns - known.first_started[:, None])


def _mark(
    data: ChainInput, verdicts: ChainVerdicts, begin: int, where: Flags, stage: str, began: NDArray[np.int64]
) -> None:
    where = where & ~verdicts.broken & ~data.not_running
    where[:, :begin] = False
    verdicts.broken[where] = verdicts.judged[where] = verdicts.standing[where] = verdicts.held[where] = True
    verdicts.status[where], verdicts.stage[where] = CODE["silent"], STAGES.index(stage)
    verdicts.began[where] = np.maximum(began, 0)[where]
    # Nobody knows how many of them should have led to anything.
    verdicts.probability[where] = np.nan
    for part in (verdicts.sends.value, verdicts.sends.low, verdicts.sends.high):
        part[where] = np.nan


def _over(numbers: Numbers, days: int) -> Numbers:
    """The sum of the newest `days` columns up to each."""
    sums = np.cumsum(numbers, axis=1)
    before = np.zeros_like(sums)
    before[:, days:] = sums[:, :-days]
    return np.asarray(sums - before)
