"""Every threshold of the numeric detector, in one table, with its unit.

Only `false_alarm_years` is meant to be set by people: it is a promise in words they can check. Everything else
is a fixed property of the method; docs/detection.md says where each number comes from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class DetectorSettings:
    """The detector's settings. `DetectorSettings()` is right for everybody.

    Units: *nat* is the natural logarithm of a likelihood ratio (2.3 nats = ten times likelier); *spread* is a
    negative binomial's inverse size (0.04 = days scatter by 20 % beyond chance); *drift* is the standard
    deviation of the ratio's relative change per day.
    """

    # -- the one setting --------------------------------------------------------------------------
    false_alarm_years: float = 8.0  # years: at most one false alarm per campaign in so many years
    calibration: float = 2.1  # nats by which a CUSUM's own slack undercuts ln(days of the budget); measured

    # -- how a healthy campaign may move: one model per column ------------------------------------
    drifts: tuple[float, ...] = (0.01, 0.03, 0.02, 0.04, 0.01, 0.02)  # per day
    persistence: tuple[float, ...] = (0.0, 0.0, 0.35, 0.0, 0.0, 0.35)  # of yesterday's deviation that is left today
    families: tuple[int, ...] = (0, 0, 0, 1, 2, 2)  # 0 proportional, 1 lenient, 2 saturating (elastic)
    model_prior: tuple[float, ...] = (0.35, 0.20, 0.03, 0.03, 0.30, 0.05)  # probability
    steady_floor: tuple[float, ...] = (0.05, 0.001, 0.001, 0.001, 0.05, 0.001)  # probability within the family
    family_floor: float = 0.003  # probability no family falls below
    trend_gain: float = 0.004  # per day and nat of surprise
    trend_damping: float = 0.02  # share of the trend that is lost per day

    # -- spread of the sends around the expectation -----------------------------------------------
    spreads: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.02, 0.06, 0.15, 0.35)  # inverse size
    caps: tuple[float, ...] = (0.85, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)  # share of Poisson variance that is missing
    thinned: tuple[bool, ...] = (False, False, True, False, False, False, False, False)  # binomial in the events
    spread_prior: tuple[float, ...] = (0.03, 0.07, 0.1, 0.1, 0.2, 0.2, 0.2, 0.1)  # probability
    score_memory: float = 150.0  # days of evidence that choose between models and spreads
    wide_spread: float = 1.5  # inverse size of a stormy day
    storm_prior: tuple[float, float] = (0.3, 60.0)  # stormy days, ordinary days
    pause_prior: tuple[float, float] = (0.01, 100.0)  # days of a pause that ends by itself, ordinary days
    pause_days: int = 3  # days: a silence this short that ended by itself was a pause
    tail_memory: float = 300.0  # days after which storms and pauses are forgotten

    # -- ratio, weekday, delay, volume ------------------------------------------------------------
    ratio_prior: tuple[float, float] = (0.5, 0.3)  # sends' worth of prior knowledge, ratio
    surge_clip: float = 2.0  # times the expectation: more than this teaches no more
    surge_most: float = 5.0  # times the expectation: more is not remembered of a day
    weekday_prior: float = 5.0  # days' worth of "no weekday pattern"
    weekday_memory: float = 14.0  # same weekdays (weeks) remembered
    rest_due: float = 4.0  # sends due on a weekday, all told, that prove that it is one of rest if none was made
    rest_leak: float = 0.02  # share of them that may be sent all the same
    rest_factor: float = 0.02  # what such a weekday is times the ratio
    delay_memory: float = 60.0  # days that choose the delay
    elasticity_prior: float = 3.0  # days' worth of "sends are proportional to events"
    volume_gain: float = 0.15  # share of a new day in the event count's own weekday level
    volume_scatter: float = 0.35  # least scatter of ln(event count) from its weekday level
    volume_most: float = 30.0  # times the usual or the newest event counts: more counts as so many
    volume_usual: float = 1.5  # scatters above its weekday level that an event count is still usual
    volume_low: float = 1.0  # scatters below it; up to twice as many the lenient model gains a say
    volume_echo: float = 0.8  # share of that say which is left a day later
    lately_gain: float = 0.4  # share of a new day in the counts of the last days
    lately_prior: float = 2.0  # sends' worth of trust in the learned ratio rather than in those days

    # -- evidence ---------------------------------------------------------------------------------
    kept_handicap: tuple[float, ...] = (0.0, 0.0, 0.0, 2.0)  # nats more that each share has to show
    kept_shares: tuple[float, ...] = (0.0, 0.25, 0.5, 0.7)  # broken means this share of sends is left; 0 = silent
    kept_parts: tuple[float, ...] = (
        1.3,
        1.15,
        1.0,
        0.8,
        0.6,
        0.4,
        0.25,
        0.1,
    )  # of what a share expects: its telling counts
    far_below: float = 2.0  # standard deviations below the expectation from which on storms may explain a day
    storm_days: float = 5.0  # days of a run of low days after which it is no storm
    silent_little: float = 0.15  # of the expectation: so little may be taken for a silent campaign's
    silent_leak: float = 0.03  # share of expected sends a silent campaign may still show
    fading: float = 1 / 30  # share of a degraded suspicion that fades per day
    suspicion: float = 4.0  # nats: half of a day's lesson is refused at this evidence
    calm: float = 0.7  # nats below which the baseline before a break is renewed
    excursion_prior: float = 10.0  # excursions' worth of trust that evidence behaves as theory says
    excursion_memory: float = 40.0  # excursions remembered

    # -- the last fourteen days together -----------------------------------------------------------
    fortnight_scatters: tuple[float, ...] = (0.0, 0.03, 0.06, 0.1, 0.15, 0.22, 0.33, 0.5)  # of a total, beyond chance
    fortnight_least: int = 42  # judged days before totals are judged
    fortnight_fading: float = 0.05  # share of the days before that is forgotten per day
    fortnight_every: int = 7  # judged days from one lesson about the scatter to the next
    fortnight_short: float = 0.85  # of the expectation: totals above it never speak for a break
    fortnight_newest: int = 4  # judged days that must be short as well
    fortnight_most: float = 2.0  # times the usual event count: more counts as so many

    # -- life of an incident ----------------------------------------------------------------------
    learning_days: int = 14  # days with events before anything is alarmed
    recovery: float = 4.6  # nats that sends are back (1 in 100 to be wrong)
    recovered_share: float = 0.75  # of the expectation, over the recovering days
    accept_days: int = 28  # days with events after which a steady new level is the new normal
    accept_share: float = 0.05  # below it a campaign is silent, which is never accepted
    quiet_days: int = 28  # days: a full stop must be provable within them, else too quiet
    lone_event_factor: float = 4.0  # times the threshold for an event judged without its project
    surge_factor: float = 2.0  # times the expectation that counts as a surge

    @property
    def threshold(self) -> float:
        """Nats of evidence at which an incident opens (ln of the budget in days, less the CUSUM's own slack)."""
        return max(math.log(DAYS_PER_YEAR * self.false_alarm_years) - self.calibration, 1.0)


def chance_of(evidence: NDArray[np.float64]) -> NDArray[np.float64]:
    """How likely a healthy pair gathers so many nats of evidence by a day: at the threshold once in the days of the
    budget, for the slack of the CUSUM is measured, and counts here as well, as far as there is any evidence.
    """
    return np.exp(-evidence - np.minimum(evidence, DetectorSettings.calibration))
