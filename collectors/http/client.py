"""Asks a service over HTTP: politely, again where that can help, and without ever showing a key."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NoReturn
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from collectors.errors import (
    RedirectedElsewhere,
    Stopped,
    UnexpectedShape,
    Unreachable,
)
from collectors.http.pacing import Pace
from collectors.http.redaction import Redactor
from collectors.http.replies import ASKS_AGAIN, Service, error_in_body, error_text, is_web_page, rate_limit, refusal
from collectors.http.retrying import TryAgain, persist
from collectors.http.transport import checked_address, connection_failure, origin, redirected
from collectors.http.waiting import retry_after_seconds, service_time

Progress = Callable[[int, int | None, str], None]
Parameters = Mapping[str, str | int]

MOST_REDIRECTS = 5
# A project's whole Lexicon is a few MB; what is parsed takes twenty times the room, several times at once.
LARGEST_JSON = 64 * 1024 * 1024
LARGEST_REFUSAL = 64 * 1024
CONNECTIONS = 16
UNREADABLE = "an address that cannot be read"
USER_AGENT = "campaign-health"


@dataclass(frozen=True)
class Timeouts:
    """Seconds to wait for a connection, and for the next byte of an answer."""

    connect_seconds: float = 10.0
    read_seconds: float = 60.0


def new_session() -> requests.Session:
    """A session that keeps connections open for all threads, retries nothing itself and takes no cookies."""
    session = requests.Session()
    adapter = HTTPAdapter(pool_connections=CONNECTIONS, pool_maxsize=CONNECTIONS, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session


class HttpClient:
    """GET requests to one base address of one service.

    Args:
        service: Whose manners to follow.
        base_url: Address that every path is appended to.
        auth: Signs each request.
        secrets: Texts that must never be shown.
        timeouts: For connecting, and for silence.
        session: Shared with other clients, or None for one of its own.
        pace: Rate limit, shared with other clients, or None for no limit.
        longest_wait_seconds: The longest `Retry-After` to sit out; a longer one raises `RateLimited`.
        before_request: Called before every request, retries too; what it raises ends the call.
        after_request: Called after every request with its status, None where no answer came.
        sleep: Waits; injected so that tests need not.
    """

    def __init__(
        self,
        service: Service,
        base_url: str,
        auth: AuthBase,
        *,
        secrets: tuple[str, ...] = (),
        timeouts: Timeouts | None = None,
        session: requests.Session | None = None,
        pace: Pace | None = None,
        longest_wait_seconds: float = 60.0,
        before_request: Callable[[], None] | None = None,
        after_request: Callable[[int | None], None] | None = None,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self.service = service
        self.redact = Redactor(secrets)
        self.requests_sent = 0
        self._base = checked_address(service.name, base_url)
        self._auth = auth
        self._timeouts = timeouts or Timeouts()
        self._owns_session = session is None
        self._session = session or new_session()
        self._pace = pace
        self._longest_wait = longest_wait_seconds
        self._before_request = before_request
        self._after_request = after_request
        self._stopping = threading.Event()
        self._sleep = self._stopping.wait if sleep is None else sleep
        self._lock = threading.Lock()

    def address(self, path: str) -> str:
        """The whole address of `path`, without parameters."""
        return self._base + path

    def get_json(self, path: str, parameters: Parameters | None = None) -> Any:
        """The JSON body of a 2xx answer, asked for up to six times.

        Raises:
            CollectorError: one of its subclasses, by what went wrong.
        """
        return persist(lambda: self._read_json(path, parameters or {}), self._sleep)

    def open_stream(
        self, path: str, parameters: Parameters | None = None, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """A 2xx answer whose body is still to be read from `.raw`; the caller closes it.

        Opening is tried up to six times; what happens while the body is read is the caller's.
        """
        response = persist(lambda: self._checked(self._send(path, parameters or {}, headers or {}), path), self._sleep)
        if is_web_page(response.headers.get("Content-Type", ""), ""):
            response.close()
            raise self._web_page(path)
        return response

    def stop(self) -> None:
        """Ends every wait at once; whatever is asked from now on raises `Stopped`."""
        self._stopping.set()

    def close(self) -> None:
        """Stops, and closes the connections unless the session is shared."""
        self.stop()
        if self._owns_session:
            self._session.close()

    def unexpected(self, path: str, field: str, seen: str) -> UnexpectedShape:
        """The failure for an answer to `path` whose `field` is not as documented."""
        message = f"{self.service.name}'s answer to {self._named(path)} has an unexpected shape: {field} {seen}."
        return UnexpectedShape(
            self.redact(message),
            "Nothing of it was used. If it stays so, the service has changed and this program needs an update.",
            source=self.service.name,
            field=field,
        )

    def _read_json(self, path: str, parameters: Parameters) -> Any:
        with self._checked(self._send(path, parameters, {"Accept": "application/json"}), path) as response:
            body = self._read_body(response, path)
            content_type = response.headers.get("Content-Type", "")
        try:
            value = json.loads(body, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            if is_web_page(content_type, body[:200].decode("utf-8", "replace")):
                raise self._web_page(path) from error
            seen = "is empty" if not body.strip() else "is not whole JSON"
            raise TryAgain(self.unexpected(path, "body", seen)) from error
        failure = error_in_body(self.service, value, path)
        if failure is not None:
            raise failure
        return value

    def _web_page(self, path: str) -> UnexpectedShape:
        return UnexpectedShape(
            f"{self.service.name} answered {self._named(path)} with a web page (HTML) instead of data.",
            f"Check the address {self.redact(self._base)} and whether a proxy or a login page stands in between.",
            source=self.service.name,
            field="body",
        )

    def _read_body(self, response: requests.Response, path: str) -> bytes:
        parts: list[bytes] = []
        size = 0
        try:
            for part in response.iter_content(64 * 1024):
                parts.append(part)
                size += len(part)
                if size > LARGEST_JSON:
                    raise self.unexpected(path, "body", f"is larger than {LARGEST_JSON // 2**20} MB")
        except requests.RequestException as error:
            self._fail_connection(error, path)
        return b"".join(parts)

    def _send(self, path: str, parameters: Parameters, headers: Mapping[str, str]) -> requests.Response:
        address: str | None = self._base + path
        query: Parameters | None = parameters
        for _ in range(MOST_REDIRECTS):
            assert address is not None
            response = self._send_once(address, path, query, headers)
            target = response.headers.get("Location")
            if not 300 <= response.status_code < 400 or not target:
                return response
            response.close()
            # The key goes to the host it was made for and nowhere else.
            address, query = redirected(response.url, target), None
            if address is None or origin(address) != origin(self._base):
                break
        raise self._redirected(path, self.redact(urlsplit(address).netloc) if address else UNREADABLE)

    def _redirected(self, path: str, host: str) -> RedirectedElsewhere:
        return RedirectedElsewhere(
            f"{self.service.name} redirected {self._named(path)} to {host}; the key was not sent there.",
            "Check the region and the address in the settings.",
            source=self.service.name,
        )

    def _send_once(
        self, address: str, path: str, parameters: Parameters | None, headers: Mapping[str, str]
    ) -> requests.Response:
        if self._pace is not None:
            self._pace.wait(self._sleep)
        if self._stopping.is_set():
            raise Stopped(f"Collecting from {self.service.name} was stopped.", source=self.service.name)
        if self._before_request is not None:
            self._before_request()
        with self._lock:
            self.requests_sent += 1
        status: int | None = None
        try:
            response = self._session.get(
                address,
                params=dict(parameters) if parameters is not None else None,
                headers={"User-Agent": USER_AGENT, **headers},
                auth=self._auth,
                timeout=(self._timeouts.connect_seconds, self._timeouts.read_seconds),
                allow_redirects=False,
                stream=True,
            )
            status = response.status_code
        except requests.RequestException as error:
            self._fail_connection(error, path)
        except ValueError as error:
            # The library reads `Location` even where it is told not to follow it.
            raise self._redirected(path, UNREADABLE) from error
        finally:
            if self._after_request is not None:
                self._after_request(status)
        return response

    def _checked(self, response: requests.Response, path: str) -> requests.Response:
        status = response.status_code
        if 200 <= status < 300:
            return response
        with response:
            text = self._read_refusal(response).decode("utf-8", "replace")
        said = self.redact(error_text(text, response.headers.get("Content-Type", "")))
        asked = self._named(path)
        wait = retry_after_seconds(response.headers.get("Retry-After"), service_time(response.headers))
        if status == 429:
            wait = self.service.quota_wait(response.headers, text) if wait is None else wait
        elif status < 500 and status != 408:
            raise refusal(self.service, status, said, asked)
        if wait is not None:
            wait = min(wait, self.service.longest_hint)
        if status != 429 and (wait is None or wait <= self._longest_wait):
            raise TryAgain(refusal(self.service, status, said, asked), wait_seconds=wait)
        limited = rate_limit(self.service, status, said, asked, wait)
        if wait is not None and wait > self._longest_wait:
            raise limited
        if wait is not None and self._pace is not None:
            self._pace.hold(wait)
        raise TryAgain(limited, wait_seconds=wait, first_backoff=self.service.first_backoff)

    def _read_refusal(self, response: requests.Response) -> bytes:
        """The beginning of a refusal's body, or what came of it: the status says enough."""
        try:
            return next(response.iter_content(LARGEST_REFUSAL), b"")
        except requests.RequestException:
            return b""

    def _named(self, path: str) -> str:
        return path or urlsplit(self._base).path

    def _fail_connection(self, error: requests.RequestException, path: str) -> NoReturn:
        passing, words = connection_failure(error, self._timeouts.connect_seconds, self._timeouts.read_seconds)
        failure = Unreachable(
            self.redact(f"{self.service.name} could not be asked for {self._named(path)}: {words}."),
            ASKS_AGAIN if passing else "Check the address, the proxy and the certificates of this machine.",
            source=self.service.name,
        )
        if passing:
            raise TryAgain(failure) from error
        raise failure from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
