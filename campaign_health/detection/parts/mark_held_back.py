"""Marks the days of campaigns on which a share of their messages or journeys is held back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from campaign_health.detection.chain.chain_input import ChainInput, Flags
from campaign_health.detection.chain.chain_links import ALARMING_LINKS
from campaign_health.detection.chain.chain_verdicts import CODE, STAGES, ChainVerdicts, Expectation
from campaign_health.detection.pair.detector_settings import DAYS_PER_YEAR, DetectorSettings
from campaign_health.detection.parts.held_back import HeldBack, Numbers, Places, find_held_back

LASTING = 14
"""Days for which a share must have been risen before its end can be taken for the new normal."""


def mark_held_back(
    data: ChainInput,
    verdicts: ChainVerdicts,
    begin: int,
    counters: Mapping[str, Numbers],
    settings: DetectorSettings,
) -> None:
    """Mark, in place, the days from the column `begin` on on which Customer.io's own counters show a loss.

    `counters` as in `find_held_back`, over the columns of `data`. Days on which something else is broken are left as
    they are. A share that stays risen for so long that it is the usual one becomes the new normal.
    """
    healthy_days = DAYS_PER_YEAR * settings.false_alarm_years * ALARMING_LINKS
    for found in find_held_back(counters, max(begin - 1, 0), healthy_days):
        _mark(data, verdicts, begin, found)


def _mark(data: ChainInput, verdicts: ChainVerdicts, begin: int, found: HeldBack) -> None:
    running = ~data.not_running
    holds, broken = found.holds & running, found.broken & running
    held_before = np.zeros_like(holds)
    held_before[:, 1:] = holds[:, :-1]
    holds[:, :begin] = broken[:, :begin] = False
    # One that had lasted as long as is looked back on, and no longer differs, is the new normal.
    lasted = np.zeros_like(holds)
    # What stood from the beginning, or nearly all that is held back, ends only by getting through.
    lasted[:, 1:] = (found.began[:, :-1] >= LASTING) & ~found.standing[:, :-1]
    over = held_before & ~holds & running & lasted
    over[:, :begin] = False
    verdicts.relearned[over] = True
    verdicts.held[holds] = True
    broken &= verdicts.judged & ~verdicts.broken
    verdicts.broken[broken] = True
    nothing = broken & (data.sent == 0) & (found.loss.stage != "delivered")
    verdicts.status[broken], verdicts.status[nothing] = CODE["degraded"], CODE["silent"]
    verdicts.stage[broken] = STAGES.index(found.loss.stage)
    verdicts.began[broken] = found.began[broken]
    # What the links say of the day is of no use here: they hold.
    verdicts.probability[broken] = np.nan
    if found.loss.stage == "sent":
        _say_totals(data, verdicts, broken & ~found.standing, found)
    standing = broken & found.standing
    verdicts.standing[standing] = True
    # What the links learned of days on which nothing ever got through says nothing of what is due.
    if found.loss.stage == "delivered":
        _expect(verdicts.deliveries, standing, found.due_that_day)
    else:
        _expect(verdicts.sends, standing, found.due_that_day if found.loss.stage == "sent" else np.nan)


def _expect(expected: Expectation, where: Flags, number: Numbers | float) -> None:
    for part in (expected.value, expected.low, expected.high):
        part[where] = np.broadcast_to(number, where.shape)[where]


def _say_totals(data: ChainInput, verdicts: ChainVerdicts, broken: Flags, found: HeldBack) -> None:
    """What was sent and what was due since it began, where both are known: the day alone may pass for a healthy one."""
    rows, columns = np.nonzero(broken)
    first = np.maximum(columns - found.began[rows, columns], 0)
    with np.errstate(invalid="ignore"):
        sent = _sums(data.sent, rows, first, columns)
        due = found.due[rows, columns]
        short = sent < due
    verdicts.total_sends[rows, columns] = np.where(short, sent, np.nan)
    verdicts.total_expected[rows, columns] = np.where(short, due, np.nan)


def _sums(numbers: Numbers, rows: Places, first: Places, last: Places) -> Numbers:
    """Sums from one column to another, both inclusive; NaN where any day is not known."""
    return np.array([numbers[row, a : b + 1].sum() for row, a, b in zip(rows, first, last, strict=True)])
