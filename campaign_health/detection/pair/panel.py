"""The detector's memory of many pairs: named arrays, one pair per last index, that can be stored and resumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.pair.delay_profiles import PROFILES
from campaign_health.detection.pair.detector_settings import DetectorSettings
from campaign_health.detection.pair.memory import Memory

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
GROUPS = 2  # silent, degraded
FORTNIGHT = 14  # judged days whose sends are judged together
READINGS = 2  # of the relation over a fortnight: in proportion to events, to a power of them


@dataclass
class State(Memory):
    """What the detector knows of each pair after its last day. Every array's last index is the pair.

    Leading indices: models, spreads x models, kept shares x models, delay profiles, weekdays (Monday = 0).
    """

    VERSION: ClassVar[int] = 4
    # the ratio of sends to events: a Gamma posterior per model, and its copy from before the present run of evidence
    ratio_shape: FloatArray
    ratio_rate: FloatArray
    before_shape: FloatArray
    before_rate: FloatArray
    before_weight: FloatArray
    trend: FloatArray  # of ln(ratio) per day
    deviation: FloatArray  # ln(seen / expected) of the last judged day, from the newest ratio
    deviation_before: FloatArray  # and from the ratio before the present run
    score: FloatArray  # nats in favour of each spread x model
    # the tail: storms and pauses
    storms: FloatArray
    ordinary: FloatArray
    pauses: FloatArray
    pause_days: FloatArray
    pausing: FloatArray  # chance that the last day was one of a pause
    # weekday pattern of the ratio, and usual event count by weekday (ln)
    weekday_sum: FloatArray
    weekday_weight: FloatArray
    weekday_due: FloatArray  # sends that would have been due on each weekday if all were alike, and
    weekday_sends: FloatArray  # those that were sent
    volume: FloatArray
    volume_seen: FloatArray
    volume_spread: FloatArray
    unusual: FloatArray  # 0 to 1: how far from usual the event count was lately
    lately_sends: FloatArray  # per day on the last days, weekdays evened out
    lately_events: FloatArray
    usual_volume: FloatArray  # ln of the usual event count, all weekdays
    usual_seen: FloatArray
    elasticity: FloatArray
    elasticity_weight: FloatArray
    # delay of the sends
    recent: FloatArray  # event counts of the last days, newest first, NaN unknown
    delay_level: FloatArray
    delay_error: FloatArray
    delay_weekday: FloatArray
    delay_weekday_weight: FloatArray
    delay_weight: FloatArray
    waited: FloatArray  # days with events before the first send; infinite after it
    days_seen: FloatArray
    days_since: FloatArray
    # evidence
    evidence: FloatArray
    run_days: FloatArray  # calendar days since each kept share's run of evidence began
    run_sends: FloatArray
    run_expected: FloatArray
    surge: FloatArray  # nats that more is sent than events explain
    provable: FloatArray  # nats a silent day would bring, on average over all days
    peak: FloatArray
    excess: FloatArray
    excursions: FloatArray
    # the last two fortnights of judged days, newest first: sends, exposure of each reading; absurd ones count less
    fortnights: FloatArray
    fortnight_counts: FloatArray  # of the newest: days since the one before, sends and exposure as they were
    fortnight_before: FloatArray  # sends and exposures before the newest and before both, fading
    fortnight_score: FloatArray  # nats in favour of each scatter, of each reading
    fortnight_days: FloatArray  # judged days taken in
    fortnight_evidence: FloatArray
    # the open incident
    incident: IntArray  # 0 none, else 1 + index of the kept share
    incident_days: FloatArray
    incident_age: FloatArray  # calendar days since the incident's first bad day
    incident_zero_days: FloatArray
    silence: FloatArray  # nats that a degraded campaign has fallen silent
    recovery: FloatArray
    back_sends: FloatArray
    back_expected: FloatArray
    new_shape: FloatArray
    new_rate: FloatArray

    @classmethod
    def fresh(cls, pairs: int, settings: DetectorSettings | None = None) -> Self:
        """The state of pairs nothing is known of."""
        settings = settings or DetectorSettings()
        models, kept = len(settings.drifts), len(settings.kept_shares)
        profiles, lags = PROFILES.shape
        worth, ratio = settings.ratio_prior

        def full(value: float, *lead: int) -> FloatArray:
            return np.full((*lead, pairs), value, dtype=np.float64)

        return cls(
            last_day=None,
            ratio_shape=full(worth, models),
            ratio_rate=full(worth / ratio, models),
            before_shape=full(worth, models),
            before_rate=full(worth / ratio, models),
            before_weight=np.repeat(np.array(settings.model_prior)[:, None], pairs, axis=1),
            trend=full(0.0),
            deviation=full(0.0, models),
            deviation_before=full(0.0, models),
            score=np.repeat(log_prior(settings), pairs, axis=2),
            storms=full(settings.storm_prior[0]),
            ordinary=full(settings.storm_prior[1]),
            pauses=full(settings.pause_prior[0]),
            pause_days=full(0.0),
            pausing=full(0.0),
            weekday_sum=full(0.0, 7),
            weekday_weight=full(0.0, 7),
            weekday_due=full(0.0, 7),
            weekday_sends=full(0.0, 7),
            volume=full(0.0, 7),
            volume_seen=full(0.0, 7),
            volume_spread=full(0.05),
            unusual=full(0.0),
            lately_sends=full(0.0),
            lately_events=full(0.0),
            usual_volume=full(0.0),
            usual_seen=full(0.0),
            elasticity=full(1.0),
            elasticity_weight=full(settings.elasticity_prior),
            recent=full(np.nan, lags),
            delay_level=full(0.0, profiles),
            delay_error=full(0.25, profiles),
            delay_weekday=full(0.0, profiles, 7),
            delay_weekday_weight=full(0.0, 7),
            delay_weight=full(0.0),
            waited=full(0.0),
            days_seen=full(0.0),
            days_since=full(0.0),
            evidence=full(0.0, kept, models),
            run_days=full(-1.0, kept),
            run_sends=full(0.0),
            run_expected=full(0.0),
            surge=full(0.0),
            provable=full(0.0),
            peak=full(0.0, GROUPS),
            excess=full(0.0, GROUPS),
            excursions=full(0.0, GROUPS),
            fortnights=full(0.0, READINGS + 1, 2 * FORTNIGHT),
            fortnight_counts=full(0.0, 3, FORTNIGHT),
            fortnight_before=full(0.0, READINGS + 1, 2),
            fortnight_score=full(0.0, READINGS, len(settings.fortnight_scatters)),
            fortnight_days=full(0.0),
            fortnight_evidence=full(0.0),
            incident=np.zeros(pairs, dtype=np.int64),
            incident_days=full(0.0),
            incident_age=full(-1.0),
            incident_zero_days=full(0.0),
            silence=full(0.0),
            recovery=full(0.0, kept),
            back_sends=full(0.0),
            back_expected=full(0.0),
            new_shape=full(worth),
            new_rate=full(worth / ratio),
        )

    def take(self, rows: Sequence[int] | IntArray, settings: DetectorSettings | None = None) -> State:
        """The state of some pairs, in the order asked for; row -1 is a pair nothing is known of."""
        return self._taken(rows, State.fresh(1, settings))

    def accept(self, rows: Sequence[int] | IntArray, settings: DetectorSettings | None = None) -> State:
        """The state after a person confirmed a change: open incidents end and the ratio is learned anew."""
        rows = np.asarray(rows, dtype=np.int64)
        new = State.fresh(len(rows), settings)
        kept = {
            "recent", "days_seen", "days_since", "volume", "volume_seen", "volume_spread", "usual_volume", "usual_seen",
            "unusual", "delay_level", "delay_error", "delay_weekday", "delay_weekday_weight", "delay_weight", "waited",
            "storms", "ordinary", "pauses", "pause_days", "pausing", "elasticity", "elasticity_weight", "excess",
            "excursions", "provable", "fortnight_score",
        }  # fmt: skip
        changed: dict[str, Any] = {}
        for name in self.arrays().keys() - kept:
            array = getattr(self, name).copy()
            array[..., rows] = getattr(new, name)
            changed[name] = array
        return replace(self, **changed)


def log_prior(settings: DetectorSettings) -> FloatArray:
    """ln of the prior probability of each spread x model, with a last index for the pair."""
    spread = np.log(np.array(settings.spread_prior))[:, None]
    model = np.log(np.array(settings.model_prior))[None, :]
    result: FloatArray = (spread + model)[:, :, None]
    return result
