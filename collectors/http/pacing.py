"""Keeps a service's rate limit over all threads that ask it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

# A little more than the even distance, so that the network's jitter never makes nine of eight.
SLACK = 1.04


class Pace:
    """At most `per_second` requests a second, evenly spaced, shared by every thread."""

    def __init__(
        self,
        per_second: float,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._distance = SLACK / per_second
        self._clock = clock
        self._next = clock()
        self._lock = threading.Lock()

    def wait(self, sleep: Callable[[float], object] = time.sleep) -> None:
        """Returns when this thread's turn has come; `sleep` does the waiting."""
        with self._lock:
            turn = max(self._next, self._clock())
            self._next = turn + self._distance
        delay = turn - self._clock()
        if delay > 0:
            sleep(delay)

    def hold(self, seconds: float) -> None:
        """Nobody's turn comes for `seconds`, because the service asked for a pause."""
        with self._lock:
            self._next = max(self._next, self._clock() + seconds)
