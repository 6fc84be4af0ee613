"""Sends one request: in its turn, within its time, and counted."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import requests
from requests.auth import AuthBase

from collectors.errors import Stopped
from collectors.http.answer_limits import LeastRate, Limits, WholeBy
from collectors.http.pacing import Pace
from collectors.http.request_watch import Watch
from collectors.http.session import new_session
from collectors.http.timed_connections import limited
from collectors.http.transport import Transport

Parameters = Mapping[str, str | int]

USER_AGENT = "campaign-health"


@dataclass(frozen=True)
class Request:
    """What is sent to a path; a POST where it has a body. An answer that is streamed may be of any length."""

    path: str
    parameters: Parameters = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    is_streamed: bool = False


class Sender:
    """Sends to one service.

    Args:
        service: Its name.
        auth: Signs each request.
        transport: How to connect and wait, and until when.
        pace: Rate limit, shared with other clients, or None for no limit.
        watch: Told of every request.
    """

    def __init__(
        self, service: str, auth: AuthBase | None, transport: Transport, pace: Pace | None, watch: Watch
    ) -> None:
        self.requests_sent = 0
        self._service = service
        self._auth = auth
        self._transport = transport
        self._timeouts = transport.timeouts
        self._deadline = transport.deadline
        self._session = transport.session or new_session()
        self._pace = pace
        self._watch = watch
        self._stopping = threading.Event()
        self._sleep = self._stopping.wait if transport.sleep is None else transport.sleep
        self._lock = threading.Lock()

    def refuse_late(self) -> None:
        """Raises `OutOfTime` where the time for all that is asked is over."""
        self._deadline.refuse_late(self._service)

    def rest(self, seconds: float) -> None:
        """Waits; raises `OutOfTime` where the time would be over when the wait is."""
        self._deadline.rest(seconds, self._service, self._sleep)

    def hold(self, seconds: float) -> None:
        """Nobody's turn comes for so long, because the service asked for a pause."""
        if self._pace is not None:
            self._pace.hold(seconds)

    def whole(self) -> WholeBy:
        """What an answer that begins now and is not streamed may take."""
        return self._timeouts.whole(self._deadline)

    def send(self, address: str, request: Request, whole: Limits) -> requests.Response:
        """The answer, its body still to be read; a redirect is not followed.

        Args:
            address: Where it is sent, without parameters.
            request: What is sent.
            whole: What its answer may take, unless it is streamed.

        Raises:
            OutOfTime: the time for all that is asked is over.
            Stopped: `stop` was called.
            requests.RequestException: no answer came.
            ValueError: the address cannot be used.
        """
        if self._pace is not None:
            self._pace.wait(self.rest)
        if self._stopping.is_set():
            raise Stopped(f"Collecting from {self._service} was stopped.", source=self._service)
        self.refuse_late()
        if self._watch.before is not None:
            self._watch.before()
        with self._lock:
            self.requests_sent += 1
        limits = self._timeouts.streamed(self._deadline) if request.is_streamed else whole
        status: int | None = None
        began = time.monotonic()
        try:
            with limited(limits):
                response = self._session.request(
                    "GET" if request.body is None else "POST",
                    address,
                    params=dict(request.parameters),
                    data=request.body,
                    headers={"User-Agent": USER_AGENT, **request.headers},
                    auth=self._auth,
                    timeout=(self._timeouts.connecting(self._deadline), self._timeouts.read_seconds),
                    allow_redirects=False,
                    stream=True,
                )
            status = response.status_code
        finally:
            if self._watch.after is not None:
                self._watch.after(status)
        if isinstance(limits, LeastRate):
            limits.body_begins()
        if self._transport.answered is not None:
            try:
                self._transport.answered(response.headers, time.monotonic() - began)
            except BaseException:
                response.close()
                raise
        return response

    def stop(self) -> None:
        """Ends every wait at once; whatever is sent from now on raises `Stopped`."""
        self._stopping.set()

    def close(self) -> None:
        """Stops, and closes the connections unless the session is shared."""
        self.stop()
        if self._transport.session is None:
            self._session.close()
