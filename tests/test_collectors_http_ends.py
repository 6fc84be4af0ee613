"""Every answer of a service has an end in time, and so has all that is asked of it together."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from collectors.errors import Forbidden, OutOfTime, RateLimited, RedirectedElsewhere, Unreachable
from collectors.http.answer_limits import Late, LeastRate
from collectors.http.client import HttpClient
from collectors.http.deadline import Deadline
from collectors.http.pacing import Pace
from collectors.http.replies import Service
from collectors.http.retrying import Retries
from collectors.http.transport import Timeouts
from tests.collectors_cast import Reply, Sleeps, hasty, scripted
from tests.raw_answers import answering
from tests.slow_proxy import at_port, slowed

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
SOON = Timeouts(5.0, 0.5, whole_seconds=0.5)


def client_of(url: str, timeouts: Timeouts = SOON, most_retries: int = 0) -> HttpClient:
    """A client of a service that is given half a second."""
    return HttpClient(Service("Slow"), url, transport=hasty(timeouts=timeouts, retries=Retries(most_retries)))


@pytest.mark.parametrize("answer", [HEAD[:30] + b"x" * 300, HEAD + b"[" + b"1," * 200])
def test_json_that_drips_is_unreachable_and_asked_for_again(answer: bytes) -> None:
    began = time.monotonic()
    with answering(answer, pause=0.02) as receiver:
        with pytest.raises(Unreachable, match=r"the answer was not whole within 0\.5 seconds"):
            client_of(receiver.url, most_retries=1).get_json("/events")
        assert len(receiver.asked) == 2
    assert time.monotonic() - began < 6


@contextmanager
def slow_to_begin(seconds: float) -> Iterator[str]:
    """The address of a service that says nothing for so long, and then one line."""
    with (
        scripted(Reply(body=b"one line\n", headers={"Content-Type": "text/plain"})) as server,
        slowed(urlsplit(server.url).port or 0, pause=seconds) as port,
    ):
        yield at_port(server.url, port)


def test_silence_is_told_as_silence() -> None:
    silence = Timeouts(5.0, 0.2, whole_seconds=60.0)
    with answering(HEAD, pause=0.6) as receiver, pytest.raises(Unreachable, match=r"not a byte came for 0\.2 seconds"):
        client_of(receiver.url, silence).get_json("/events")


def test_one_silence_may_be_as_long_as_is_set_whatever_a_whole_answer_may_take() -> None:
    assert Timeouts(1.0, 900.0).longest_answer == 900.0
    assert Timeouts(1.0, 60.0).longest_answer == 300.0


def test_an_export_may_take_its_time_as_long_as_something_comes() -> None:
    lines = b"one line\n" * 12
    with answering(HEAD + lines, pause=0.005) as receiver:
        began = time.monotonic()
        with client_of(receiver.url).open_stream("/export") as response:
            assert response.raw.read() == lines
    assert time.monotonic() - began > SOON.whole_seconds


def test_a_redirect_whose_body_never_ends_is_not_read() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.test/\r\n\r\n"
    began = time.monotonic()
    with answering(moved, endless=True) as receiver, pytest.raises(RedirectedElsewhere):
        HttpClient(Service("Slow"), receiver.url, auth=lambda request: request).get_json("/events")
    assert receiver.sent < 16 * 1024 * 1024
    assert time.monotonic() - began < 20


def deadline_in(seconds: float) -> Deadline:
    """A deadline in so many seconds, called the hour."""
    deadline = Deadline()
    deadline.give(seconds, "the hour", "Ask for more.")
    return deadline


def test_redirects_take_no_longer_than_one_answer() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: /again\r\n\r\n"
    began = time.monotonic()
    with (
        answering(moved, pause=0.006) as receiver,
        pytest.raises(Unreachable, match=r"not whole within 0\.5 seconds"),
    ):
        client_of(receiver.url).get_json("/events")
    assert 0.4 < time.monotonic() - began < 4


def test_an_export_may_be_prepared_in_silence_for_longer_than_it_may_be_silent() -> None:
    with slow_to_begin(0.6) as url:
        client = client_of(url, Timeouts(5.0, 0.5))
        with client.open_stream("/export") as response:
            assert response.raw.read() == b"one line\n"


def test_an_export_that_does_not_begin_is_unreachable() -> None:
    with (
        slow_to_begin(30.0) as url,
        pytest.raises(Unreachable, match="the answer did not begin within 1 seconds"),
    ):
        client_of(url, Timeouts(5.0, 0.2)).open_stream("/export")


def test_an_export_whose_head_goes_on_for_ever_is_unreachable_however_fast_it_comes() -> None:
    quickly = Timeouts(5.0, 0.2, whole_seconds=0.5)
    began = time.monotonic()
    with (
        answering(b"HTTP/1.1 100 Continue\r\n\r\n" * 500, endless=True, speaks_first=True) as receiver,
        pytest.raises(Unreachable, match=r"did not begin within 1 seconds"),
    ):
        client_of(receiver.url, quickly).open_stream("/export")
    assert time.monotonic() - began < 15


def test_a_refused_exports_text_is_not_waited_for() -> None:
    refused = b"HTTP/1.1 403 No\r\n\r\n" + b"x" * 4000
    began = time.monotonic()
    with answering(refused, pause=0.02) as receiver, pytest.raises(Forbidden):
        client_of(receiver.url, Timeouts(5.0, 0.1)).open_stream("/export")
    assert time.monotonic() - began < 6


def least_rate(deadline: Deadline | None = None) -> LeastRate:
    """Ten seconds to begin, then a hundred bytes in each five."""
    return LeastRate(10.0, 5.0, 100, deadline or Deadline())


def test_a_rate_is_asked_for_only_after_the_quiet_time() -> None:
    limits = least_rate()
    limits.waited(9.0, 1)
    limits.body_begins()
    limits.waited(1.0, None)
    limits.waited(4.0, 60)
    limits.waited(1.0, 40)
    limits.waited(4.0, 99)
    with pytest.raises(Late, match="less than 100 bytes came in 5 seconds"):
        limits.waited(1.0, None)


def test_what_came_in_one_window_is_not_kept_for_the_next() -> None:
    limits = least_rate()
    limits.body_begins()
    limits.waited(10.0, 1_000_000)
    limits.waited(5.0, 1_000_000)
    with pytest.raises(Late):
        limits.waited(5.0, 10)


def test_how_long_the_reader_takes_is_not_the_services_fault() -> None:
    limits = LeastRate(0.05, 0.05, 100, Deadline())
    limits.body_begins()
    limits.waited(0.06, 10)
    time.sleep(0.2)
    limits.waited(0.01, 10)
    assert limits.seconds() == pytest.approx(0.04)


def test_a_head_must_be_there_when_the_quiet_time_is_over() -> None:
    limits = least_rate()
    limits.waited(9.0, 200)
    with pytest.raises(Late, match="did not begin within 10 seconds"):
        limits.waited(1.0, 200)


@pytest.mark.parametrize("answer", [HEAD[:30] + b"x" * 400, HEAD + b"[" + b"1," * 200])
def test_a_deadline_ends_an_answer_and_nothing_is_asked_after_it(answer: bytes) -> None:
    client_time = deadline_in(0.3)
    began = time.monotonic()
    with answering(answer, pause=0.02) as receiver:
        client = HttpClient(Service("Slow"), receiver.url, transport=hasty(deadline=client_time))
        with pytest.raises(OutOfTime) as ended:
            client.get_json("/events")
        assert str(ended.value) == "Slow was asked no further: the hour are over. Ask for more."
        with pytest.raises(OutOfTime):
            client.get_json("/events")
        assert len(receiver.asked) == 1
        client_time.give(60, "the next hour", "")
        with pytest.raises(Unreachable):
            HttpClient(
                Service("Slow"), receiver.url, transport=hasty(timeouts=SOON, retries=Retries(0), deadline=client_time)
            ).get_json("/events")
        assert len(receiver.asked) == 2
    assert time.monotonic() - began < 8


def test_a_deadline_ends_an_export_that_comes_fast_enough() -> None:
    with answering(HEAD + b"x", endless=True) as receiver:
        client = HttpClient(Service("Slow"), receiver.url, transport=hasty(deadline=deadline_in(0.5)))
        began = time.monotonic()
        with client.open_stream("/export") as response, pytest.raises(Exception, match="timed out"):
            deque(response.raw.stream(65536), maxlen=0)
        with pytest.raises(OutOfTime):
            client.refuse_late()
        assert time.monotonic() - began < 6


@pytest.mark.parametrize("status", [429, 503])
def test_waits_that_are_asked_for_are_not_begun_beyond_the_deadline(status: int) -> None:
    sleeps = Sleeps()
    with scripted(Reply(status, headers={"Retry-After": "50"})) as server:
        client = HttpClient(Service("Busy"), server.url, transport=hasty(deadline=deadline_in(40), sleep=sleeps))
        with pytest.raises(OutOfTime, match=f"would be over before it may be asked again. The last try: .*{status}"):
            client.get_json("/events")
        assert len(server.asked) == 1
    assert sleeps == []


def test_waits_that_end_in_time_are_sat_out() -> None:
    sleeps = Sleeps()
    with scripted(Reply(429, headers={"Retry-After": "50"})) as server:
        client = HttpClient(
            Service("Busy"), server.url, transport=hasty(deadline=deadline_in(400), sleep=sleeps, retries=Retries(2))
        )
        with pytest.raises(RateLimited):
            client.get_json("/events")
    assert sleeps == [50.0, 50.0]


def test_nobody_waits_for_a_turn_that_comes_after_the_deadline() -> None:
    pace = Pace(1.0)
    pace.hold(50)
    with scripted(Reply()) as server:
        client = HttpClient(Service("Busy"), server.url, transport=hasty(deadline=deadline_in(40)), pace=pace)
        with pytest.raises(OutOfTime):
            client.get_json("/events")
        assert server.asked == []


def test_connecting_takes_no_longer_than_the_deadline() -> None:
    assert Timeouts(10.0).connecting(deadline_in(3)) == pytest.approx(3, abs=0.5)
    assert Timeouts(10.0).connecting(Deadline()) == 10.0
