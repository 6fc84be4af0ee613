"""The doors for Mixpanel's streams, Segment's messages and Amplitude's webhook, over real HTTP."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from liquid import Environment

from campaign_health.route.doors.dialect import Posted
from campaign_health.route.doors.segment_dialect import SegmentDialect
from campaign_health.route.doors.stream_dialect import StreamDialect
from tests.doors_cast import EVENT, OLD_TOKEN, TOKEN, Door, listening

GUIDE = Path(__file__).parents[1] / "docs/route.md"
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def streamed(number: int, **changes: Any) -> dict[str, Any]:
    properties = {"plan": "pro", "hits": "3", "$user_id": f"u-{number}"}
    known = {"event_name": EVENT, "event_time": datetime.now(UTC).isoformat(), "distinct_id": f"$device:d-{number}"}
    return known | {"insert_id": f"i-{number}", "properties": properties} | changes


def message(number: int, **changes: Any) -> dict[str, Any]:
    known = {"type": "track", "event": EVENT, "messageId": f"i-{number}", "userId": f"u-{number}"}
    return known | {"anonymousId": f"d-{number}", "properties": {"plan": "pro", "hits": "3"}} | changes


def exported(number: int, **changes: Any) -> dict[str, Any]:
    stamp = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    known = {"event_type": EVENT, "user_id": f"u-{number}", "device_id": f"d-{number}", "event_time": stamp}
    return known | {"insert_id": f"i-{number}", "event_properties": {"plan": "pro", "hits": "3"}} | changes


ONE: dict[str, tuple[str, Any]] = {
    "a stream's list": ("mixpanel/stream", [streamed(1)]),
    "an older stream": ("mixpanel/stream", streamed(1)),
    "a message": ("segment", message(1)),
    "a batch": ("segment", {"batch": [message(1)], "sentAt": NOW.isoformat()}),
    "a webhook": ("amplitude", exported(1)),
    "a webhook's list": ("amplitude", [exported(1)]),
    "many of Amplitude": ("amplitude", {"events": [exported(1)]}),
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with listening(tmp_path_factory.mktemp("door")) as door:
        yield door


@pytest.mark.parametrize(("path", "body"), ONE.values(), ids=ONE)
def test_an_event_is_the_same_from_whatever_sender(tmp_path: Path, path: str, body: Any) -> None:
    with listening(tmp_path) as door:
        assert door.post(path, body).status_code == 200
        packed = gzip.compress(json.dumps(body).encode())
        assert door.post(path, packed, **{"Content-Encoding": "gzip"}).status_code == 200
        door.post("events", {"event": EVENT, "id": "i-1", "person": {"id": "u-1"}, "properties": {}})
        (stored,) = door.waiting()
        assert (stored.person, json.loads(stored.body)) == ("u-1", {"plan": "pro", "hits": "3"})
        assert stored.event_time == pytest.approx(time.time(), abs=7200)  # made when the tests were collected
        assert stored.source == {"mixpanel/stream": "stream"}.get(path, path)


@pytest.mark.parametrize(
    ("path", "body", "answer"),
    [("mixpanel/stream", [streamed(1), streamed(2)], {"accepted": 2, "duplicates": 0}),
     ("segment", {"batch": [message(1), message(2, type="identify")]}, {"success": True}),
     ("amplitude", {"events": [exported(1), {}]}, {"code": 200, "events_ingested": 2})],
)  # fmt: skip
def test_each_is_answered_in_its_own_way(tmp_path: Path, path: str, body: Any, answer: Any) -> None:
    with listening(tmp_path) as door:
        assert door.post(path, body).json() == answer


@pytest.mark.parametrize("path", ["mixpanel/stream", "segment", "amplitude"])
def test_what_they_cannot_have_understood_is_accepted_and_a_wrong_token_is_not(shared: Door, path: str) -> None:
    before = shared.door.number("unreadable")
    for body in (b"", b"no JSON", b"[" * 100_000, b"[1]" if path == "amplitude" else b'{"batch": 1}'):
        assert shared.post(path, body).status_code == 200
        assert shared.post(path, body, OLD_TOKEN).status_code == 200
        assert shared.post(path, body, "another").status_code == 401
        assert shared.post(path, body, None).status_code == 401
    assert shared.door.number("unreadable") == before + 8
    assert shared.post(path, b" " * (10 * 1024 * 1024 + 1)).status_code == 413
    too_many = {"batch" if path == "segment" else "events": [{}] * 2001}
    assert shared.post(path, [{}] * 2001 if path == "mixpanel/stream" else too_many).status_code == 413


@pytest.mark.parametrize("path", ["mixpanel/stream", "segment", "amplitude"])
def test_where_the_disk_does_not_take_it_they_are_asked_to_come_back(tmp_path: Path, path: str) -> None:
    bodies = {"mixpanel/stream": [streamed(1)], "segment": message(1), "amplitude": exported(1)}
    with listening(tmp_path) as door:
        door.outbox.close()
        assert (answer := door.post(path, bodies[path])).status_code == 503
        assert answer.headers["Retry-After"] == "1"


def test_what_a_template_leaves_empty_is_not_there(tmp_path: Path) -> None:
    with listening(tmp_path) as door:
        door.post("mixpanel/stream", [streamed(1, properties={"plan": "", "hits": None, "$user_id": ""})])
        assert [one.reason for one in door.letters()] == ["no_person"], "and a device is nobody"
        door.post("mixpanel/stream", [streamed(2, distinct_id="u-2", properties={"plan": "", "$user_id": ""})])
        (stored,) = door.waiting()
        assert (stored.person, stored.body) == ("u-2", "{}")


def test_the_template_of_the_guide_is_understood(tmp_path: Path) -> None:
    (template,) = re.findall(r"```liquid\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    happened = "2026-11-29T10:00:00Z"
    written = Environment().from_string(template.replace("plan_tier", "plan")).render(
        event_name=EVENT, event_time=happened, distinct_id="d-1", insert_id="i-1",
        properties={"$user_id": "u-1", "plan": "pro", "hit_count": 3},
    )  # fmt: skip
    found = StreamDialect().event(json.loads(written), Posted({}, {}, b"[]", 10), NOW.timestamp())
    assert found.time == datetime.fromisoformat(happened).timestamp()
    assert (found.name, dict(found.properties)) == (
        EVENT,
        {"$user_id": "u-1", "plan": "pro", "hit_count": "3", "distinct_id": "d-1", "$insert_id": "i-1"},
    )


@pytest.mark.parametrize(("key", "status"), [(TOKEN, 200), (OLD_TOKEN, 200), ("another", 401)])
def test_segments_shared_secret_signs_the_body(shared: Door, key: str, status: int) -> None:
    body = json.dumps(message(7)).encode()
    signature = hmac.new(key.encode(), body, hashlib.sha1).hexdigest()
    assert shared.post("segment", body, None, **{"X-Signature": signature}).status_code == status
    assert shared.post("segment", body + b" ", None, **{"X-Signature": signature}).status_code == 401


def test_only_a_track_is_an_event(tmp_path: Path) -> None:
    others = [
        message(n, type=kind) for n, kind in enumerate(("identify", "page", "screen", "group", "alias", None, []))
    ]
    with listening(tmp_path) as door:
        door.post("segment", {"batch": [*others, message(9)]})
        assert [one.person for one in door.waiting()] == ["u-9"]
        assert door.door.number("ignored") == len(others)


SLOW, QUICK = timedelta(hours=-2), timedelta(minutes=30)


@pytest.mark.parametrize("wrong_by", [SLOW, timedelta(0), QUICK])
@pytest.mark.parametrize("outside", [False, True])
def test_a_clock_that_is_wrong_is_put_right_by_when_it_says_that_it_sent(wrong_by: timedelta, outside: bool) -> None:
    happened, sent = NOW - timedelta(seconds=40), NOW
    stamps = {"timestamp": (happened + wrong_by).isoformat(), "sentAt": (sent + wrong_by).isoformat()}
    one = message(1, **stamps)
    body = {"batch": [one], "sentAt": one.pop("sentAt")} if outside else one
    found = SegmentDialect().event(one, Posted({}, {}, json.dumps(body).encode(), 10**6), NOW.timestamp())
    assert found is not None
    assert found.time == pytest.approx(happened.timestamp())


def test_a_time_that_was_put_right_before_is_left_as_it_is() -> None:
    happened = NOW - timedelta(hours=1)
    stamps = {"timestamp": happened, "sentAt": NOW - timedelta(days=2), "receivedAt": NOW}
    one = message(1, **{name: stamp.isoformat() for name, stamp in stamps.items()})
    found = SegmentDialect().event(one, Posted({}, {}, json.dumps(one).encode(), 10**6), NOW.timestamp())
    assert found is not None
    assert found.time == happened.timestamp()


@pytest.mark.parametrize(
    ("path", "body"),
    [("segment", message(1, context={"traits": {"email": "A@people.example"}})),
     ("amplitude", exported(1, user_properties={"email": "A@people.example"})),
     ("mixpanel/stream", [streamed(1, properties={"email": "A@people.example"})])],
)  # fmt: skip
def test_where_people_are_known_by_their_address_it_is_found(tmp_path: Path, path: str, body: Any) -> None:
    with listening(tmp_path, by="email") as door:
        door.post(path, body)
        assert [one.person for one in door.waiting()] == ["a@people.example"]
