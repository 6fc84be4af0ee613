"""No receiver can hold a delivery up, flood it, send it elsewhere, or make it tell a secret."""

from __future__ import annotations

import time

import pytest

from campaign_health.alerts.channels.dead_man import ping
from tests.collectors_cast import Reply, scripted
from tests.digest_receivers_cast import DIGEST, KINDS, SECRET_PATH, TOKEN, channel_at, failed_delivery
from tests.digest_warehouse import settings_in
from tests.raw_answers import answering

HEAD = b"HTTP/1.1 503 Busy\r\nContent-Length: 2000\r\n\r\n"
# A socket's own buffers hold a few MB that nobody has read.
BUFFERS = 16 * 1024 * 1024


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 400, HEAD + b"x" * 2000])
@pytest.mark.parametrize("kind", KINDS)
def test_a_receiver_that_drips_is_given_up(kind: str, answer: bytes) -> None:
    began = time.monotonic()
    with answering(answer, pause=0.02) as receiver:
        failure = failed_delivery(channel_at(kind, receiver.url, read_seconds=0.4))
    assert failure.reason.endswith("could not be reached (the answer was not whole within 0.4 seconds)")
    assert not failure.final
    assert time.monotonic() - began < 6


@pytest.mark.parametrize("status", [b"200 OK", b"302 Found\r\nLocation: /elsewhere", b"400 No", b"503 Busy"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_receiver_that_never_ends_floods_nobody(kind: str, status: bytes) -> None:
    began = time.monotonic()
    with answering(b"HTTP/1.1 " + status + b"\r\n\r\n", endless=True) as receiver:
        channel = channel_at(kind, receiver.url)
        if status == b"200 OK" and kind != "bot":
            channel.deliver(DIGEST, None)
        else:
            failed_delivery(channel)
        assert len(receiver.asked) == 1
    assert receiver.sent < BUFFERS
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("kind", KINDS)
def test_a_redirect_is_not_followed_with_what_is_told(kind: str, status: int) -> None:
    with scripted(Reply(200, {"ok": True})) as elsewhere:
        moved = Reply(status, "", {"Location": f"{elsewhere.url}/taken"})
        with scripted(moved) as server:
            failure = failed_delivery(channel_at(kind, server.url))
        assert str(status) in failure.reason or failure.final
        assert len(server.asked) == 1
        assert elsewhere.asked == []


@pytest.mark.parametrize("status", [200, 400, 404, 503])
@pytest.mark.parametrize("kind", KINDS)
def test_a_receiver_that_repeats_the_secret_is_not_quoted(kind: str, status: int) -> None:
    key = TOKEN if kind == "bot" else SECRET_PATH.rpartition("/")[2]
    echo = {"ok": False, "error": f"no {key}"} if kind == "bot" else f"no {key}"
    with scripted(Reply(status, echo)) as server:
        channel = channel_at(kind, server.url)
        if status == 200 and kind != "bot":
            channel.deliver(DIGEST, None)
            return
        failure = failed_delivery(channel)
    assert "secret" not in failure.reason
    if kind == "bot" or (kind == "slack" and status < 500):
        assert "no ***" in failure.reason


def test_a_watcher_that_drips_or_never_ends_does_not_hold_the_round_up(tmp_path) -> None:  # type: ignore[no-untyped-def]
    for options, reason in (
        ({"pause": 0.02}, "the dead-man address could not be reached (the answer was not whole within 0.4 seconds)"),
        ({"endless": True}, "the dead-man address answered HTTP 503"),
    ):
        with answering(HEAD + b"x" * 2000, **options) as receiver:
            address = f"{receiver.url}/ping/topsecret"
            settings, workspace = settings_in(
                tmp_path, CAMPAIGN_HEALTH_DEAD_MAN_URL=address, CAMPAIGN_HEALTH_READ_SECONDS="0.4"
            )
            assert ping(workspace, settings.http) == reason
        assert receiver.sent < BUFFERS


def test_a_watcher_that_has_moved_is_found(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with (
        scripted(Reply(200, "OK")) as elsewhere,
        scripted(Reply(301, "", {"Location": f"{elsewhere.url}/ping/"})) as server,
    ):
        settings, workspace = settings_in(tmp_path, CAMPAIGN_HEALTH_DEAD_MAN_URL=f"{server.url}/ping")
        assert ping(workspace, settings.http) is None
    assert [asked.path for asked in elsewhere.asked] == ["/ping/"]


def test_a_watcher_that_leads_in_a_circle_is_told(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with scripted(Reply(302, "", {"Location": "/ping"})) as server:
        settings, workspace = settings_in(tmp_path, CAMPAIGN_HEALTH_DEAD_MAN_URL=f"{server.url}/ping")
        assert ping(workspace, settings.http) == "the dead-man address answered HTTP 302"
    assert len(server.asked) == 5
