"""Days on which sends are not possible yet: nothing was ever sent, or what is sent waits for journeys just begun."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.pair.baseline import Day
from campaign_health.detection.pair.delay import delay_weights, learn_delay
from campaign_health.detection.pair.delay_profiles import NEAR_LAGS, exposures
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.pair.panel import State

BoolArray = NDArray[np.bool_]

LONGEST_WAIT = 35  # days with events and no send ever, after which nothing is waited for any longer
GAP = 3  # days without events among the last week: the campaign was paused, or its event away
USUAL = 5.0  # events a day from which on days without a send, or without events, are not chance
POSSIBLE = 0.1  # of today's events: profiles that let fewer be sent for today expect nothing
DOUBT = 0.05  # chance of such a profile from which on nobody can say that sends are missing


def not_yet_possible(state: State, day: Day, settings: DetectorSettings) -> BoolArray:
    """Pairs that may not have anything to send yet today. Learns the wait of those that never sent, in place."""
    waits = _before_first_send(state, day)
    if waits.any():
        learn_delay(state, day.sends, np.full(len(state), np.inf), waits.astype(float), day.weekday, settings)
    return waits | _after_a_gap(state, day, settings)


def _before_first_send(state: State, day: Day) -> BoolArray:
    """Pairs that have events and never sent anything so far; counts the day, in place.

    Of days before the first send there were no journeys that could send now: they count as days without events.
    """
    state.waited[:] = np.where(day.observed & (day.sends > 0), np.inf, state.waited)
    # Of few events a day it is chance that nothing was sent for them, and that teaches how few are.
    waits = day.observed & (day.events >= USUAL) & (state.waited < LONGEST_WAIT)
    if waits.any():
        state.waited += waits
        state.recent[:, waits] = np.nan_to_num(state.recent[:, waits])
    return waits


def _after_a_gap(state: State, day: Day, settings: DetectorSettings) -> BoolArray:
    """Pairs that sent nothing today, and that after a gap of their events may well have nothing to send yet."""
    found = day.observed & (day.sends == 0) & (day.events > 0)
    found &= (state.usual_volume > np.log(USUAL)) & (state.usual_seen > 0)
    rows = np.flatnonzero(found)
    rows = rows[(state.recent[1:NEAR_LAGS, rows] == 0).sum(axis=0) >= GAP]
    found[:] = False
    if rows.size:
        weight = delay_weights(state, settings)[:, rows]
        possible = exposures(np.nan_to_num(state.recent[:, rows]))
        found[rows] = (weight * (possible < POSSIBLE * day.events[rows])).sum(axis=0) >= DOUBT
    return np.asarray(found)
