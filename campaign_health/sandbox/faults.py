"""Faults on request: what goes wrong, at which request of a run, and for how long."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field, replace

from campaign_health.sandbox.amplitude import access_by_cost as amplitude_access
from campaign_health.sandbox.customerio import error_bodies as customerio_errors
from campaign_health.sandbox.errors import UnknownFault
from campaign_health.sandbox.http.exchange import Answer, Call
from campaign_health.sandbox.http.request_log import RecordedRequest
from campaign_health.sandbox.http.spoiled_bodies import SPOILERS, half_export
from campaign_health.sandbox.mixpanel import access as mixpanel_access

STATUSES = {
    "bad_request": (400, "Bad request"),
    "expired": (400, "Unable to authenticate request"),
    "unauthorized": (401, "Invalid credentials"),
    "payment_required": (402, "Your plan does not allow API calls. Upgrade at mixpanel.com/pricing"),
    "forbidden": (403, "You do not have access to this"),
    "not_found": (404, "Not found"),
    "too_large": (413, "Request entity too large"),
    "too_many_requests": (429, "This request exceeded the rate limit (61/60 queries running in the last hour)"),
    "server_error": (500, "Internal server error"),
    "unavailable": (503, "Service unavailable"),
    "status": (500, "An error on request"),
}
DELIVERIES = ("hang", "stall", "drop", "cut", "cut_gzip")
CONTENTS = ("empty", "html", "terminated_early", "bad_record")
KINDS = (*STATUSES, *DELIVERIES, *CONTENTS, *SPOILERS)

_LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Please sign in</h1></body></html>"


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    Args:
        kind: one of `KINDS`.
        endpoint: dotted name, or the beginning of it (``customerio``, ``mixpanel.query``); empty for any.
        at: which of the requests that match: ``first``, ``middle``, ``last``, a number from 1, or ``every``.
        times: how many answers the address that was struck gets spoiled, retries included; None for ever.
        campaign: only requests about this campaign.
        within: only requests whose path, with a slash at its end, holds this text, such as ``/transactional/2/``.
        parameter: only requests that carry this query parameter.
        retry_after: seconds in the ``Retry-After`` of a 429 or 503; None leaves the header out.
        seconds: how long ``hang`` and ``stall`` keep the connection at most.
        status: the HTTP status of kind ``status``.
        of: how many requests match in a whole run, to place ``middle`` and ``last``.
    """

    kind: str
    endpoint: str = ""
    at: str | int = 1
    times: int | None = 1
    campaign: int | None = None
    parameter: str | None = None
    within: str | None = None
    retry_after: int | None = 1
    seconds: float = 3600.0
    status: int | None = None
    of: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UnknownFault(f"There is no fault {self.kind!r}.", f"There are {', '.join(KINDS)}.")
        if not (isinstance(self.at, int) and self.at >= 1) and self.at not in ("first", "middle", "last", "every"):
            raise UnknownFault(
                f"A fault cannot be at {self.at!r}.", "It is at first, middle, last, every or a number from 1."
            )

    @property
    def number(self) -> int | None:
        """The place among the matching requests, from 1; None for every one.

        Raises:
            UnknownFault: for ``middle`` or ``last`` while the number of requests is not known.
        """
        if self.at == "every":
            return None
        if self.at == "first":
            return 1
        if isinstance(self.at, int):
            return self.at
        if not self.of:
            raise UnknownFault(
                f"A fault at the {self.at} request needs to know of how many.", "Make a clean run first, or give 'of'."
            )
        return self.of if self.at == "last" else (self.of + 1) // 2

    def matches(self, endpoint: str, call: Call | RecordedRequest) -> bool:
        """Whether it is about such a request."""
        if self.endpoint and endpoint != self.endpoint and not endpoint.startswith(self.endpoint + "."):
            return False
        if self.campaign is not None and f"/campaigns/{self.campaign}/" not in call.path + "/":
            return False
        if self.within is not None and self.within not in call.path + "/":
            return False
        return self.parameter is None or call.get(self.parameter) is not None

    @property
    def replaces(self) -> bool:
        """Whether the service itself is not asked."""
        return self.kind in STATUSES or self.kind in ("hang", "drop", "html", "empty")

    def answer(self, call: Call) -> Answer:
        """The answer in the service's place."""
        if self.kind in STATUSES:
            return self._status(call)
        if self.kind == "html":
            return Answer(200, _LOGIN_PAGE, content_type="text/html; charset=utf-8")
        if self.kind == "empty":
            return Answer(200)
        return Answer(200, delivery=self.kind, seconds=self.seconds)

    def _status(self, call: Call) -> Answer:
        status, text = STATUSES[self.kind]
        status = self.status or status
        if call.server == "customerio":
            known = customerio_errors.rate_limited(None) if status == 429 else customerio_errors.error(text, status)
        elif call.server.startswith("amplitude"):
            known = amplitude_access.error("Too many requests" if status == 429 else text, status)
        else:
            known = mixpanel_access.error(text, status, None if call.server == "mixpanel-app" else call)
        if status in (429, 503) and self.retry_after is not None:
            known.headers["Retry-After"] = str(self.retry_after)
        return known

    def spoil(self, answer: Answer) -> Answer:
        """The service's answer with this fault in it; an error answer is left alone."""
        if answer.status != 200:
            return answer
        if self.kind in ("stall", "cut"):
            return replace(answer, delivery=self.kind, seconds=self.seconds)
        if self.kind == "cut_gzip":
            return replace(answer, cut_content=True)
        body = b"".join(answer.stream) if answer.stream is not None else answer.body
        if self.kind == "bad_record":
            first, newline, rest = body.partition(b"\n")
            return replace(
                answer, stream=iter([first, newline, b'{"event": null, "properties": {}}\n', rest]), body=b""
            )
        if self.kind == "terminated_early":
            lines = body.split(b"\n")
            kept = lines[: len(lines) // 2]
            return replace(answer, stream=iter([b"\n".join([*kept, b"export terminated early\n"])]), body=b"")
        if answer.content_type != "application/json" and self.kind == "half_list":
            return replace(answer, stream=iter([half_export(body)]), body=b"")
        if answer.content_type != "application/json":
            return replace(answer, stream=iter([body[:-1] + b'"}\n' if body else b"?\n"]), body=b"")
        spoiled = SPOILERS[self.kind](json.loads(body))
        return replace(answer, body=json.dumps(spoiled).encode(), stream=None)


@dataclass
class _Armed:
    fault: Fault
    seen: int = 0
    struck: dict[str, int] = field(default_factory=dict)

    def strikes(self, endpoint: str, call: Call) -> bool:
        """Whether this request is the one, or goes to the address that was struck and is not healed yet."""
        if not self.fault.matches(endpoint, call):
            return False
        answered = self.struck.get(call.target)
        if answered is not None:
            self.struck[call.target] = answered + 1
            return self.fault.times is None or answered < self.fault.times
        self.seen += 1
        if self.fault.number is None or self.seen == self.fault.number:
            self.struck[call.target] = 1
            return True
        return False


class Faults:
    """The faults of a sandbox, in the order in which they were asked for; safe to use from several threads."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Arm a fault; its count of matching requests starts now."""
        _ = fault.number
        with self._lock:
            self._armed.append(_Armed(fault))

    def clear(self) -> None:
        """Disarm everything."""
        with self._lock:
            self._armed.clear()

    def restart(self) -> None:
        """Count the requests of a new run from one."""
        with self._lock:
            for armed in self._armed:
                armed.seen = 0
                armed.struck.clear()

    def claim(self, endpoint: str, call: Call) -> Fault | None:
        """The fault that strikes this request, if any."""
        with self._lock:
            # Every fault counts every request that it is about, also one that an earlier fault has struck.
            striking = [armed.fault for armed in self._armed if armed.strikes(endpoint, call)]
            return striking[0] if striking else None
