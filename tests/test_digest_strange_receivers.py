"""Receivers that answer strangely: a delivery that failed with a reason, never a crash."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from campaign_health.alerts.channels.delivery import DeliveryFailed
from campaign_health.alerts.channels.mail import Mail
from campaign_health.alerts.channels.receiver import LONGEST_WAIT
from campaign_health.settings import SmtpSettings
from collectors.http.waiting import asked_wait
from tests.digest_receivers_cast import DIGEST, KINDS, channel_at, failed_delivery
from tests.raw_answers import answering

LONG = b"9" * 400
STRANGE = [
    b"not http at all\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\ncut",
    b"HTTP/1.1 429 Slow\r\nRetry-After: " + LONG + b"\r\nContent-Length: 2\r\n\r\n{}",
    b"HTTP/1.1 429 Slow\r\nRetry-After: \xb2\r\nContent-Length: 2\r\n\r\n{}",
    b"HTTP/1.1 400 No\r\nContent-Length: 12\r\n\r\n\x1b[31mowned\x07\r\n",
    b"HTTP/1.1 500 No\r\nContent-Length: 3\r\n\r\n\xff\xfe\x00",
    b"HTTP/1.1 302 Gone\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 400 No\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    b"",
]


@pytest.mark.parametrize("answer", STRANGE)
@pytest.mark.parametrize("kind", KINDS)
def test_a_strange_answer_is_a_failed_delivery(answer: bytes, kind: str) -> None:
    with answering(answer) as receiver:
        failure = failed_delivery(channel_at(kind, receiver.url))
    assert failure.reason.isprintable()
    assert "secret" not in failure.reason
    assert failure.retry_after is None or failure.retry_after <= 24 * 3600


@pytest.mark.parametrize("header", [None, "", "soon", "-1", "²", "9" * 5000])
def test_any_wait_that_is_asked_for_is_a_day_at_most(header: str | None) -> None:
    wait = asked_wait({} if header is None else {"Retry-After": header}, LONGEST_WAIT)
    assert wait is None or 0 <= wait <= 24 * 3600


@pytest.mark.parametrize("host", ["x" * 300, "ü" * 80])
@pytest.mark.parametrize("kind", KINDS)
def test_a_host_that_cannot_be_one_is_a_failed_delivery(kind: str, host: str) -> None:
    failure = failed_delivery(channel_at(kind, f"http://{host}"))
    assert "could not be reached (" in failure.reason
    assert not failure.final, "somebody may be mending it: it is tried again later"


@pytest.mark.parametrize("host", ["x" * 300, "ü" * 80, "127.0.0.1"])
def test_a_mail_server_that_cannot_be_reached_is_a_failed_delivery(host: str) -> None:
    settings = SmtpSettings(
        host=host, port=1, security="none", user="me", password=SecretStr("päss"), sender="a@b.c", recipients=("d@e.f",)
    )
    with pytest.raises(DeliveryFailed, match="mail server"):
        Mail(settings, 1).deliver(DIGEST, None)
