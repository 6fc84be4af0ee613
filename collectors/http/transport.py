"""Addresses and connections: which address can be asked, and what it means when that fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from collectors.errors import UnusableSetting
from collectors.http.answer_limits import SHORTEST_WAIT, Late, LeastRate, WholeBy
from collectors.http.deadline import Deadline
from collectors.http.redaction import Redactor
from collectors.http.retrying import PATIENT, Retries

PREPARING_SILENCES = 5
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Timeouts:
    """Seconds to wait for a connection, for the next byte of an answer, and for the whole of one that is not streamed.

    A whole answer may take as long as a silence in any case. One that is streamed may be prepared for five silences;
    then it must come faster than `least_rate` bytes a second over each further one.
    """

    connect_seconds: float = 10.0
    read_seconds: float = 60.0
    whole_seconds: float = 300.0
    # A tenth of the slowest modem: packed, some two events a second.
    least_rate: float = 256.0

    @property
    def longest_answer(self) -> float:
        """Seconds within which an answer that is not streamed must be whole."""
        return max(self.whole_seconds, self.read_seconds)

    @property
    def longest_preparation(self) -> float:
        """Seconds within which a streamed answer must begin."""
        return PREPARING_SILENCES * self.read_seconds

    def connecting(self, deadline: Deadline) -> float:
        """Seconds to wait for a connection that is begun now."""
        return max(min(self.connect_seconds, deadline.left()), SHORTEST_WAIT)

    def whole(self, deadline: Deadline) -> WholeBy:
        """What an answer that begins now and is not streamed may take."""
        return WholeBy(self.longest_answer, self.read_seconds, deadline)

    def streamed(self, deadline: Deadline) -> LeastRate:
        """What an answer that begins now and is streamed may take."""
        least = round(self.least_rate * self.read_seconds)
        return LeastRate(self.longest_preparation, self.read_seconds, least, deadline)


@dataclass(frozen=True)
class Transport:
    """How a client connects, waits and asks again.

    Attributes:
        timeouts: For connecting, for silence, and for a whole answer.
        session: Shared with other clients, or None for one of its own.
        retries: How often to ask again where that may help, and which wait that the service asks for is too long:
            it raises `RateLimited`.
        sleep: Waits; injected so that tests need not. None waits in a way that `stop` ends.
        deadline: Of all the work that the client does; no request, wait or answer goes on beyond it.
        answered: Called with the headers of each answer and the seconds since it was asked for; what it raises ends
            the call.
    """

    timeouts: Timeouts = Timeouts()
    session: requests.Session | None = None
    retries: Retries = PATIENT
    sleep: Callable[[float], object] | None = None
    deadline: Deadline = field(default_factory=Deadline)
    answered: Callable[[Mapping[str, str], float], object] | None = None


USUAL = Transport()


def origin(address: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address: where a key may go."""
    parts = urlsplit(address)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)


def is_redirect(response: requests.Response) -> bool:
    """Whether the answer only says where else to ask."""
    return 300 <= response.status_code < 400 and bool(response.headers.get("Location"))


def leads_to(response: requests.Response) -> str | None:
    """The address that a redirect leads to; None where the answer is none, or names no address."""
    if not is_redirect(response):
        return None
    try:
        target = urljoin(response.url, response.headers["Location"])
        origin(target)
    except ValueError:
        return None
    return target


def lateness(error: object) -> Late | None:
    """What was missed, where a library's failure to read means that an answer was not there in time."""
    cause = getattr(error, "__cause__", None)
    return cause if isinstance(cause, Late) else None


def connection_failure(error: Exception, timeouts: Timeouts) -> tuple[bool, str]:
    """Whether the failure may pass by itself, and what happened.

    A certificate that cannot be checked does not pass; an unknown host name may (name servers fail too).
    """
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", None)
    if (late := lateness(cause)) is not None:
        return True, str(late)
    if isinstance(error, requests.exceptions.SSLError):
        return "CERTIFICATE" not in str(error).upper(), "the secure connection could not be made"
    if isinstance(error, requests.exceptions.ProxyError):
        return True, "the proxy could not be reached"
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True, f"no connection within {timeouts.connect_seconds:g} seconds"
    silent = isinstance(cause, urllib3.exceptions.ReadTimeoutError)
    if silent or isinstance(error, requests.exceptions.ReadTimeout):
        return True, f"not a byte came for {timeouts.read_seconds:g} seconds"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return True, "the answer was cut off"
    if isinstance(reason, urllib3.exceptions.NameResolutionError):
        return True, "the host name is unknown"
    if isinstance(reason, urllib3.exceptions.NewConnectionError):
        return True, "the connection was refused"
    if isinstance(error, requests.exceptions.ConnectionError):
        return True, "the connection was dropped"
    return False, f"the request could not be made ({type(error).__name__})"


def checked_address(service: str, address: str, redact: Redactor) -> str:
    """`address` without its last slash; `redact` hides what may not be shown of it.

    Raises:
        UnusableSetting: it is not an http or https address with a host.
    """
    try:
        parts = urlsplit(address.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise UnusableSetting(
            f"{redact(address)!r} is not an address that {service} can be asked at.",
            "It must begin with https:// and a host.",
            source=service,
        )
    return address.strip().rstrip("/")
