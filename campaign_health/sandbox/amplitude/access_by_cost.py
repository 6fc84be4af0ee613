"""Who may read Amplitude, and how much: keys, the cost of queries, and how many at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from campaign_health.sandbox.http.exchange import Answer, Call, Refusal, json_answer
from campaign_health.sandbox.http.limits import Meter
from campaign_health.sandbox.world.setting import Setting

COST_OF_A_DAY = 6


class AmplitudeAccess:
    """Checks calls and counts them; raises `Refusal` with the answer Amplitude would give."""

    def __init__(self, setting: Setting) -> None:
        limits, clock = setting.limits, setting.seconds
        self.setting = setting
        self._hour = Meter(limits.amplitude_per_hour, 3600.0, clock)
        self._burst = Meter(limits.amplitude_per_burst, 300.0, clock)
        self._lock = threading.Lock()
        self._running = 0

    def check(self, call: Call) -> None:
        """Refuse a call with wrong keys."""
        keys = self.setting.keys
        if not call.is_signed_by(keys.amplitude_key, keys.amplitude_secret):
            raise Refusal(error("Invalid API key or secret key", 403))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count one call for as long as it runs."""
        most = self.setting.limits.amplitude_concurrent
        with self._lock:
            self._running += 1
            running = self._running
        try:
            if most is not None and running > most:
                raise Refusal(error(f"Exceeded {most} concurrent requests", 429))
            yield
        finally:
            with self._lock:
                self._running -= 1

    def spend(self, days: int) -> None:
        """Count what a query of so many days costs."""
        cost = days * COST_OF_A_DAY
        if self._burst.take(cost) is not None:
            raise Refusal(error(f"Exceeded {self._burst.most} cost per 5 minutes", 429))
        if self._hour.take(cost) is not None:
            raise Refusal(error(f"Exceeded {self._hour.most} cost per hour", 429))


def error(text: str, status: int) -> Answer:
    """Amplitude's error body."""
    kind = "invalid" if status == 400 else "error"
    return json_answer({"error": {"http_code": status, "type": kind, "message": text, "metadata": {}}}, status)
