"""Marks the days of campaigns on which a share of their messages or journeys is held back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from campaign_health.detection.chain.chain_input import ChainInput
from campaign_health.detection.chain.chain_links import ALARMING_LINKS
from campaign_health.detection.chain.chain_verdicts import CODE, STAGES, ChainVerdicts
from campaign_health.detection.pair.detector_settings import DAYS_PER_YEAR, DetectorSettings
from campaign_health.detection.parts.held_back import HeldBack, Numbers, find_held_back

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
    lasted[:, 1:] = found.began[:, :-1] >= LASTING
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
