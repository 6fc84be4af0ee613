"""A connection is made in time or given up, its name looked up included."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import pytest

from campaign_health.alerts.channels.mail import Mail
from collectors.errors import Unreachable
from collectors.http.in_time import in_time
from collectors.http.retrying import Retries
from collectors.http.transport import Timeouts
from tests.collectors_cast import Reply, customerio_at, mixpanel_at, scripted
from tests.digest_receivers_cast import failed_delivery
from tests.mail_cast import mailing

SHORT = {"timeouts": Timeouts(0.3, 5.0), "retries": Retries(0)}


@pytest.fixture
def slow_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that takes three seconds: the system's own look-up cannot be told when to end."""
    look_up = socket.getaddrinfo

    def slow(*arguments: Any, **options: Any) -> Any:
        time.sleep(3)
        return look_up(*arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow)


@pytest.mark.usefixtures("slow_names")
def test_a_name_that_takes_too_long_to_look_up_is_no_connection() -> None:
    with scripted(Reply()) as server:
        began = time.monotonic()
        with pytest.raises(Unreachable, match=r"no connection within 0\.3 seconds"):
            customerio_at(server.url, **SHORT).get_json("/campaigns")
        with pytest.raises(Unreachable, match=r"no connection within 0\.3 seconds"):
            mixpanel_at(server.url, **SHORT).export.open_stream("")
        assert time.monotonic() - began < 2.5
        assert server.asked == []


@pytest.mark.usefixtures("slow_names")
def test_a_mail_servers_name_that_takes_too_long_to_look_up_is_given_up() -> None:
    with mailing() as server:
        began = time.monotonic()
        failure = failed_delivery(Mail(server.settings(), 0.3))
        assert failure.reason == "the mail server was given up (no connection within 0.3 seconds)"
        assert time.monotonic() - began < 2
        assert server.told == []


def test_what_comes_too_late_is_undone() -> None:
    undone: list[int] = []
    may_end = threading.Event()

    def act() -> int:
        may_end.wait(10)
        return 7

    assert in_time(act, 0.05, undone.append) is None
    assert undone == []
    may_end.set()
    end = time.monotonic() + 5
    while not undone and time.monotonic() < end:
        time.sleep(0.01)
    assert undone == [7]


def test_what_comes_in_time_is_given_back_or_raised() -> None:
    undone: list[int] = []
    assert in_time(lambda: 7, 5.0, undone.append) == 7
    with pytest.raises(ZeroDivisionError):
        in_time(lambda: 1 // 0, 5.0, undone.append)
    assert undone == []
