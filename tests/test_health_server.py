"""`/healthz` and `/metrics` over HTTP: what they answer, and that nobody can hold the schedule up."""

from __future__ import annotations

import http.client
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress

import pytest
import requests

from campaign_health.health import bounded_server
from campaign_health.health.bounded_server import MOST_AT_ONCE
from campaign_health.health.health_facts import Facts
from campaign_health.health.health_numbers import health_json, health_metrics
from campaign_health.health.health_server import health_served
from campaign_health.health.health_state import Health, health_of
from tests.browser import free_port
from tests.health_cast import facts, failed_source, workspace


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def well(port: int) -> Iterator[int]:
    """The port at which an installation that is well answers."""
    with health_served("127.0.0.1", port, lambda: health_of(facts())):
        yield port


def get(port: int, path: str) -> requests.Response:
    return requests.get(f"http://127.0.0.1:{port}{path}", timeout=5)


def test_what_is_well_is_200_and_says_all_its_numbers(well: int) -> None:
    answer = get(well, "/healthz")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json() == json.loads(json.dumps(health_json(health_of(facts()))))


def test_metrics_are_the_text_format(well: int) -> None:
    answer = get(well, "/metrics?whatever=1")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.content.decode() == health_metrics(health_of(facts()))


@pytest.mark.parametrize(
    ("of", "status"),
    [(facts(workspace(sources=(failed_source(),))), 200), (facts(unreadable="It is damaged."), 503)],
)
def test_the_status_is_that_of_the_state_and_metrics_are_told_either_way(port: int, of: Facts, status: int) -> None:
    with health_served("127.0.0.1", port, lambda: health_of(of)):
        assert get(port, "/healthz").status_code == status
        assert get(port, "/metrics").status_code == 200


def test_nothing_else_is_answered(well: int) -> None:
    assert get(well, "/").status_code == 404
    assert requests.post(f"http://127.0.0.1:{well}/healthz", data="x", timeout=5).status_code == 501
    head = requests.head(f"http://127.0.0.1:{well}/healthz", timeout=5)
    assert (head.status_code, head.content) == (200, b"")


def test_what_cannot_be_told_is_a_503_and_the_next_one_asks_anew(port: int, caplog: pytest.LogCaptureFixture) -> None:
    answers: list[Callable[[], Health]] = [lambda: 1 / 0, lambda: health_of(facts())]  # type: ignore[list-item, return-value]
    with health_served("127.0.0.1", port, lambda: answers.pop(0)()):
        assert get(port, "/healthz").status_code == 503
        assert get(port, "/healthz").status_code == 200
    assert "ZeroDivisionError" in caplog.text


def test_asking_often_does_not_read_often(port: int) -> None:
    asked: list[int] = []

    def ask() -> Health:
        asked.append(1)
        return health_of(facts())

    with health_served("127.0.0.1", port, ask):
        for _ in range(20):
            get(port, "/healthz")
    assert len(asked) == 1


def test_a_port_that_is_taken_is_told_and_stops_nothing(port: int, caplog: pytest.LogCaptureFixture) -> None:
    taken = socket.create_server(("127.0.0.1", port))
    with closing(taken), health_served("127.0.0.1", port, lambda: health_of(facts())):
        pass
    assert f"Nothing is served at http://127.0.0.1:{port}/healthz" in caplog.text
    with health_served("192.0.2.1", port, lambda: health_of(facts())):  # not an address of this machine
        pass
    assert "Nothing is served at http://192.0.2.1" in caplog.text


def test_port_0_serves_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    before = threading.active_count()
    with health_served("127.0.0.1", 0, lambda: health_of(facts())):
        assert threading.active_count() == before
    assert caplog.text == ""


def test_it_also_listens_on_ipv6(port: int) -> None:
    with health_served("::1", port, lambda: health_of(facts())):
        assert requests.get(f"http://[::1]:{port}/healthz", timeout=5).status_code == 200


def test_its_port_is_free_again_at_once(port: int) -> None:
    for _ in range(2):
        with health_served("127.0.0.1", port, lambda: health_of(facts())):
            assert get(port, "/healthz").status_code == 200


@pytest.mark.slow("slow clients")
def test_whoever_drips_is_ended_and_others_are_answered_meanwhile(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_server, "WHOLE_SECONDS", 1.0)
    with health_served("127.0.0.1", port, lambda: health_of(facts())), closing(connected(port)) as slow:
        begun = time.monotonic()
        slow.sendall(b"GET /healthz HTTP/1.0\r\nX: ")
        assert get(port, "/healthz").status_code == 200
        with suppress(OSError):
            while time.monotonic() - begun < 10:
                slow.sendall(b"x")
                time.sleep(0.1)
        assert time.monotonic() - begun < 5


@pytest.mark.slow("slow clients")
def test_those_who_say_nothing_hold_few_places_and_not_for_long(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_server, "WHOLE_SECONDS", 3.0)
    with health_served("127.0.0.1", port, lambda: health_of(facts())):
        others = set(threading.enumerate())
        silent = [connected(port) for _ in range(MOST_AT_ONCE + 6)]
        most = 0
        for _ in range(10):
            time.sleep(0.1)
            begun = set(threading.enumerate()) - others
            most = max(most, sum("process_request" in thread.name for thread in begun))
        assert most == MOST_AT_ONCE
        time.sleep(3)
        assert get(port, "/healthz").status_code == 200
        for one in silent:
            one.close()


def test_an_endless_head_is_not_read_to_its_end(well: int) -> None:
    with closing(connected(well)) as endless:
        sent = 0
        try:
            endless.sendall(b"GET /healthz HTTP/1.0\r\n")
            for _ in range(2000):
                endless.sendall(b"X-Filler: " + b"x" * 8000 + b"\r\n")
                sent += 8000
        except OSError:
            pass
        # What was sent beyond is in the system's buffers at most.
        assert sent < 12_000_000
    assert get(well, "/healthz").status_code == 200


def test_a_path_from_outside_is_not_told_back(well: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", well, timeout=5)
    connection.request("GET", "/<script>alert(1)</script>")
    assert b"script" not in connection.getresponse().read()


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5)
