"""Every answer of a service has an end in time, but for one that is streamed."""

from __future__ import annotations

import time

import pytest

from collectors.errors import RedirectedElsewhere, Unreachable
from collectors.http.client import HttpClient
from collectors.http.replies import Service
from collectors.http.retrying import Retries
from collectors.http.transport import Timeouts
from tests.collectors_cast import hasty
from tests.raw_answers import answering

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
