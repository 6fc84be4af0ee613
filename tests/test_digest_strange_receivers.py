"""Receivers that answer strangely: a delivery that failed with a reason, never a crash."""

from __future__ import annotations

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from threading import Thread

import pytest
from pydantic import SecretStr

from campaign_health.alerts.channels.delivery import Channel, DeliveryFailed
from campaign_health.alerts.channels.mail import Mail
from campaign_health.alerts.channels.receiver import LONGEST_WAIT
from campaign_health.alerts.channels.slack_bot import SlackBot
from campaign_health.alerts.channels.slack_webhook import SlackWebhook
from campaign_health.alerts.channels.webhook import JsonWebhook
from campaign_health.alerts.digest.digest import Digest
from campaign_health.settings import HttpSettings, SmtpSettings
from collectors.http.waiting import asked_wait

DIGEST = Digest(
    announcement_id="abc",
    workspace="default",
    kind="digest",
    day=date(2026, 11, 24),
    headline="Nothing new",
    rest="No other campaigns.",
    sections=(),
    change_ids=(),
    link=None,
)
LONG = b"9" * 400
STRANGE = [
    b"not http at all\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\ncut",
    b"HTTP/1.1 429 Slow\r\nRetry-After: " + LONG + b"\r\nContent-Length: 2\r\n\r\n{}",
    b"HTTP/1.1 429 Slow\r\nRetry-After: \xb2\r\nContent-Length: 2\r\n\r\n{}",
    b"HTTP/1.1 400 No\r\nContent-Length: 12\r\n\r\n\x1b[31mowned\x07\r\n",
    b"HTTP/1.1 500 No\r\nContent-Length: 3\r\n\r\n\xff\xfe\x00",
    b"",
]


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """A receiver on loopback that answers everything with these bytes and hangs up."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            self.request.sendall(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize("answer", STRANGE)
@pytest.mark.parametrize("kind", ["bot", "slack", "webhook"])
def test_a_strange_answer_is_a_failed_delivery(answer: bytes, kind: str) -> None:
    with answering(answer) as port:
        address = f"http://127.0.0.1:{port}/secret-path"
        http = HttpSettings(connect_seconds=2, read_seconds=2)
        channel: Channel
        if kind == "bot":
            channel = SlackBot("xoxb-secret", "#c", address, http, "slack")
        elif kind == "slack":
            channel = SlackWebhook(address, http)
        else:
            channel = JsonWebhook(address, None, http, lambda: 0)
        with pytest.raises(DeliveryFailed) as caught:
            channel.deliver(DIGEST, None)
    assert caught.value.reason.isprintable()
    assert "secret" not in caught.value.reason
    assert caught.value.retry_after is None or caught.value.retry_after <= 24 * 3600


@pytest.mark.parametrize("header", [None, "", "soon", "-1", "²", "9" * 5000])
def test_any_wait_that_is_asked_for_is_a_day_at_most(header: str | None) -> None:
    wait = asked_wait({"Retry-After": header} if header is not None else {}, LONGEST_WAIT)
    assert wait is None or 0 <= wait <= 24 * 3600


@pytest.mark.parametrize("host", ["x" * 300, "ü" * 80, "127.0.0.1"])
def test_a_mail_server_that_cannot_be_reached_is_a_failed_delivery(host: str) -> None:
    settings = SmtpSettings(
        host=host, port=1, security="none", user="me", password=SecretStr("päss"), sender="a@b.c", recipients=("d@e.f",)
    )
    with pytest.raises(DeliveryFailed, match="mail server"):
        Mail(settings, 1).deliver(DIGEST, None)
