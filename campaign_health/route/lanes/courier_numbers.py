"""What a courier counts while it runs: Customer.io's answers by kind, and how long events took to be accepted."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from itertools import accumulate

BOUNDS = (0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 10.0, 30.0, 90.0, 300.0, 900.0, 3600.0, 6 * 3600.0, 24 * 3600.0)
"""Seconds; 0.8 and 90 are what is promised of the way to Customer.io and to the message."""


class CourierNumbers:
    """Counts from several threads at once; nobody is in them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: Counter[str] = Counter()
        self._within = [0] * (len(BOUNDS) + 1)
        self._seconds = 0.0

    def answered(self, kind: str) -> None:
        """One answer of Customer.io's: the kind of its verdict, or `no_answer`."""
        with self._lock:
            self._answers[kind] += 1

    def accepted(self, seconds: Iterable[float]) -> None:
        """Events that were accepted so many seconds after they were received; a clock that was set back counts as 0."""
        with self._lock:
            for one in seconds:
                self._within[bisect_left(BOUNDS, one)] += 1
                self._seconds += max(one, 0.0)

    @property
    def answers(self) -> dict[str, int]:
        """How many answers there were of each kind."""
        with self._lock:
            return dict(self._answers)

    @property
    def times(self) -> tuple[dict[float, int], int, float]:
        """How many events took at most so many seconds, by bound; how many there were; and the sum of their seconds."""
        with self._lock:
            *up_to, total = accumulate(self._within)
            return dict(zip(BOUNDS, up_to, strict=True)), total, self._seconds
