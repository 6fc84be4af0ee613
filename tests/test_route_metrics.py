"""What `/metrics` of the route says: read by Prometheus's own parser, true, bounded, and of nobody."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from campaign_health.route.lanes.courier_numbers import BOUNDS, CourierNumbers
from campaign_health.route.metrics_text import MOST_EVENTS, OTHERS, PREFIX, Readings, route_metrics
from campaign_health.route.route_state import WorkspaceState
from tests.moved_cast import NAME, Company, company, post, run, status
from tests.waiting import until

Told = dict[tuple[str, frozenset[tuple[str, str]]], float]


def parsed(text: str) -> Told:
    """Every sample by name and labels; that each family is described is checked on the way."""
    found: Told = {}
    for family in text_string_to_metric_families(text):
        assert family.name.startswith(PREFIX)
        assert family.documentation.endswith((".", "`."))
        assert family.type in ("gauge", "counter", "histogram")
        for sample in family.samples:
            key = (sample.name.removeprefix(PREFIX), frozenset(sample.labels.items()))
            assert key not in found
            found[key] = sample.value
    return found


def of(told: Told, name: str, **labels: str) -> float:
    return told[name, frozenset(({"workspace": "default"} | labels).items())]


@pytest.fixture
def moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    with company(tmp_path, monkeypatch) as found:
        yield found


@pytest.mark.slow("route")
def test_the_numbers_are_those_of_what_was_posted_and_became_of_it(moved: Company) -> None:
    run("route", "mode", NAME, "live")
    with moved.serving(STRIPE_WEBHOOK_SECRET="whsec_of_a_test") as (url, numbers_url):
        assert [post(url, 1), post(url, 1), post(url, 2, plan=["pro"]), post(url, 3, token="another")] == [
            200,
            200,
            200,
            401,
        ]
        until(
            lambda: (
                status()["events"].get(NAME, {}).get("dead", 0) == 1 and len(moved.sandbox.world.received.events) == 1
            )
        )
        assert requests.post(f"{url}/default/stripe", json={}, timeout=20).status_code >= 400
        answer = requests.get(numbers_url, timeout=20)
        elsewhere = requests.get(numbers_url.replace("/metrics", "/"), timeout=20).status_code
        on_the_doors = requests.get(f"{url}/metrics", timeout=20).status_code
    assert (elsewhere, on_the_doors) == (404, 404)
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    told = parsed(answer.text)
    came = {
        became: of(told, "door_total", door="backend", became=became)
        for became in ("accepted", "duplicate", "refused_401")
    }
    assert came == {"accepted": 2, "duplicate": 1, "refused_401": 1}
    assert of(told, "door_total", door="stripe", became="unsigned") == 1
    numbers = {what: of(told, what, event=NAME) for what in ("received_total", "delivered_total", "waiting", "dead")}
    assert numbers == {"received_total": 2, "delivered_total": 1, "waiting": 0, "dead": 1}
    assert [of(told, "breaker_state", state=state) for state in ("closed", "half_open", "open")] == [1, 0, 0]
    assert of(told, "answers_total", kind="taken") == 1
    assert (of(told, "accepted_after_seconds_count"), of(told, "accepted_after_seconds_bucket", le="30.0")) == (1, 1)
    assert (told["can_write", frozenset()], told["can_take_in", frozenset()]) == (1, 1)
    assert "u-1" not in answer.text
    assert "i-1" not in answer.text


@pytest.mark.slow("route")
def test_the_numbers_are_for_this_machine_alone_whoever_the_doors_are_for(moved: Company) -> None:
    with moved.serving("--address", "0.0.0.0", "--behind-proxy") as (_, numbers_url):
        port = int(numbers_url.split(":")[2].split("/")[0])
        with socket.socket() as one, pytest.raises(OSError, match="refused"):
            one.connect((_own_address(), port))
        assert requests.get(numbers_url, timeout=20).status_code == 200


def _own_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        try:
            one.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but loopback")
        return str(one.getsockname()[0])


def test_names_are_bounded_and_what_is_beyond_them_is_added_up() -> None:
    events = {f'event "{number}"\n': {"received": number, "waiting": 1} for number in range(MOST_EVENTS + 50)}
    state = WorkspaceState(events, {}, "open", 12.5)
    told = parsed(route_metrics(Readings("1", False, False, {"default": state}, {}, {})))
    named = {dict(labels)["event"] for name, labels in told if name == "received_total"}
    assert len(named) == MOST_EVENTS + 1
    assert of(told, "received_total", event=OTHERS) == sum(range(50))
    assert sum(value for (name, _), value in told.items() if name == "received_total") == sum(range(MOST_EVENTS + 50))
    assert of(told, "oldest_waiting_seconds") == 12.5
    assert told["can_write", frozenset()] == 0


@given(st.lists(st.floats(-100, 1e6)))
def test_a_histogram_counts_each_time_once_and_each_bound_what_is_at_most_so_long(seconds: list[float]) -> None:
    numbers = CourierNumbers()
    numbers.accepted(seconds)
    told = parsed(route_metrics(Readings("1", True, True, {}, {}, {"default": numbers})))
    for bound in BOUNDS:
        assert of(told, "accepted_after_seconds_bucket", le=repr(bound)) == sum(one <= bound for one in seconds)
    assert (
        of(told, "accepted_after_seconds_bucket", le="+Inf") == of(told, "accepted_after_seconds_count") == len(seconds)
    )
    assert of(told, "accepted_after_seconds_sum") == pytest.approx(sum(max(one, 0.0) for one in seconds))
