"""What can go wrong while collecting: each failure says what happened and what to do."""

from __future__ import annotations

from datetime import timedelta

from storage.errors import ExpectedFailure

LONGEST_MESSAGE = 1500


def one_line(text: str) -> str:
    """`text` as one line of printable signs, not too long: names and words of a service may hold anything."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= LONGEST_MESSAGE else f"{line[: LONGEST_MESSAGE - 1]}…"


class CollectorError(ExpectedFailure):
    """Base of every failure of a collector.

    Attributes:
        message: What happened, in words, free of secrets and of signs that a terminal would obey.
        cure: What to do about it; may be empty.
        source: The service that was asked: "Mixpanel" or "Customer.io".
        final: True where nothing more of this source can be had in this run.
    """

    final = False

    def __init__(self, message: str, cure: str = "", *, source: str = "") -> None:
        super().__init__(one_line(message), cure)
        self.source = source


class UnusableSetting(CollectorError):
    """A key, an address or an id cannot be used as it stands."""

    final = True


class AuthenticationFailed(CollectorError):
    """The service does not know the key (401)."""

    final = True


class PlanForbids(CollectorError):
    """The account's plan does not include this API (402)."""

    final = True


class Forbidden(CollectorError):
    """The key is known but may not read this (403)."""

    final = True


class RedirectedElsewhere(CollectorError):
    """The service sent the request on to another host; the key was not sent there."""

    final = True


class RequestRefused(CollectorError):
    """The service understood the request and declined it (another 4xx)."""

    def __init__(self, message: str, cure: str = "", *, source: str = "", status: int = 400) -> None:
        super().__init__(message, cure, source=source)
        self.status = status


class NotFound(RequestRefused):
    """There is no such thing (404)."""

    def __init__(self, message: str, cure: str = "", *, source: str = "", status: int = 404) -> None:
        super().__init__(message, cure, source=source, status=status)


class RateLimited(CollectorError):
    """The service asks to wait longer than a run should, or its quota is used up (429)."""

    final = True

    def __init__(self, message: str, cure: str = "", *, source: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, cure, source=source)
        self.retry_after = retry_after


class BudgetSpent(CollectorError):
    """Our own hourly share of the service's quota is used up."""

    final = True


class ServiceFailed(CollectorError):
    """The service failed on its side (5xx), every time it was asked."""


class Unreachable(CollectorError):
    """No whole answer came, every time it was asked; `because` says why: no connection, silence, a body cut short."""

    def __init__(self, message: str, cure: str = "", *, source: str = "", because: str = "") -> None:
        super().__init__(message, cure, source=source)
        self.because = because


class UnexpectedShape(CollectorError):
    """The answer is not what the service documents; `field` names the part that is not."""

    def __init__(self, message: str, cure: str = "", *, source: str = "", field: str = "") -> None:
        super().__init__(message, cure, source=source)
        self.field = field


class ExportCutOff(CollectorError):
    """An export ended before its end: none of it can be trusted."""


class Stopped(CollectorError):
    """Collecting was told to stop."""

    final = True


class OutOfTime(CollectorError):
    """The time that the source or the run has is over."""

    final = True

    def after(self, failure: Exception) -> OutOfTime:
        """The same, told with what the last try came to."""
        return OutOfTime(f"{self.message} The last try: {failure}", self.cure, source=self.source)


class ClockOff(CollectorError):
    """Our clock is not the service's: which day is over cannot be told.

    Attributes:
        ahead: How far the service's clock is ahead of ours; negative where ours is ahead.
    """

    final = True

    def __init__(self, message: str, cure: str = "", *, source: str = "", ahead: timedelta = timedelta(0)) -> None:
        super().__init__(message, cure, source=source)
        self.ahead = ahead
