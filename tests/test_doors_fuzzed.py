"""Whatever bytes or values come to a door for events, it answers with one of the statuses that its senders know."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.doors_cast import EVENT, PUBLIC, SITE, TOKEN, Door, listening

OWN, FOREIGN = ("events", "batch"), ("track", "track/", "import", "mixpanel/stream", "segment", "amplitude")
BASIC = base64.b64encode(f"{TOKEN}:".encode()).decode()
KNOWN = [{"Authorization": f"Bearer {TOKEN}"}]
UNKNOWN: list[dict[str, str]] = [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic Og=="}, {"Origin": SITE}]
PROPERTIES = ("$insert_id", "$user_id", "distinct_id", "email", "time", "token", "plan", "traits")
NAMES = ("event", "event_name", "event_type", "properties", "event_properties", "user_properties", "person", "type",
         "id", "insert_id", "messageId", "userId", "user_id", "time", "timestamp", "event_time", "sentAt", "context",
         "batch", "events")  # fmt: skip
# Half a character, too: anybody can write one in JSON.
TEXTS = st.sampled_from([EVENT, TOKEN, PUBLIC, "track", "2026-11-29T12:00:00Z", "0001-01-01", "\ud800", ""]) | st.text()
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(PROPERTIES) | TEXTS, inner, max_size=4),
    max_leaves=8,
)
EVENTS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8) | VALUES
BODIES = EVENTS | st.lists(EVENTS, max_size=3) | st.dictionaries(st.sampled_from(("batch", "events")), st.lists(EVENTS))


def written(value: Any) -> list[bytes]:
    """The value as JSON, as a form in both ways, in gzip, and on lines."""
    text = json.dumps(value).encode()
    return [
        text,
        b"data=" + quote(text).encode() + b"&verbose=1",
        b"data=" + base64.b64encode(text),
        gzip.compress(text),
        text + b"\n" + text,
    ]


ANYTHING = st.binary(max_size=200) | BODIES.flatmap(lambda value: st.sampled_from(written(value)))
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Content-Type": st.sampled_from(
            ("application/json", "application/x-ndjson", "application/x-www-form-urlencoded", "text/plain;charset=x")
        ),
        "Content-Encoding": st.sampled_from(("gzip", "identity", "br", "deflate")),
        "X-Signature": st.text(st.characters(min_codepoint=33, max_codepoint=126)),
        "X-Forwarded-For": st.text(st.characters(min_codepoint=33, max_codepoint=126)),
        "X-Mixpanel-Insert-Id": st.just("i-1"),
    },
)
QUERIES = st.dictionaries(st.sampled_from(("data", "verbose", "strict", "ip", "_")), TEXTS | st.text("01"), max_size=3)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with listening(tmp_path_factory.mktemp("door")) as door:
        yield door


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(path=st.sampled_from(OWN + FOREIGN), body=ANYTHING, headers=HEADERS, proof=st.sampled_from(KNOWN + UNKNOWN),
       query=QUERIES, is_get=st.booleans())  # fmt: skip
def test_no_bytes_get_another_answer_than_the_doors_have(
    shared: Door, path: str, body: bytes, headers: dict[str, str], proof: dict[str, str], query: dict[str, str],
    is_get: bool,
) -> None:  # fmt: skip
    query = {name: value.encode("utf-8", "replace").decode() for name, value in query.items()}
    method = "GET" if is_get and path in ("track", "track/", "import") else "POST"
    answer = requests.request(
        method, f"{shared.url}/default/{path}", data=body, headers=headers | proof, params=query, timeout=30
    )
    is_known = proof in KNOWN
    if path in OWN:
        allowed = {200, 400, 415} if is_known else {401}
    elif path == "import" and query.get("strict") == "1":
        allowed = {200, 400} if is_known else {200, 400, 401}
    elif path in ("mixpanel/stream", "segment", "amplitude"):
        allowed = {200} if is_known else {401}
    else:
        allowed = {200} if is_known else {200, 401, 503}
    assert answer.status_code in allowed, answer.text


def test_the_doors_stand_after_all_that(shared: Door) -> None:
    assert shared.outbox.can_write
    event = {"event": EVENT, "id": "the last", "person": {"id": "u-1"}, "properties": {"plan": "pro"}}
    assert shared.post("events", event).json() == {"accepted": 1, "duplicates": 0}
