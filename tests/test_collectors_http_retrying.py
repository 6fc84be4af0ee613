"""Asking a service again: where that helps, and for as long as it is asked to wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from collectors.errors import BudgetSpent, RateLimited, ServiceFailed, Stopped, Unreachable
from collectors.http.request_watch import Watch
from collectors.http.retrying import Retries
from tests.collectors_cast import Reply, Sleeps, customerio_at, mixpanel_at, scripted

BROKEN = Reply(500, {"errors": [{"detail": "oops", "status": "500"}]})


def test_it_asks_again_until_the_service_recovers() -> None:
    sleeps = Sleeps()
    with scripted(BROKEN, BROKEN, Reply(503, "down"), BROKEN, BROKEN, Reply(body={"fine": 1})) as server:
        client = customerio_at(server.url, sleep=sleeps)
        assert client.get_json("/campaigns") == {"fine": 1}
    assert client.requests_sent == len(server.asked) == 6
    assert len(sleeps) == 5
    assert all(0.25 * 2**i <= pause <= 0.5 * 2**i for i, pause in enumerate(sleeps)), "doubling, with jitter"


def test_it_gives_up_after_five_retries_and_says_what_the_service_said() -> None:
    with scripted(BROKEN) as server:
        client = customerio_at(server.url)
        with pytest.raises(ServiceFailed, match=r"Customer.io failed on /campaigns: 500 \(oops\)") as caught:
            client.get_json("/campaigns")
    assert len(server.asked) == 6
    assert not caught.value.final
    assert caught.value.source == "Customer.io"


@pytest.mark.parametrize("header", ["7", "date"])
def test_retry_after_is_honoured_in_seconds_and_as_a_date(header: str) -> None:
    sleeps = Sleeps()
    now = datetime.now(UTC).replace(microsecond=0)
    wanted = format_datetime(now + timedelta(seconds=7), usegmt=True) if header == "date" else header
    limited = Reply(429, {}, {"Retry-After": wanted, "Date": format_datetime(now, usegmt=True)})
    with scripted(limited, Reply(body=[])) as server:
        assert customerio_at(server.url, sleep=sleeps).get_json("/campaigns") == []
    # The local server sends a Date of its own as well, which may be a second later.
    assert 6 <= sleeps[0] <= 7


@pytest.mark.parametrize("status", [429, 503])
def test_a_longer_pause_than_a_minute_ends_the_source(status: int) -> None:
    with scripted(Reply(status, {}, {"Retry-After": "61"})) as server, pytest.raises(RateLimited) as caught:
        customerio_at(server.url).get_json("/campaigns")
    assert len(server.asked) == 1
    assert caught.value.retry_after == 61
    assert caught.value.final


def test_customerio_without_retry_after_is_a_daily_quota_and_stops() -> None:
    with (
        scripted(Reply(429, {"errors": [{"detail": "daily limit reached", "status": "429"}]})) as server,
        pytest.raises(RateLimited, match="daily limit reached") as caught,
    ):
        customerio_at(server.url).get_json("/campaigns")
    assert len(server.asked) == 1
    assert caught.value.final


HOURLY = {
    "error": "Query rate limit exceeded. 1/5 queries running concurrently and 61/60 queries running in the last hour"
}
CONCURRENT = {
    "error": "Query rate limit exceeded. 6/5 queries running concurrently and 9/60 queries running in the last hour"
}


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (HOURLY, {}),
        ({}, {"RateLimit": '"project";r=0;t=1800, "project-concurrency";r=3'}),
        ({}, {"Retry-After": "3600"}),
    ],
)
def test_mixpanels_hourly_quota_ends_the_source(body: dict[str, str], headers: dict[str, str]) -> None:
    with scripted(Reply(429, body, headers)) as server, pytest.raises(RateLimited):
        mixpanel_at(server.url).query.get_json("/events")
    assert len(server.asked) == 1


def test_mixpanels_hourly_quota_is_sat_out_when_told_to_wait() -> None:
    sleeps = Sleeps()
    limited = Reply(429, HOURLY, {"Retry-After": "7200"})
    with scripted(limited, Reply(body=["A"])) as server:
        client = mixpanel_at(server.url, sleep=sleeps, retries=Retries(longest_wait=3600.0))
        assert client.query.get_json("/events/names") == ["A"]
    assert sleeps == [3600.0], "the quota rolls over one hour: no hint is longer"


def test_mixpanels_other_429s_pass_and_are_asked_again() -> None:
    sleeps = Sleeps()
    with scripted(Reply(429, CONCURRENT), Reply(429, {"error": "Query rate limit exceeded"}), Reply(body=[])) as server:
        assert mixpanel_at(server.url, sleep=sleeps).query.get_json("/events") == []
    assert 1 <= sleeps[0] <= 2 <= sleeps[1] <= 4


@pytest.mark.parametrize("cut", [-1, 5])
def test_a_dropped_connection_or_a_cut_off_body_is_asked_for_again(cut: int) -> None:
    with scripted(Reply(body={"a": "long enough"}, cut=cut), Reply(body={"whole": True})) as server:
        assert customerio_at(server.url).get_json("/campaigns") == {"whole": True}
    assert len(server.asked) == 2


def test_a_service_that_drops_every_connection_is_unreachable() -> None:
    with scripted(Reply(cut=-1)) as server, pytest.raises(Unreachable, match="dropped"):
        customerio_at(server.url).get_json("/campaigns")
    assert len(server.asked) == 6


def test_nobody_listening_is_unreachable() -> None:
    client = customerio_at("http://127.0.0.1:9")
    with pytest.raises(Unreachable, match="refused"):
        client.get_json("/campaigns")
    assert client.requests_sent == 6


def test_hooks_see_every_request_and_can_end_the_source() -> None:
    left = [1, 2, 3]
    statuses: list[int | None] = []

    def spend() -> None:
        if not left:
            raise BudgetSpent("The hourly budget of 3 queries is used up.", source="Mixpanel")
        left.pop()

    with scripted(BROKEN, Reply(body=[]), Reply(cut=-1)) as server:
        client = mixpanel_at(server.url, Watch(spend, statuses.append))
        assert client.query.get_json("/events") == []
        with pytest.raises(BudgetSpent):
            client.query.get_json("/events")
    assert statuses == [500, 200, None]
    assert client.requests_sent == len(server.asked) == 3


def test_stopping_ends_a_wait_at_once() -> None:
    with scripted(Reply(429, {}, {"Retry-After": "60"})) as server:
        client = customerio_at(server.url, sleep=None)
        client.stop()
        with pytest.raises(Stopped):
            client.get_json("/campaigns")
