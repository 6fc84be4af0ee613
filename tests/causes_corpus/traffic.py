"""Daily counts: growth, weekdays, seasons, holidays, outages, noise, and events that come and go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Climate:
    """What all events of one project share."""

    days: int
    first_weekday: int
    common: Floats  # factor per day
    weekend: float

    @classmethod
    def draw(cls, rng: np.random.Generator, days: int, first_weekday: int) -> Climate:
        """A project's common ups and downs."""
        growth = rng.normal(0, 0.0015)
        trend = np.exp(growth * np.arange(days))
        wander = np.zeros(days)
        for day in range(1, days):
            wander[day] = 0.85 * wander[day - 1] + rng.normal(0, 0.03)
        season = 1 + rng.uniform(0, 0.2) * np.sin(2 * np.pi * (np.arange(days) / 365 + rng.random()))
        common = trend * np.exp(wander) * season
        for _ in range(int(rng.poisson(days / 60))):
            at, length = int(rng.integers(days)), int(rng.integers(1, 4))
            common[at : at + length] *= rng.uniform(0.35, 0.75)
        if rng.random() < 0.3:
            common[int(rng.integers(days))] *= rng.uniform(0, 0.1)
        return cls(days, first_weekday, common, float(rng.choice([0.05, 0.2, 0.4, 0.9, 1.3])))

    def weekday_pattern(self, rng: np.random.Generator) -> Floats:
        """One event's factor per weekday (0 = Monday), mean about 1."""
        kind = rng.random()
        pattern = rng.normal(1, 0.08, 7)
        if kind < 0.75:
            pattern[5:] *= self.weekend * rng.uniform(0.8, 1.2)
        elif kind < 0.85:
            pattern[5:] = 0.0
        elif kind < 0.95:
            pattern *= rng.dirichlet(np.full(7, 6.0)) * 7
        return np.maximum(pattern, 0) / max(pattern.mean(), 0.2)


@dataclass
class Stream:
    """One event's expected counts; its life can be cut, handed over or dimmed before it is drawn."""

    rate: Floats
    dispersion: float

    def drawn(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Negative-binomial counts."""
        mean = np.maximum(self.rate, 0)
        shaped = rng.gamma(self.dispersion, np.maximum(mean, 1e-12) / self.dispersion)
        return np.where(mean > 0, rng.poisson(shaped), 0).astype(np.int64)


def draw_stream(rng: np.random.Generator, climate: Climate, level: float | None = None) -> Stream:
    """An event's rate with its own weekday pattern and slow drift."""
    level = level if level is not None else float(np.exp(rng.uniform(np.log(0.2), np.log(3000))))
    weekday = (climate.first_weekday + np.arange(climate.days)) % 7
    drift = np.exp(np.cumsum(rng.normal(0, 0.008, climate.days)))
    rate = level * climate.common * climate.weekday_pattern(rng)[weekday] * drift / drift[0]
    return Stream(rate, float(np.exp(rng.uniform(np.log(8), np.log(300)))))


def live(rng: np.random.Generator, stream: Stream, climate: Climate) -> None:
    """Gives a background event a life of its own: always there, born, retired, seasonal, a burst, a launch."""
    days = climate.days
    fate = rng.random()
    at = int(rng.integers(5, days))
    if fate < 0.10:  # born
        stream.rate[:at] = 0
        if rng.random() < 0.4:
            ramp = int(rng.integers(3, 25))
            stream.rate[at : at + ramp] *= np.linspace(0.1, 1, ramp)[: max(days - at, 0)][
                : len(stream.rate[at : at + ramp])
            ]
        if rng.random() < 0.25:
            stream.rate[max(at - 20, 0) : at] = 0.3
    elif fate < 0.18:  # retired
        if rng.random() < 0.3:
            ramp = int(rng.integers(3, 20))
            part = stream.rate[at : at + ramp]
            part *= np.linspace(1, 0, ramp)[: len(part)]
            stream.rate[at + ramp :] = 0
        else:
            stream.rate[at:] = 0
    elif fate < 0.21:  # seasonal
        period, share = int(rng.integers(25, 90)), rng.uniform(0.3, 0.7)
        phase = int(rng.integers(period))
        stream.rate[((np.arange(days) + phase) % period) >= share * period] = 0
    elif fate < 0.24:  # a short experiment
        length = int(rng.integers(2, 30))
        stream.rate[:at] = 0
        stream.rate[at + length :] = 0
    elif fate < 0.27:  # sampled from some day on
        stream.rate[at:] *= rng.uniform(0.05, 0.6)
    elif fate < 0.29:  # promoted from some day on
        stream.rate[at:] *= rng.uniform(1.5, 6)
