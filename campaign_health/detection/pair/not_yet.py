"""Days on which sends are not possible yet: nothing was ever sent, or what is sent waits for journeys just begun."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.pair.delay import delay_weights
from campaign_health.detection.pair.delay_profiles import NEAR_LAGS, PROFILES
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.pair.panel import State

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

LONGEST_WAIT = 35  # days with events and no send ever, after which nothing is waited for any longer
GAP = 3  # days without events among the last week: the campaign was paused, or its event away
USUAL = 5.0  # events a day from which on such days are a gap and not chance
POSSIBLE = 0.1  # of today's events: profiles that let fewer be sent for today expect nothing
DOUBT = 0.05  # chance of such a profile from which on nobody can say that sends are missing


def before_first_send(state: State, events: FloatArray, sends: FloatArray, observed: BoolArray) -> BoolArray:
    """Pairs that have events and never sent anything so far; counts the day, in place.

    Of days before the first send there were no journeys that could send now: they count as days without events.
    """
    state.waited[:] = np.where(observed & (sends > 0), np.inf, state.waited)
    waits = observed & (state.waited < LONGEST_WAIT)
    state.waited += waits & (events > 0)
    state.recent[:, waits] = np.nan_to_num(state.recent[:, waits])
    return waits


def after_a_gap(
    state: State, events: FloatArray, sends: FloatArray, observed: BoolArray, settings: DetectorSettings
) -> BoolArray:
    """Pairs that sent nothing today, and that after a gap of their events may well have nothing to send yet."""
    found = observed & (sends == 0) & (events > 0) & (state.usual_volume > np.log(USUAL)) & (state.usual_seen > 0)
    rows = np.flatnonzero(found)
    rows = rows[(state.recent[1:NEAR_LAGS, rows] == 0).sum(axis=0) >= GAP]
    found[:] = False
    if rows.size:
        weight = delay_weights(state, settings)[:, rows]
        possible = PROFILES @ np.nan_to_num(state.recent[:, rows])
        found[rows] = (weight * (possible < POSSIBLE * events[rows])).sum(axis=0) >= DOUBT
    return found
