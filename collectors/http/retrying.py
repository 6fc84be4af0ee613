"""Asks again, with pauses that grow, as long as a failure may pass by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from collectors.errors import OutOfTime
from collectors.http.waiting import backoff_seconds

T = TypeVar("T")

LONGEST_BACKOFF = 60.0


@dataclass(frozen=True)
class Retries:
    """How patient a caller is with failures that may pass.

    Attributes:
        most: How often to ask again.
        first_backoff: The first of our own pauses, in seconds; each next one doubles, up to a minute.
        longest_wait: The longest pause, in seconds, that is sat out where a service asks for one; a longer one
            ends the asking.
    """

    most: int = 5
    first_backoff: float = 0.5
    longest_wait: float = 60.0


PATIENT = Retries()


class TryAgain(Exception):
    """Raised by an attempt whose `failure` may pass.

    Attributes:
        failure: What to raise when the last try has failed too.
        wait_seconds: The pause that the service asked for; None leaves it to us.
        first_backoff: The first of our own pauses, in seconds, where this failure needs another than usual.
    """

    def __init__(
        self, failure: Exception, *, wait_seconds: float | None = None, first_backoff: float | None = None
    ) -> None:
        super().__init__(str(failure))
        self.failure = failure
        self.wait_seconds = wait_seconds
        self.first_backoff = first_backoff


def persist(attempt: Callable[[], T], sleep: Callable[[float], object], retries: Retries = PATIENT) -> T:
    """What `attempt` returns, asked for again as long as it raises `TryAgain` and `retries` allow.

    Raises:
        OutOfTime: `attempt` or `sleep` raised it; told with the failure of the try before.
        Exception: the failure of the last try.
    """
    latest: list[Exception] = []

    def is_worth_it(error: BaseException) -> bool:
        if isinstance(error, TryAgain):
            latest[:] = [error.failure]
        return isinstance(error, TryAgain) and (error.wait_seconds or 0.0) <= retries.longest_wait

    def pause(state: RetryCallState) -> float:
        again = state.outcome.exception() if state.outcome else None
        if not isinstance(again, TryAgain):
            return 0.0
        if again.wait_seconds is not None:
            return again.wait_seconds
        return backoff_seconds(state.attempt_number, again.first_backoff or retries.first_backoff, LONGEST_BACKOFF)

    def rest(seconds: float) -> None:
        sleep(seconds)

    retrying = Retrying(
        stop=stop_after_attempt(retries.most + 1),
        retry=retry_if_exception(is_worth_it),
        wait=pause,
        sleep=rest,
        reraise=True,
    )
    try:
        return retrying(attempt)
    except TryAgain as again:
        raise again.failure from again
    except OutOfTime as ending:
        if latest:
            raise ending.after(latest[0]) from latest[0]
        raise
