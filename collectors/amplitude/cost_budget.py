"""The share of Amplitude's quota that this program allows itself, by what Amplitude counts: the cost of a query."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from collectors.errors import BudgetSpent

HOUR = timedelta(hours=1)
# Amplitude counts days times segments times a number for the kind of query. Ours have one segment.
COST_OF_A_DAY = 6
# Amplitude allows 1,000 within five minutes; the rest is for other tools of the project.
BURST = 900
BURST_TIME = timedelta(minutes=5)
# A query that costs more than a burst could never be asked.
MOST_DAYS = BURST // COST_OF_A_DAY
# Refused keys, and refused for the limit itself.
UNCOUNTED_STATUSES = frozenset({401, 403, 429})


def cost_of(days: int) -> int:
    """What a query for so many days costs."""
    return max(days, 1) * COST_OF_A_DAY


class CostBudget:
    """Says before each query whether it may be sent, and remembers those that were.

    Args:
        limit: cost within any hour.
        earlier: when queries were sent before this run, and what each cost.
        clock: gives the present instant.
        pause: waits so many seconds where the five minutes' share is used up; always.
        burst: cost within any five minutes.
        wait: the same where the hour's share is used up; None to end the source instead.
    """

    def __init__(
        self,
        limit: int,
        earlier: Sequence[tuple[datetime, int]],
        clock: Callable[[], datetime],
        pause: Callable[[float], None],
        wait: Callable[[float], None] | None = None,
        burst: int = BURST,
    ) -> None:
        self._limit = limit
        self._asked = sorted(earlier)
        self._unsaved: list[tuple[datetime, int]] = []
        self._clock = clock
        self._pause = pause
        self._wait = wait
        self._burst = burst

    def left(self, days: int = 1) -> int:
        """How many queries for so many days may still be sent within the hour that ends now."""
        return max(self._limit - sum(cost for _, cost in self._within(HOUR)), 0) // cost_of(days)

    def before_query(self, cost: int) -> None:
        """Called before each query.

        Raises:
            BudgetSpent: the hour's share is used up and nobody said to wait.
        """
        hour = self._seconds_until_free(cost, self._limit, HOUR)
        if hour and self._wait is None:
            raise BudgetSpent(
                f"The cost of {self._limit:,} that this program allows itself in an hour at Amplitude is used up.",
                f"The rest is fetched by the next run; some is free again in {max(hour / 60, 1):.0f} minutes. "
                "AMPLITUDE_COST_PER_HOUR raises the share.",
                source="Amplitude",
            )
        if hour and self._wait is not None:
            self._wait(hour + 1.0)
        burst = self._seconds_until_free(cost, self._burst, BURST_TIME)
        if burst:
            self._pause(burst + 1.0)

    def after_query(self, cost: int, status: int | None) -> None:
        """Called after each query with its HTTP status, None where no answer came."""
        if status is not None and status not in UNCOUNTED_STATUSES:
            self._asked.append((self._clock(), cost))
            self._unsaved.append(self._asked[-1])

    def take_unsaved(self) -> list[tuple[datetime, int]]:
        """The queries not handed out for saving yet."""
        unsaved, self._unsaved = self._unsaved, []
        return unsaved

    def _within(self, time: timedelta) -> list[tuple[datetime, int]]:
        now = self._clock()
        return [(asked, cost) for asked, cost in self._asked if now - time < asked <= now]

    def _seconds_until_free(self, cost: int, most: int, time: timedelta) -> float:
        """How long to wait until so much is free; 0 where it is, or where nothing else was asked."""
        recent = self._within(time)
        spent = sum(part for _, part in recent)
        for asked, part in recent:
            if spent + cost <= most:
                return 0.0
            spent -= part
            free_at = asked + time
            if spent + cost <= most or spent == 0:
                return max((free_at - self._clock()).total_seconds(), 0.001)
        return 0.0
