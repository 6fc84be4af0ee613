"""Asks and tells a service over HTTP: politely, again where that can help, and without ever showing a key."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NoReturn
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from collectors.errors import UnexpectedShape, Unreachable
from collectors.http.answer_limits import Limits
from collectors.http.answers import Answer, body_up_to
from collectors.http.pacing import Pace
from collectors.http.redaction import Redactor
from collectors.http.replies import (
    ASKS_AGAIN,
    Service,
    error_in_body,
    failure_of,
    is_web_page,
    redirected_elsewhere,
    web_page,
)
from collectors.http.request_watch import NOBODY, Watch
from collectors.http.retrying import TryAgain, persist
from collectors.http.sender import Parameters, Request, Sender
from collectors.http.transport import (
    USUAL,
    Transport,
    checked_address,
    connection_failure,
    is_redirect,
    leads_to,
    origin,
)

Progress = Callable[[int, int | None, str], None]

MOST_REDIRECTS = 5
# A project's whole Lexicon is a few MB; what is parsed takes twenty times the room, several times at once.
LARGEST_JSON = 64 * 1024 * 1024
LARGEST_REFUSAL = 64 * 1024
# An answer that only says whether something arrived.
LARGEST_RECEIPT = 4 * 1024
UNREADABLE = "an address that cannot be read"


class HttpClient:
    """Requests to one base address of one service.

    Args:
        service: Whose manners to follow.
        base_url: Address that every path is appended to.
        auth: Signs each request; None where there is no key, and then a GET is redirected to any host.
        secrets: Texts that must never be shown.
        transport: How to connect, wait and ask again.
        pace: Rate limit, shared with other clients, or None for no limit.
        watch: Told of every request.
    """

    def __init__(
        self,
        service: Service,
        base_url: str,
        auth: AuthBase | None = None,
        *,
        secrets: tuple[str, ...] = (),
        transport: Transport = USUAL,
        pace: Pace | None = None,
        watch: Watch = NOBODY,
    ) -> None:
        self.service = service
        self.redact = Redactor(secrets)
        self._base = checked_address(service.name, base_url, self.redact)
        self._auth = auth
        self._timeouts = transport.timeouts
        self._retries = transport.retries
        self._sender = Sender(service.name, auth, transport, pace, watch)

    @property
    def requests_sent(self) -> int:
        """Requests so far, retries included."""
        return self._sender.requests_sent

    def address(self, path: str) -> str:
        """The whole address of `path`, without parameters."""
        return self._base + path

    def get_json(self, path: str, parameters: Parameters | None = None) -> Any:
        """The JSON body of a 2xx answer to a GET, asked for as often as `retries` allow.

        Raises:
            CollectorError: one of its subclasses, by what went wrong.
        """
        request = Request(path, parameters or {}, {"Accept": "application/json"})
        return persist(lambda: self._read_json(request), self._sender.rest, self._retries)

    def ask_json(self, path: str, value: Any, *, repeatable: bool) -> Any:
        """The JSON body of a 2xx answer to a POST of `value`.

        Args:
            path: Appended to the base address.
            value: What is posted, as JSON.
            repeatable: Whether asking twice does no more than asking once; then it is asked as often as `retries`
                allow, else once.

        Raises:
            CollectorError: one of its subclasses, by what went wrong.
        """
        body = json.dumps(value, separators=(",", ":")).encode()
        kind = {"Accept": "application/json", "Content-Type": "application/json; charset=utf-8"}
        request = Request(path, headers=kind, body=body)
        retries = self._retries if repeatable else replace(self._retries, most=0)
        return persist(lambda: self._read_json(request), self._sender.rest, retries)

    def tell_json(self, path: str, value: Any, most_bytes: int = LARGEST_REFUSAL) -> Answer:
        """The 2xx answer to a POST of `value` that may be repeated, with the beginning of its body, whatever it says.

        Raises:
            CollectorError: one of its subclasses, by what went wrong.
        """
        kind = {"Accept": "application/json", "Content-Type": "application/json; charset=utf-8"}
        request = Request(path, headers=kind, body=json.dumps(value, separators=(",", ":")).encode())

        def attempt() -> Answer:
            with self._checked(self._send(request), path) as response:
                text = self._body(response, path, most_bytes).decode("utf-8", "replace")
                return Answer(response.status_code, response.headers, self.redact(text))

        return persist(attempt, self._sender.rest, self._retries)

    def open_stream(
        self, path: str, parameters: Parameters | None = None, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """A 2xx answer to a GET whose body is still to be read from `.raw`; the caller closes it.

        Opening is tried as often as `retries` allow; what happens while the body is read is the caller's, whom
        `refuse_late` tells whether its time was over. A body slower than the least rate raises urllib3's
        `ReadTimeoutError`.
        """
        request = Request(path, parameters or {}, headers or {}, is_streamed=True)
        response = persist(lambda: self._checked(self._send(request), path), self._sender.rest, self._retries)
        if is_web_page(response.headers.get("Content-Type", ""), ""):
            response.close()
            raise web_page(self.service, self._named(path), self.redact(self._base))
        return response

    def get(self, path: str = "") -> Answer:
        """Whatever answers a GET, and the first 4 KB of it.

        Raises:
            Unreachable: no answer came, as often as `retries` allow.
        """
        return self._answer(Request(path), LARGEST_RECEIPT)

    def post_json(
        self,
        path: str,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        most_bytes: int = LARGEST_RECEIPT,
    ) -> Answer:
        """Whatever answers a POST, and the beginning of it; a redirect is an answer and is never followed.

        Args:
            path: Appended to the base address.
            body: JSON, written by the caller, who may have to sign it to the byte.
            headers: Sent beside the kind of the body.
            most_bytes: Of the answer's body, no more is ever read.

        Raises:
            Unreachable: no answer came, as often as `retries` allow.
        """
        kind = {"Content-Type": "application/json; charset=utf-8"}
        return self._answer(Request(path, headers={**kind, **(headers or {})}, body=body), most_bytes)

    def refuse_late(self) -> None:
        """Raises `OutOfTime` where the time for all that is asked is over."""
        self._sender.refuse_late()

    def stop(self) -> None:
        """Ends every wait at once; whatever is asked from now on raises `Stopped`."""
        self._sender.stop()

    def close(self) -> None:
        """Stops, and closes the connections unless the session is shared."""
        self._sender.close()

    def unexpected(self, path: str, field: str, seen: str) -> UnexpectedShape:
        """The failure for an answer to `path` whose `field` is not as documented."""
        message = f"{self.service.name}'s answer to {self._named(path)} has an unexpected shape: {field} {seen}."
        return UnexpectedShape(
            self.redact(message),
            "Nothing of it was used. If it stays so, the service has changed and this program needs an update.",
            source=self.service.name,
            field=field,
        )

    def _answer(self, request: Request, most_bytes: int) -> Answer:
        def attempt() -> Answer:
            with self._send(request) as response:
                text = self._body(response, request.path, most_bytes).decode("utf-8", "replace")
                return Answer(response.status_code, response.headers, self.redact(text))

        return persist(attempt, self._sender.rest, self._retries)

    def _read_json(self, request: Request) -> Any:
        path = request.path
        with self._checked(self._send(request), path) as response:
            body = self._body(response, path, LARGEST_JSON + 1)
            content_type = response.headers.get("Content-Type", "")
        if len(body) > LARGEST_JSON:
            raise self.unexpected(path, "body", f"is larger than {LARGEST_JSON // 2**20} MB")
        try:
            value = json.loads(body, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            if is_web_page(content_type, body[:200].decode("utf-8", "replace")):
                raise web_page(self.service, self._named(path), self.redact(self._base)) from error
            seen = "is empty" if not body.strip() else "is not whole JSON"
            raise TryAgain(self.unexpected(path, "body", seen)) from error
        failure = error_in_body(self.service, value, path)
        if failure is not None:
            raise failure
        return value

    def _body(self, response: requests.Response, path: str, most_bytes: int) -> bytes:
        try:
            return body_up_to(response, most_bytes)
        except requests.RequestException as error:
            self._fail_connection(error, path)

    def _send(self, request: Request) -> requests.Response:
        """The answer at the end of all redirects that may be followed, which together take no longer than one."""
        limits = self._sender.whole()
        response = self._send_once(self._base + request.path, request, limits)
        for _ in range(MOST_REDIRECTS - 1):
            target = leads_to(response)
            # The key goes to the host it was made for and nowhere else; what is told is told to nobody else.
            is_ours = target is not None and (self._auth is None or origin(target) == origin(self._base))
            if target is None or not is_ours or request.body is not None:
                break
            response.close()
            response = self._send_once(target, replace(request, parameters={}), limits)
        return response

    def _send_once(self, address: str, request: Request, whole: Limits) -> requests.Response:
        try:
            return self._sender.send(address, request, whole)
        except (requests.RequestException, ValueError) as error:
            self._fail_connection(error, request.path)

    def _checked(self, response: requests.Response, path: str) -> requests.Response:
        if 200 <= response.status_code < 300:
            return response
        with response:
            if is_redirect(response):
                target = leads_to(response)
                host = UNREADABLE if target is None else self.redact(urlsplit(target).netloc)
                raise redirected_elsewhere(self.service, self._named(path), host)
            answer = Answer(response.status_code, response.headers, self._read_refusal(response))
        failure = failure_of(self.service, answer, self._named(path), self._retries.longest_wait)
        if answer.status == 429 and isinstance(failure, TryAgain) and failure.wait_seconds:
            self._sender.hold(failure.wait_seconds)
        raise failure

    def _read_refusal(self, response: requests.Response) -> str:
        """The beginning of a refusal's body, or nothing where it is not whole: the status says enough."""
        try:
            return self.redact(body_up_to(response, LARGEST_REFUSAL).decode("utf-8", "replace"))
        except requests.RequestException:
            return ""

    def _named(self, path: str) -> str:
        return path or urlsplit(self._base).path

    def _fail_connection(self, error: Exception, path: str) -> NoReturn:
        self.refuse_late()
        passing, words = connection_failure(error, self._timeouts)
        failure = Unreachable(
            self.redact(f"{self.service.name} could not be asked for {self._named(path)}: {words}."),
            ASKS_AGAIN if passing else "Check the address, the proxy and the certificates of this machine.",
            source=self.service.name,
            because=words,
        )
        if passing:
            raise TryAgain(failure) from error
        raise failure from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
