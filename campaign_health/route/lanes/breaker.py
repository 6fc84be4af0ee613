"""Whether Customer.io is asked at all: after several failures it is left alone for a while, then asked once. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

State = Literal["closed", "open", "half_open"]

MOST_FAILURES = 5
OPEN_SECONDS = 15.0
KEY_SECONDS = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0


@dataclass(frozen=True)
class Breaker:
    """Failures in a row, and until when (on a monotonic clock) nothing is asked."""

    failures: int = 0
    until: float = 0.0
    trying: bool = False

    def state(self, now: float) -> State:
        """`half_open` where one request may find out whether it goes on."""
        if now < self.until:
            return "open"
        return "half_open" if self.failures >= MOST_FAILURES else "closed"

    def may_ask(self, now: float) -> bool:
        """Whether a request may go out now."""
        state = self.state(now)
        return state == "closed" or (state == "half_open" and not self.trying)

    def asked(self, now: float) -> Breaker:
        """After a request went out."""
        return Breaker(self.failures, self.until, self.state(now) == "half_open")

    def answered(self) -> Breaker:
        """After an answer that shows it works."""
        return Breaker()

    def failed(self, now: float) -> Breaker:
        """After a failure that may pass."""
        failures = self.failures + 1
        return Breaker(failures, now + OPEN_SECONDS if failures >= MOST_FAILURES else self.until)

    def refused_key(self, now: float) -> Breaker:
        """After an answer that says that our key is wrong."""
        return Breaker(max(self.failures, MOST_FAILURES), now + KEY_SECONDS)

    def asked_to_wait(self, now: float, seconds: float) -> Breaker:
        """After an answer that asks for a pause, which is no failure."""
        return Breaker(self.failures, max(self.until, now + seconds))


def pause(tries: int, chance: random.Random) -> float:
    """Seconds before the next try after so many: full jitter, half a second doubling to a minute.

    (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015.)
    """
    return chance.uniform(0.0, min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(tries, 30)))
