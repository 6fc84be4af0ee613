"""How much must be known of a campaign before it can be judged: for the sentences that say how much is lacking."""

from __future__ import annotations

import math

from campaign_health.detection.chain.chain_links import link_settings
from campaign_health.detection.pair.detector_settings import DetectorSettings

DAYS_TO_LEARN = DetectorSettings().learning_days
"""Days with events (without an event: with journeys) from which on a campaign is judged."""


def sends_that_tell(false_alarm_years: float | None = None) -> int:
    """Sends in four weeks from which on a full stop could not be chance: as much evidence as opens an incident, where
    each send that is due and does not come is worth one nat (ln of the chance that a Poisson count is 0).

    The budget is in years, by default the usual one.
    """
    settings = DetectorSettings() if false_alarm_years is None else DetectorSettings(false_alarm_years)
    return math.ceil(link_settings(settings).threshold)
