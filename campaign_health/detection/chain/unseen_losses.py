"""A day whose journeys could not be collected, and on which messages went out, shows no loss of the event."""

from __future__ import annotations

import numpy as np

from campaign_health.detection.chain.chain_input import ChainInput
from campaign_health.detection.chain.chain_verdicts import CODE, STAGES, ChainVerdicts

RECENT_DAYS = 28
"""Days in which journeys must have been known: of a campaign without them, sends and events have to tell."""


def unmark_unseen_losses(data: ChainInput, verdicts: ChainVerdicts, begin: int) -> None:
    """Take back, in place, such losses from the column `begin` on: the day is not collected, and holds what is open.

    An event may be gone from Mixpanel while its campaign runs on, and only the journeys tell. Verdicts and numbers
    cover the same columns.
    """
    known = np.isfinite(data.started)
    so_far = np.cumsum(np.concatenate([np.zeros((len(known), 1), dtype=int), known], axis=1), axis=1)
    columns = np.arange(1, known.shape[1] + 1)
    recently = so_far[:, columns] > so_far[:, np.maximum(columns - RECENT_DAYS, 0)]
    lost = verdicts.broken & (verdicts.stage == STAGES.index("event")) & (verdicts.status == CODE["event_lost"])
    unseen = lost & ~known & recently & (data.sent > 0)
    unseen[:, :begin] = False
    verdicts.broken[unseen] = verdicts.judged[unseen] = False
    verdicts.held[unseen] = True
    verdicts.status[unseen], verdicts.stage[unseen] = CODE["not_collected"], -1
    verdicts.probability[unseen] = np.nan
