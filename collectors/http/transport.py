"""Addresses and connections: which address can be asked, and what it means when that fails."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from collectors.errors import UnusableSetting
from collectors.http.redaction import Redactor

_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin(address: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address: where a key may go."""
    parts = urlsplit(address)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)


def redirected(address: str, target: str) -> str | None:
    """Where a `Location` header leads from `address`; None where it holds no address."""
    try:
        leads_to = urljoin(address, target)
        origin(leads_to)
    except ValueError:
        return None
    return leads_to


def connection_failure(
    error: requests.RequestException, connect_seconds: float, read_seconds: float
) -> tuple[bool, str]:
    """Whether the failure may pass by itself, and what happened.

    A certificate that cannot be checked does not pass; an unknown host name may (name servers fail too).
    """
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", None)
    if isinstance(error, requests.exceptions.SSLError):
        return "CERTIFICATE" not in str(error).upper(), "the secure connection could not be made"
    if isinstance(error, requests.exceptions.ProxyError):
        return True, "the proxy could not be reached"
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True, f"no connection within {connect_seconds:g} seconds"
    silent = isinstance(cause, urllib3.exceptions.ReadTimeoutError)
    if silent or isinstance(error, requests.exceptions.ReadTimeout):
        return True, f"not a byte came for {read_seconds:g} seconds"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return True, "the answer was cut off"
    if isinstance(reason, urllib3.exceptions.NameResolutionError):
        return True, "the host name is unknown"
    if isinstance(reason, urllib3.exceptions.NewConnectionError):
        return True, "the connection was refused"
    if isinstance(error, requests.exceptions.ConnectionError):
        return True, "the connection was dropped"
    return False, f"the request could not be made ({type(error).__name__})"


def checked_address(service: str, address: str) -> str:
    """`address` without its last slash.

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
            f"{Redactor(())(address)!r} is not an address that {service} can be asked at.",
            "It must begin with https:// and a host.",
            source=service,
        )
    return address.strip().rstrip("/")
