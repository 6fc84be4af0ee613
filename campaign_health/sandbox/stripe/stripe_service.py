"""A stand-in for Stripe over real HTTP: customers by id, by address and by search, with its limits and refusals."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from campaign_health.sandbox.stripe.stripe_objects import SandboxCustomer, listed, made_up_customer
from campaign_health.sandbox.world.people import person_named

KEY = "rk_test_sandbox_worth_nothing"
SECRET = "whsec_sandbox_worth_nothing"  # noqa: S105 - the stand-in's own, worth nothing
SEARCHES_PER_SECOND, REQUESTS_PER_SECOND = 20, 25
_QUERY = re.compile(r"""metadata\[(['"])user_id\1\]:(['"])((?:[^'"\\]|\\.)*)\2""")
Fault = Literal["down", "rate_limited", "wrong_key", "not_permitted", "hang_up", "web_page"]
_REFUSALS: dict[Fault, tuple[int, dict[str, str]]] = {
    "down": (500, {"type": "api_error", "message": "An unknown error occurred"}),
    "rate_limited": (429, {"type": "invalid_request_error", "code": "rate_limit", "message": "Request rate limit."}),
    "wrong_key": (401, {"type": "invalid_request_error", "message": "Invalid API Key provided: rk_test_********"}),
    "not_permitted": (
        403,
        {
            "type": "invalid_request_error",
            "message": "The provided key 'rk_test_********' does not have the required permissions for this endpoint. "
            "Having the 'rak_customer_read' permission would allow this request to continue.",
        },
    ),
}  # fmt: skip


@dataclass
class StripeSandbox:
    """The running stand-in: its customers by id, what was asked, and the faults to come (one a request).

    `seconds` is what each answer takes, which says how it was when asked for. Where `keeps_limits`, more requests
    a second than Stripe takes are refused, which `limited` counts. With
    `has_people` the made-up people of the sandbox are customers, too.
    """

    url: str = ""
    customers: dict[str, SandboxCustomer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    standing_fault: Fault | None = None
    seconds: float = 0.0
    keeps_limits: bool = True
    has_people: bool = False
    limited: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    _times: list[tuple[float, bool]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that point the product at it."""
        return {"STRIPE_API_KEY": KEY, "STRIPE_API_URL": self.url, "STRIPE_WEBHOOK_SECRET": SECRET}

    def add(self, *customers: SandboxCustomer) -> None:
        """Customers, in place of those of the same id."""
        with self.lock:
            self.customers |= {one.id: one for one in customers}

    def next_fault(self, asked: str) -> Fault | None:
        """The fault that the present request meets, or None."""
        now = time.monotonic()
        is_search = "/search" in asked
        with self.lock:
            self.asked.append(asked)
            self._times = [one for one in self._times if one[0] > now - 1.0] + [(now, is_search)]
            together = sum(1 for _, searched in self._times if searched == is_search)
            if self.keeps_limits and together > (SEARCHES_PER_SECOND if is_search else REQUESTS_PER_SECOND):
                self.limited += 1
                return "rate_limited"
            return self.faults.pop(0) if self.faults else self.standing_fault

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Status and body of an answer to what is asked without fault."""
        asked = _QUERY.fullmatch(query.get("query", ""))
        user = "" if asked is None else re.sub(r"\\(.)", r"\1", asked[3])
        if self.has_people:
            self._make_up(
                user or person_named("email", query.get("email", "")) or path.replace("/v1/customers/cus_", "u-")
            )
        with self.lock:
            known = sorted(self.customers.values(), key=lambda one: -one.created)
        there = [one for one in known if not one.is_deleted]
        expanded = query.get("expand[]")
        if path == "/v1/customers":
            found = [one for one in there if one.email == query.get("email")]
        elif path == "/v1/customers/search":
            if asked is None:
                return 400, _error("We were unable to parse your search query.")
            now = time.time()
            found = [one for one in there if one.metadata.get("user_id") == user and one.searchable_from <= now]
        else:
            name = path.removeprefix("/v1/customers/")
            one = self.customers.get(name)
            if one is None:
                return 404, _error(f"No such customer: '{name}'", code="resource_missing")
            return 200, one.body(with_subscriptions=expanded == "subscriptions")
        written = [one.body(with_subscriptions=expanded == "data.subscriptions") for one in found]
        return 200, listed(written, path, "search_result" if path.endswith("/search") else "list")

    def _make_up(self, person: str) -> None:
        one = made_up_customer(person, int(time.time()))
        if one is not None and one.id not in self.customers:
            self.add(one)


@contextmanager
def running_stripe(port: int = 0, *, has_people: bool = False) -> Iterator[StripeSandbox]:
    """Runs the stand-in on loopback for as long as the block lasts."""
    stripe = StripeSandbox(has_people=has_people)

    class Handler(_Handler):
        sandbox = stripe

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    stripe.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield stripe
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    sandbox: StripeSandbox
    protocol_version = "HTTP/1.1"
    # Head and body go out in one packet: else the client's delayed acknowledgement adds 40 ms.
    wbufsize = -1

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        fault = self.sandbox.next_fault(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        status, body = self.sandbox.answer(parts.path, query)
        time.sleep(self.sandbox.seconds)
        if fault == "hang_up":
            self.close_connection = True
            self.connection.close()
        elif fault == "web_page":
            self._answer(502, "<html>Bad gateway</html>")
        elif fault is not None:
            refused, error = _REFUSALS[fault]
            self._answer(refused, json.dumps({"error": error}))
        elif self.headers.get("Authorization") != f"Bearer {KEY}":
            self._answer(401, json.dumps({"error": _REFUSALS["wrong_key"][1]}))
        else:
            self._answer(status, json.dumps(body))

    def _answer(self, status: int, text: str) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if text.startswith("{") else "text/html")
        self.send_header("Content-Length", str(len(data)))
        if status == 429:
            self.send_header("Stripe-Rate-Limited-Reason", "endpoint-rate")
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Keeps the terminal quiet."""


def _error(message: str, **more: str) -> dict[str, Any]:
    return {"error": {"type": "invalid_request_error", "message": message, **more}}
