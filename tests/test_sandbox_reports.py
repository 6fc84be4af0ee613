"""The sandbox reports what becomes of messages as Customer.io does: signed, and held up by whoever fails."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator

from campaign_health.route.doors.signature import is_authentic
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import Sandbox, running_sandbox
from campaign_health.sandbox.world.world import PeopleTruth
from storage.outbox.route_file import open_route_file
from tests.reports_cast import KEY, listening
from tests.sandbox_cast import small_world
from tests.test_route_conformance import FILE, kinds

EVENT, CAMPAIGN = "signed up / été 🎉", 17
LONG = 60.0
"""No test waits so long unless something is wrong."""


class Receiver:
    """Answers reports with the statuses it was given, then with 200; a None is silence for longer than is waited."""

    def __init__(self, *statuses: int | None) -> None:
        self.statuses = list(statuses)
        self.bodies: list[dict[str, Any]] = []
        self.authentic: list[bool] = []
        self.url = ""

    def take(self, headers: dict[str, str], body: bytes) -> int | None:
        stamp, signature = headers.get("X-CIO-Timestamp"), headers.get("X-CIO-Signature")
        self.authentic.append(is_authentic(KEY, stamp, signature, body, time.time()))
        self.bodies.append(json.loads(body))
        return self.statuses.pop(0) if self.statuses else 200

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(body["data"]["customer_id"], body["metric"]) for body in self.bodies]

    def wait_for(self, number: int) -> None:
        ends = time.monotonic() + LONG
        while len(self.bodies) < number:
            assert time.monotonic() < ends, f"{len(self.bodies)} of {number} reports came"
            time.sleep(0.01)


@contextmanager
def receiving(*statuses: int | None) -> Iterator[Receiver]:
    receiver, leaving = Receiver(*statuses), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.take(dict(self.headers.items()), body)
            if status is None:
                leaving.wait(LONG)
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.block_on_close = True, False
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/reports"
    try:
        yield receiver
    finally:
        leaving.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    people = PeopleTruth(failing=frozenset({"u-3"}), bouncing=frozenset({"u-4"}), unsubscribed=frozenset({"u-5"}))
    with running_sandbox(small_world(people=people), limits=Limits.unlimited(), keep_bodies=True) as found:
        yield found


def happened(sandbox: Sandbox, *people: str) -> None:
    """The campaign's event of some people, in one batch."""
    batch = [
        {"type": "person", "action": "event", "name": EVENT, "identifiers": {"id": one}, "id": f"01K{one:0>23}"}
        for one in people
    ]
    key = (sandbox.keys.site_id, sandbox.keys.track_api_key)
    url = f"{sandbox.customerio_track_url}/api/v2/batch"
    assert requests.post(url, json={"batch": batch}, auth=key, timeout=LONG).json() == {}


def test_what_became_of_each_message_is_reported_signed_and_as_described(sandbox: Sandbox) -> None:
    with receiving() as receiver:
        sandbox.report_to(receiver.url, KEY)
        happened(sandbox, "u-2", "u-3", "u-4", "u-5")
        receiver.wait_for(5)
    assert receiver.told == [
        ("u-2", "sent"), ("u-2", "delivered"), ("u-3", "failed"), ("u-4", "sent"), ("u-4", "bounced"),
    ]  # fmt: skip
    assert all(receiver.authentic)
    assert len({body["event_id"] for body in receiver.bodies}) == 5
    assert {body["data"]["trigger_event_id"] for body in receiver.bodies} == {f"01K{one:0>23}" for one in
                                                                              ("u-2", "u-3", "u-4")}  # fmt: skip
    if FILE.exists():
        email = Draft202012Validator(dict(kinds())["email_event"])
        assert [error.message for body in receiver.bodies for error in email.iter_errors(body)] == []


@pytest.mark.parametrize(
    ("metric", "person"), [("delivered", "u-2"), ("bounced", "u-4"), ("failed", "u-3")], ids=lambda word: word
)
def test_reports_and_the_list_of_messages_say_the_same(sandbox: Sandbox, metric: str, person: str) -> None:
    since = int(sandbox.now.timestamp())
    with receiving() as receiver:
        sandbox.report_to(receiver.url, KEY)
        happened(sandbox, "u-2", "u-3", "u-4")
        receiver.wait_for(5)
    asked = requests.get(
        f"{sandbox.customerio_url}/campaigns/{CAMPAIGN}/messages", {"metric": metric, "start_ts": since},
        headers={"Authorization": f"Bearer {sandbox.keys.app_api_key}"}, timeout=LONG,
    ).json()["messages"]  # fmt: skip
    listed = {one["id"] for one in asked if one["trigger_event_id"] and one["customer_id"] == person}
    assert listed == {body["data"]["delivery_id"] for body in receiver.bodies if body["metric"] == metric}
    assert len(listed) == 1


def test_after_an_error_all_later_reports_wait_for_an_hour(sandbox: Sandbox) -> None:
    with receiving(500) as receiver:
        sender = sandbox.report_to(receiver.url, KEY, hour=0.4)
        happened(sandbox, "u-2", "u-6")
        receiver.wait_for(5)
    assert receiver.told[:2] == [("u-2", "sent"), ("u-2", "sent")], "the same again, and nothing else before it"
    assert receiver.bodies[0] == receiver.bodies[1]
    first, second, *_ = sender.tries
    assert (first.status, second.status) == (500, 200)
    assert second.second - first.second >= 0.4


@pytest.mark.parametrize("status", [503, 504])
def test_after_being_busy_the_same_report_comes_back_soon(sandbox: Sandbox, status: int) -> None:
    with receiving(status) as receiver:
        sandbox.report_to(receiver.url, KEY, hour=LONG)
        happened(sandbox, "u-2")
        started = time.monotonic()
        receiver.wait_for(3)
    assert time.monotonic() - started < LONG
    assert receiver.told == [("u-2", "sent"), ("u-2", "sent"), ("u-2", "delivered")]


@pytest.mark.slow("waits")
def test_whoever_does_not_answer_within_four_seconds_gets_it_again(sandbox: Sandbox) -> None:
    with receiving(None) as receiver:
        sender = sandbox.report_to(receiver.url, KEY, hour=1.0)
        happened(sandbox, "u-3")
        receiver.wait_for(2)
    assert receiver.told == [("u-3", "failed")] * 2
    assert sender.tries[0].status == 0


def test_reports_come_twice_and_out_of_order_on_request(sandbox: Sandbox) -> None:
    with receiving() as receiver:
        sandbox.report_to(receiver.url, KEY, doubled=True, newest_first=True)
        happened(sandbox, "u-2", "u-3")
        receiver.wait_for(6)
    assert receiver.told == [("u-3", "failed")] * 2 + [("u-2", "delivered")] * 2 + [("u-2", "sent")] * 2
    assert len({body["event_id"] for body in receiver.bodies}) == 3


def test_reports_come_late_on_request(sandbox: Sandbox) -> None:
    with receiving() as receiver:
        sandbox.report_to(receiver.url, KEY, late=0.3)
        started = time.monotonic()
        happened(sandbox, "u-3")
        receiver.wait_for(1)
    assert time.monotonic() - started >= 0.3


def test_what_was_made_before_is_not_reported_and_the_end_of_the_sandbox_ends_the_waiting(sandbox: Sandbox) -> None:
    happened(sandbox, "u-2")
    with receiving(500) as receiver:
        sender = sandbox.report_to(receiver.url, KEY)
        happened(sandbox, "u-3")
        receiver.wait_for(1)
        sandbox.close()
    assert receiver.told == [("u-3", "failed")]
    assert not sender.is_running


@pytest.mark.slow("route")
def test_route_serve_keeps_what_the_sandbox_reports_once(sandbox: Sandbox, tmp_path: Path) -> None:
    with listening(tmp_path) as (url, _):
        sender = sandbox.report_to(f"{url}/default/customerio/report", KEY, doubled=True, newest_first=True)
        happened(sandbox, "u-2", "u-3")
        ends = time.monotonic() + LONG
        while len(sender.tries) < 6 and time.monotonic() < ends:
            time.sleep(0.02)
    assert [one.status for one in sender.tries] == [200] * 6
    with open_route_file(tmp_path / "data") as connection:
        kept = connection.execute("SELECT metric, campaign_id, trigger_event_id FROM report ORDER BY metric").fetchall()
    ids = {one: f"01K{one:0>23}" for one in ("u-2", "u-3")}
    assert [tuple(row) for row in kept] == [
        ("delivered", CAMPAIGN, ids["u-2"]), ("failed", CAMPAIGN, ids["u-3"]), ("sent", CAMPAIGN, ids["u-2"]),
    ]  # fmt: skip
