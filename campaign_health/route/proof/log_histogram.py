"""Lengths of time counted in buckets that grow by 2 %: small, exact to 1 %, and added up by adding the counts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

GROWTH = 1.02
SHORTEST, LONGEST = 0.0001, 7 * 86_400.0
"""Seconds; what is shorter or longer counts as these."""
_LOG = math.log(GROWTH)


@dataclass(frozen=True)
class LogHistogram:
    """Counts by bucket: bucket n holds the seconds from `SHORTEST * GROWTH ** n` to before the next one's."""

    counts: Mapping[int, int]

    @property
    def total(self) -> int:
        """How many lengths of time it holds."""
        return sum(self.counts.values())

    def quantile(self, share: float) -> float | None:
        """The seconds that this share of all take at most, within 1 %; None where there is none.

        The smallest that at least `share` of all do not exceed (the nearest-rank definition).
        """
        wanted = max(1, math.ceil(share * self.total))
        passed = 0
        for bucket in sorted(self.counts):
            passed += self.counts[bucket]
            if passed >= wanted:
                return float(SHORTEST * GROWTH ** (bucket + 0.5))
        return None


def histogram_of(seconds: Iterable[float]) -> LogHistogram:
    """The histogram of lengths of time; what is negative counts as the shortest."""
    counts: Counter[int] = Counter()
    # Many are alike: what comes together without a time of its own is as old as nothing.
    for length, number in Counter(seconds).items():
        counts[_bucket(length)] += number
    return LogHistogram(counts)


def merged(parts: Iterable[LogHistogram]) -> LogHistogram:
    """The histogram of all that the parts hold."""
    counts: Counter[int] = Counter()
    for part in parts:
        counts.update(part.counts)
    return LogHistogram(counts)


def _bucket(seconds: float) -> int:
    held = min(max(seconds, SHORTEST), LONGEST)
    return math.floor(math.log(held / SHORTEST) / _LOG)
