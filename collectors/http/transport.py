"""Addresses and connections: which address can be asked, and what it means when that fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from collectors.errors import UnusableSetting
from collectors.http.deadline import Late
from collectors.http.redaction import Redactor
from collectors.http.retrying import PATIENT, Retries

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Timeouts:
    """Seconds to wait for a connection, for the next byte of an answer, and for the whole of one that is not streamed.

    A whole answer may take as long as a silence in any case.
    """

    connect_seconds: float = 10.0
    read_seconds: float = 60.0
    whole_seconds: float = 300.0

    @property
    def longest_answer(self) -> float:
        """Seconds within which an answer that is not streamed must be whole."""
        return max(self.whole_seconds, self.read_seconds)


@dataclass(frozen=True)
class Transport:
    """How a client connects, waits and asks again.

    Attributes:
        timeouts: For connecting, for silence, and for a whole answer.
        session: Shared with other clients, or None for one of its own.
        retries: How often to ask again where that may help, and which wait that the service asks for is too long:
            it raises `RateLimited`.
        sleep: Waits; injected so that tests need not. None waits in a way that `stop` ends.
    """

    timeouts: Timeouts = Timeouts()
    session: requests.Session | None = None
    retries: Retries = PATIENT
    sleep: Callable[[float], object] | None = None


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


def connection_failure(error: Exception, timeouts: Timeouts) -> tuple[bool, str]:
    """Whether the failure may pass by itself, and what happened.

    A certificate that cannot be checked does not pass; an unknown host name may (name servers fail too).
    """
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", None)
    if isinstance(getattr(cause, "__cause__", None), Late):
        return True, f"the answer was not whole within {timeouts.longest_answer:g} seconds"
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
