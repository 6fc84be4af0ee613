"""The services' rate limits, as documented, and a meter that keeps them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What the services allow; ``None`` is no limit. The defaults are the documented ones.

    Amplitude's are of cost, in an hour and in five minutes; ``amplitude_export_hours`` stands for the 4 GB that one
    export may have.
    """

    query_per_hour: int | None = 60
    query_concurrent: int | None = 5
    export_per_hour: int | None = 60
    export_per_second: int | None = 3
    schemas_per_minute: int | None = 5
    customerio_per_second: int | None = 10
    amplitude_per_hour: int | None = 108_000
    amplitude_per_burst: int | None = 1000
    amplitude_concurrent: int | None = 5
    amplitude_export_hours: int = 6
    names_per_call: int = 5000
    max_events_per_call: int | None = None
    url_length: int | None = 8192
    history_days: int | None = None
    seconds_per_answer: float = 0.0

    @classmethod
    def unlimited(cls) -> Limits:
        """No rate limit at all, for tests and benchmarks; the sizes of requests stay limited."""
        return cls(
            query_per_hour=None,
            query_concurrent=None,
            export_per_hour=None,
            export_per_second=None,
            schemas_per_minute=None,
            customerio_per_second=None,
            amplitude_per_hour=None,
            amplitude_per_burst=None,
            amplitude_concurrent=None,
        )

    @property
    def environment(self) -> dict[str, str]:
        """The settings with which the product does not hold itself back where there is no limit."""
        each_second = {
            "MIXPANEL_EXPORTS_PER_SECOND": self.export_per_second,
            "CUSTOMERIO_REQUESTS_PER_SECOND": self.customerio_per_second,
        }
        return {name: "1000" for name, most in each_second.items() if most is None}


class Meter:
    """Counts calls in a sliding window of ``seconds``; safe to use from several threads."""

    def __init__(self, most: int | None, seconds: float, clock: Callable[[], float]) -> None:
        self.most = most
        self.seconds = seconds
        self._clock = clock
        self._calls: deque[float] = deque()
        self._lock = threading.Lock()

    def take(self, cost: int = 1) -> float | None:
        """Count one call, or what it costs: None when it is allowed, else the seconds until the oldest part leaves the
        window.
        """
        if self.most is None:
            return None
        with self._lock:
            now = self._clock()
            while self._calls and self._calls[0] <= now - self.seconds:
                self._calls.popleft()
            if len(self._calls) + cost > self.most:
                return self.seconds - (now - self._calls[0]) if self._calls else self.seconds
            self._calls.extend([now] * cost)
            return None

    @property
    def used(self) -> int:
        """Calls in the window as last counted."""
        return len(self._calls)
