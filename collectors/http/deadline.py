"""The end of the time that a piece of work has: over all its requests, tries and waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from collectors.errors import OutOfTime


@dataclass(frozen=True)
class _End:
    """The moment (monotonic seconds), what is over then, and what gives more time."""

    at: float = inf
    time: str = ""
    cure: str = ""


class Deadline:
    """A moment after which nothing is asked any more; whoever hands out time moves it. No change of the clock does.

    Made without one, it never comes. Several clients and their threads may share it.
    """

    def __init__(self) -> None:
        self._end = _End()
        self.before_asking: Callable[[], None] | None = None
        """Called before each request and each wait, by the thread that is about to ask or wait."""

    def give(self, seconds: float, what: str, cure: str) -> None:
        """From now on there are `seconds` left.

        Args:
            seconds: How many.
            what: The time in words, such as "the 60 minutes that one source may take".
            cure: What is to be known or done where they do not suffice.
        """
        self._end = _End(time.monotonic() + seconds, what, cure)

    def left(self) -> float:
        """Seconds that are left; negative where it has passed."""
        return self._end.at - time.monotonic()

    def refuse_late(self, service: str, needed: float = 0.0) -> None:
        """Raises `OutOfTime` where it has passed, or passes within the `needed` seconds."""
        if self.before_asking is not None:
            self.before_asking()
        end = self._end
        left = end.at - time.monotonic()
        if left <= needed:
            over = "are over" if left <= 0 else "would be over before it may be asked again"
            raise OutOfTime(f"{service} was asked no further: {end.time} {over}.", end.cure, source=service)

    def rest(self, seconds: float, service: str, sleep: Callable[[float], object]) -> None:
        """Waits, unless the time would be over when the wait is.

        Raises:
            OutOfTime: it would.
        """
        self.refuse_late(service, seconds)
        sleep(seconds)
