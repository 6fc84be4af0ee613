"""Telling something to an address: bounded, never redirected, asked again only as the caller says."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from collectors.errors import Unreachable, UnusableSetting
from collectors.http.bearer import BearerKey
from collectors.http.client import HttpClient
from collectors.http.redaction import secrets_of
from collectors.http.replies import Service
from collectors.http.retrying import Retries
from collectors.http.transport import Timeouts
from tests.collectors_cast import KEY, Reply, Sleeps, hasty, scripted
from tests.raw_answers import answering

ONCE = Retries(most=0)
BODY = json.dumps({"said": "größer"}, ensure_ascii=False).encode()
SECRET_PATH = "/services/T000/B000/secret-part-of-the-address"


def client_of(url: str, auth: BearerKey | None = None, **changes: Any) -> HttpClient:
    """A client without a key, whose whole address is a secret."""
    return HttpClient(
        Service("The receiver"), url, auth, secrets=secrets_of(url), transport=hasty(**({"retries": ONCE} | changes))
    )


def test_a_body_is_posted_as_json_to_the_byte_with_the_callers_headers_and_key() -> None:
    with scripted(Reply(200, {"fine": 1})) as server:
        answer = client_of(server.url, auth=BearerKey(KEY)).post_json("/hook", BODY, {"X-Signature": "v0=1"})
    (asked,) = server.asked
    assert (asked.path, asked.body) == ("/hook", BODY)
    assert asked.headers["content-type"] == "application/json; charset=utf-8"
    assert asked.headers["x-signature"] == "v0=1"
    assert asked.headers["user-agent"] == "campaign-health"
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert (answer.status, json.loads(answer.text)) == (200, {"fine": 1})


@pytest.mark.parametrize("status", [200, 204, 401, 404, 429, 500])
def test_any_status_is_an_answer_whose_meaning_is_the_callers(status: int) -> None:
    with scripted(Reply(status, "" if status == 204 else "words", {"X-Own": "1"})) as server:
        answer = client_of(server.url).post_json("", BODY)
    assert (answer.status, answer.headers["x-own"], len(server.asked)) == (status, "1", 1)
    assert answer.text == ("" if status == 204 else "words")


@pytest.mark.parametrize("status", [b"200 OK", b"302 Found\r\nLocation: /elsewhere", b"500 No"])
def test_an_endless_answer_is_read_for_a_few_kb(status: bytes) -> None:
    began = time.monotonic()
    with answering(b"HTTP/1.1 " + status + b"\r\n\r\n", endless=True) as receiver:
        answer = client_of(receiver.url).post_json("", BODY)
    assert len(answer.text) == 4096
    assert receiver.sent < 16 * 1024 * 1024, "no more than the sockets' own buffers hold"
    assert time.monotonic() - began < 20


def test_a_caller_may_want_more_of_an_answer() -> None:
    with scripted(Reply(200, "x" * 10_000)) as server:
        assert client_of(server.url).post_json("", BODY, most_bytes=9000).text == "x" * 9000


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 400, b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 400]
)
def test_an_answer_that_drips_has_an_end(answer: bytes) -> None:
    began = time.monotonic()
    with answering(answer, pause=0.02) as receiver:
        client = client_of(receiver.url, timeouts=Timeouts(0.5, 0.5, whole_seconds=0.5))
        with pytest.raises(Unreachable) as caught:
            client.post_json("", BODY)
    assert caught.value.because == "the answer was not whole within 0.5 seconds"
    assert time.monotonic() - began < 6


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("key", [None, KEY])
def test_what_is_told_is_told_to_nobody_else(status: int, key: str | None) -> None:
    with scripted(Reply(200, "taken")) as elsewhere:
        for target in (elsewhere.url, "/same/host"):
            with scripted(Reply(status, "", {"Location": target})) as server:
                answer = client_of(server.url, auth=BearerKey(key) if key else None).post_json("", BODY)
            assert (answer.status, len(server.asked)) == (status, 1)
        assert elsewhere.asked == []


@pytest.mark.parametrize("most", [0, 2])
def test_how_often_it_is_told_again_is_the_callers_to_say(most: int) -> None:
    sleeps = Sleeps()
    with scripted(Reply(cut=-1)) as server:
        client = client_of(server.url, retries=Retries(most, first_backoff=4.0), sleep=sleeps)
        with pytest.raises(Unreachable, match="dropped"):
            client.post_json("", BODY)
    assert len(server.asked) == 1 + most
    assert all(least <= pause <= 2 * least for least, pause in zip((2, 4)[:most], sleeps, strict=True))


def test_a_secret_address_is_shown_neither_in_failures_nor_in_what_a_receiver_repeats() -> None:
    with scripted(
        Reply(400, f"no such hook: {SECRET_PATH}, {SECRET_PATH.rpartition('/')[2]}, a=1&key=hunter22")
    ) as server:
        url = f"{server.url}{SECRET_PATH}?a=1&key=hunter22"
        assert client_of(url).post_json("", BODY).text == "no such hook: ***, ***, ***"
        assert server.asked[0].query == {"a": "1", "key": "hunter22"}
    with pytest.raises(Unreachable) as caught:
        client_of(f"http://127.0.0.1:9{SECRET_PATH}").post_json("", BODY)
    assert str(caught.value).startswith("The receiver could not be asked for ***: the connection was refused.")
    with pytest.raises(UnusableSetting) as unusable:
        client_of(f"ftp://host{SECRET_PATH}")
    assert "secret" not in str(unusable.value)


def test_without_a_key_a_get_is_redirected_anywhere_but_not_in_circles() -> None:
    with (
        scripted(Reply(200, "alive")) as elsewhere,
        scripted(Reply(308, "", {"Location": f"{elsewhere.url}/ping"})) as server,
    ):
        assert client_of(server.url).get().text == "alive"
    with scripted(Reply(302, "", {"Location": "/"})) as server:
        assert client_of(server.url).get().status == 302
    assert len(server.asked) == 5
