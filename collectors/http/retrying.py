"""Asks again, with pauses that grow, as long as a failure may pass by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from collectors.errors import CollectorError
from collectors.http.waiting import backoff_seconds

T = TypeVar("T")

MOST_RETRIES = 5
FIRST_BACKOFF = 0.5
LONGEST_BACKOFF = 60.0


class TryAgain(Exception):
    """Raised by an attempt whose `failure` may pass.

    Attributes:
        failure: What to raise when the last try has failed too.
        wait_seconds: The pause that the service asked for; None leaves it to us.
        first_backoff: The first of our own pauses, in seconds.
    """

    def __init__(
        self,
        failure: CollectorError,
        *,
        wait_seconds: float | None = None,
        first_backoff: float = FIRST_BACKOFF,
    ) -> None:
        super().__init__(str(failure))
        self.failure = failure
        self.wait_seconds = wait_seconds
        self.first_backoff = first_backoff


def persist(attempt: Callable[[], T], sleep: Callable[[float], object]) -> T:
    """What `attempt` returns, made at most six times.

    Raises:
        CollectorError: the failure of the last try.
    """

    def rest(seconds: float) -> None:
        sleep(seconds)

    retrying = Retrying(
        stop=stop_after_attempt(MOST_RETRIES + 1),
        retry=retry_if_exception_type(TryAgain),
        wait=_pause,
        sleep=rest,
        reraise=True,
    )
    try:
        return retrying(attempt)
    except TryAgain as again:
        raise again.failure from again


def _pause(state: RetryCallState) -> float:
    again = state.outcome.exception() if state.outcome else None
    if not isinstance(again, TryAgain):
        return 0.0
    if again.wait_seconds is not None:
        return again.wait_seconds
    return backoff_seconds(state.attempt_number, again.first_backoff, LONGEST_BACKOFF)
