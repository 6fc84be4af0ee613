"""The hourly share of Mixpanel's Query API that this program allows itself, counted over all its runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from collectors.errors import BudgetSpent

HOUR = timedelta(hours=1)
# What Mixpanel does not count against its own limit: refused keys, refused plans, refused for the limit itself.
UNCOUNTED_STATUSES = frozenset({401, 402, 429})


class HourlyBudget:
    """Says before each request whether it may be sent, and remembers those that were.

    Args:
        limit: requests within any hour.
        earlier: when requests were sent before this run.
        clock: gives the present instant.
        wait: called with the seconds until a request is free again; None to end the source instead.
    """

    def __init__(
        self,
        limit: int,
        earlier: Sequence[datetime],
        clock: Callable[[], datetime],
        wait: Callable[[float], None] | None = None,
    ) -> None:
        self._limit = limit
        self._asked = sorted(earlier)
        self._unsaved: list[datetime] = []
        self._clock = clock
        self._wait = wait

    def left(self, days: int = 1) -> int:
        """How many requests may still be sent within the hour that ends now; of how many `days` they are is free."""
        return max(self._limit - len(self._recent()), 0)

    def before_query(self) -> None:
        """Called before each request.

        Raises:
            BudgetSpent: the hour's requests are used up and nobody said to wait.
        """
        recent = self._recent()
        while len(recent) >= self._limit:
            free_at = recent[len(recent) - self._limit] + HOUR
            seconds = (free_at - self._clock()).total_seconds()
            if self._wait is None:
                raise BudgetSpent(
                    f"The {self._limit} Mixpanel queries that this program allows itself in an hour are used up.",
                    f"The rest is fetched by the next run; one is free again in {max(seconds / 60, 1):.0f} minutes. "
                    "MIXPANEL_QUERIES_PER_HOUR raises the share.",
                    source="Mixpanel",
                )
            self._wait(max(seconds, 0.0) + 1.0)
            recent = self._recent()

    def after_query(self, status: int | None) -> None:
        """Called after each request with its HTTP status, None where no answer came."""
        if status is not None and status not in UNCOUNTED_STATUSES:
            self._asked.append(self._clock())
            self._unsaved.append(self._asked[-1])

    def take_unsaved(self) -> list[tuple[datetime, int]]:
        """The requests not handed out for saving yet, each with what it counts: 1."""
        unsaved, self._unsaved = self._unsaved, []
        return [(asked, 1) for asked in unsaved]

    def _recent(self) -> list[datetime]:
        now = self._clock()
        return [asked for asked in self._asked if now - HOUR < asked <= now]
