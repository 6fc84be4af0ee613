"""Made-up pairs of every kind, healthy and not: for searching where a law of the detector fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.pair.monitor import judge_panel

Counts = NDArray[np.float64]
FIRST = date(2026, 1, 1)
DAYS = 110
TRIED = 40  # counts of sends tried on each day


@dataclass(frozen=True)
class Worse:
    """A pair's day on which more sends made the verdict worse: the counts, and the evidence before and after."""

    events: float
    fewer: float
    more: float
    evidence: tuple[float, float]


def wild_pairs(random: np.random.Generator, pairs: int) -> tuple[Counts, Counts]:
    """Events and sends, `[pairs, DAYS]`, NaN where not collected: weekends, jumps, storms, caps, delays and breaks."""
    both = [_wild_pair(random) for _ in range(pairs)]
    return np.array([events for events, _ in both]), np.array([sends for _, sends in both])


def more_sends_made_worse(random: np.random.Generator, pairs: int = 60, days: int = 6) -> tuple[int, list[Worse]]:
    """How many pair-days were tried, and those on which an alert appeared with more sends than another count of TRIED.

    Each tried day is judged from the memory of the days before it, with every count.
    """
    events, sends = wild_pairs(random, pairs)
    state, judged, found = None, 0, []
    for day in sorted(random.choice(np.arange(15, DAYS), days, replace=False)):
        _, state = judge_panel(
            events[:, judged:day], sends[:, judged:day], FIRST + timedelta(days=int(judged)), state=state
        )
        judged = day
        asked = np.where(np.isnan(events[:, day]), 5.0, events[:, day])
        top = np.maximum(np.maximum(asked, np.nanmax(sends, axis=1)), 3.0)
        shares = np.concatenate([np.linspace(0, 1, TRIED // 2) ** 2, np.linspace(0, 1.5, TRIED // 2)])
        tried = np.sort(np.round(shares * top[:, None]), axis=1)
        copies = state.take(np.repeat(np.arange(pairs), TRIED))
        verdicts, _ = judge_panel(
            np.repeat(asked, TRIED)[:, None], tried.reshape(-1, 1), FIRST + timedelta(days=int(day)), state=copies
        )
        alert, evidence = (part.reshape(pairs, TRIED) for part in (verdicts.alert, verdicts.evidence))
        for row, place in zip(*np.nonzero(~alert[:, :-1] & alert[:, 1:]), strict=True):
            before_after = float(evidence[row, place]), float(evidence[row, place + 1])
            found.append(Worse(float(asked[row]), float(tried[row, place]), float(tried[row, place + 1]), before_after))
    return pairs * days, found


def _wild_pair(random: np.random.Generator) -> tuple[Counts, Counts]:
    level = np.exp(random.uniform(np.log(0.5), np.log(2000)))
    events = _events(random, level)
    expected = events * _ratios(random)
    if random.random() < 0.15:
        expected = np.minimum(expected, max(1.0, level * random.uniform(0.2, 0.8)))
    if random.random() < 0.2:
        late = int(random.integers(1, 4))
        expected = np.concatenate([np.zeros(late), expected[:-late]])
    share = np.where(events > 0, expected / np.maximum(events, 1), 0)
    thinned = random.random() < 0.6 and share.max() <= 1
    sends = (random.binomial(events.astype(int), share) if thinned else random.poisson(expected)).astype(float)
    if random.random() < 0.2:
        events[random.random(DAYS) < 0.05] = np.nan
        sends[random.random(DAYS) < 0.05] = np.nan
    return events, sends


def _events(random: np.random.Generator, level: float) -> Counts:
    mean = np.full(DAYS, level)
    if random.random() < 0.5:
        mean *= np.where(np.arange(DAYS) % 7 >= 5, random.uniform(0, 0.9), 1)
    if random.random() < 0.4:
        mean[random.integers(15, DAYS) :] *= random.choice([0, 0.05, 0.2, 0.5, 2, 5, 20])
    if random.random() < 0.2:
        mean *= np.exp(np.cumsum(random.normal(0, 0.05, DAYS)))
    if random.random() < 0.2:
        mean[random.integers(0, DAYS, 3)] *= random.choice([0, 10, 50])
    size = random.choice([1e6, 50, 10, 3])
    return random.poisson(mean * random.gamma(size, 1 / size, DAYS)).astype(float)


def _ratios(random: np.random.Generator) -> Counts:
    ratio = np.full(DAYS, random.choice([0.02, 0.1, 0.3, 0.6, 0.9, 1.0, 1.5]))
    if random.random() < 0.3:
        ratio *= np.where(np.arange(DAYS) % 7 >= 5, random.uniform(0, 1.2), 1)
    if random.random() < 0.6:
        begins = random.integers(20, DAYS)
        ratio[begins:] *= random.choice([0, 0, 0.03, 0.1, 0.25, 0.5, 0.6, 0.75, 1.5, 3])
        if random.random() < 0.5:
            ratio[random.integers(begins, DAYS + 1) :] = ratio[0] * random.choice([1, 1, 0.5, 1.3])
    if random.random() < 0.2:
        for begins in random.integers(10, DAYS, 3):
            ratio[begins : begins + random.integers(1, 4)] = 0
    if random.random() < 0.2:
        ratio *= np.exp(np.cumsum(random.normal(0, 0.05, DAYS)))
    return ratio
