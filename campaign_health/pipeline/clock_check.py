"""Compares the clock that decides a run's days with the services': on a wrong one no day can be told to be over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from collectors.errors import ClockOff
from collectors.http.service_clock import answered_at, service_is_ahead

# A day's numbers count as settled two hours after its end (`day_states.SETTLING_TIME`): less than this moves none.
TOLERATED = timedelta(minutes=10)


def clock_failure(ahead: timedelta, service: str) -> ClockOff | None:
    """Why nothing may be collected where the service's clock is `ahead` of ours; None where it may.

    Args:
        ahead: how far; negative where it is ours that is ahead.
        service: whose clock.
    """
    if abs(ahead) <= TOLERATED:
        return None
    direction = "behind" if ahead > timedelta(0) else "ahead of"
    return ClockOff(
        f"This machine's clock is {how_far(ahead)} {direction} {service}'s, so which day is over is not known. "
        "Nothing was collected.",
        "Set the clock right, best by NTP, and collect again. CAMPAIGN_HEALTH_NOW stands in for it in replays.",
        source=service,
        ahead=ahead,
    )


def how_far(skew: timedelta) -> str:
    """A difference of two clocks in words: minutes, from two hours on hours, from a day and a half on days."""
    minutes = abs(skew).total_seconds() / 60
    if minutes < 120:
        return f"{minutes:.0f} minutes"
    return f"{minutes / 60:.0f} hours" if minutes < 36 * 60 else f"{minutes / 60 / 24:,.0f} days"


class ClockCheck:
    """One run's comparison: the first answer that says its time decides, and what it found stays found.

    Args:
        present: the present by the run's clock.
        is_replay: whether another instant stands in for the clock on purpose: then nothing is compared.
    """

    def __init__(self, present: Callable[[], datetime], *, is_replay: bool) -> None:
        self._present = present
        self._is_done = is_replay
        self._failure: ClockOff | None = None

    def of(self, service: str) -> Callable[[Mapping[str, str], float], None]:
        """What the service's client calls with the headers of each answer and the seconds since it was asked."""
        return lambda headers, seconds: self._compare(service, headers, seconds)

    def refuse(self) -> None:
        """Raises `ClockOff` where the clock was found to be wrong."""
        if self._failure is not None:
            raise self._failure

    def _compare(self, service: str, headers: Mapping[str, str], seconds: float) -> None:
        self.refuse()
        served = None if self._is_done else answered_at(headers)
        if served is None:
            return
        present = self._present()
        # A run that had to wait for its turn is behind the clock on the wall, and no day is the worse for it.
        latest = max(present, datetime.now(UTC))
        self._failure = clock_failure(service_is_ahead(served, present - timedelta(seconds=seconds), latest), service)
        self._is_done = True
        self.refuse()
