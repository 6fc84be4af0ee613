"""Mixpanel's forms at the door, over real HTTP: all that its SDKs write is read, and answered as they expect."""

from __future__ import annotations

import base64
import gzip
import json
import time
from pathlib import Path
from typing import Any

import mixpanel
import pytest
import requests

from campaign_health.route.doors.browser_limits import MOST_OF_A_PERSON, MOST_OF_AN_ADDRESS, BrowserLimits
from campaign_health.route.doors.door_keys import DoorKeys
from tests.doors_cast import EVENT, PUBLIC, SITE, TOKEN, Door, listening

VERBOSE = {"status": 1, "error": None}
BEARER = {"Authorization": f"Bearer {TOKEN}"}
FROM_SITE = {"Origin": SITE}


def event(number: int, token: str = TOKEN, **properties: Any) -> dict[str, Any]:
    known = {"token": token, "$insert_id": f"i-{number}", "$user_id": f"u-{number}", "plan": "pro"}
    return {"event": EVENT, "properties": known | properties}


def base64_of(value: Any) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


def lines(*events: Any) -> bytes:
    return b"\n".join(json.dumps(one).encode() for one in events)


PLAIN = {"Content-Type": "text/plain;charset=UTF-8"}
JSON, NDJSON, GZIP = {"Content-Type": "application/json"}, {"Content-Type": "application/x-ndjson"}, {
    "Content-Encoding": "gzip"
}  # fmt: skip
WRITTEN: dict[str, dict[str, Any]] = {
    "form with JSON": {"data": {"data": json.dumps(event(1))}},
    "form with a list": {"data": {"data": json.dumps([event(1)])}},
    "form with base64": {"data": {"data": base64_of([event(1)])}},
    "form with base64 of the other alphabet": {"data": {"data": base64_of([event(1)]).translate({43: 45, 47: 95})}},
    "form without the ending": {"data": {"data": base64_of(event(1)).rstrip("=")}},
    "form without its type": {"data": ("data=" + base64_of(event(1))).encode()},
    "form that is called plain text": {"data": b"data=" + base64_of(event(1)).encode(), "headers": PLAIN},
    "JSON with what looks like a field": {"data": json.dumps([event(1, url="https://x.example/?a=1&data=2")])},
    "JSON": {"data": json.dumps([event(1)]), "headers": JSON},
    "lines": {"data": lines(event(1), event(1)), "headers": NDJSON},
    "JSON in gzip": {"data": gzip.compress(json.dumps([event(1)]).encode()), "headers": JSON | GZIP},
    "form in gzip": {"data": gzip.compress(b"data=" + base64_of(event(1)).encode()), "headers": GZIP},
}


@pytest.mark.parametrize("path", ["track", "track/", "import"])
@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_what_sdks_write_is_one_event_in_whatever_form(tmp_path: Path, path: str, written: dict[str, Any]) -> None:
    with listening(tmp_path) as door:
        assert door.ask(path, **written).status_code == 200
        (stored,) = door.waiting()
        assert (stored.person, stored.source, json.loads(stored.body)) == ("u-1", "mixpanel", {"plan": "pro"})


def test_the_query_holds_events_too(tmp_path: Path) -> None:
    with listening(tmp_path) as door:
        answer = door.ask("track", "GET", params={"data": base64_of(event(1)), "verbose": "1"})
        assert answer.json() == VERBOSE
        assert len(door.waiting()) == 1


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with listening(tmp_path_factory.mktemp("door")) as door:
        yield door


@pytest.mark.parametrize(
    ("path", "verbose", "answer"),
    [("track", {}, 1), ("track?verbose=1", {}, VERBOSE), ("track", {"verbose": "1"}, VERBOSE),
     ("import", {}, {"code": 200, "num_records_imported": 2, "status": "OK"}), ("import", {"verbose": "1"}, VERBOSE)],
)  # fmt: skip
def test_the_answer_is_in_the_form_that_was_asked_for(shared: Door, path: str, verbose: Any, answer: Any) -> None:
    data = {"data": json.dumps([event(1), event(2)])} | verbose
    assert shared.ask(path, data=data).json() == answer


@pytest.mark.parametrize("unit", [1, 1000])
def test_times_are_in_seconds_or_milliseconds_and_the_same_event_is_one(tmp_path: Path, unit: int) -> None:
    happened = int(time.time()) - 30
    with listening(tmp_path) as door:
        door.ask("track", data={"data": json.dumps(event(1, time=happened * unit))})
        door.post("events", {"event": EVENT, "id": "i-1", "person": {"id": "u-1"}, "properties": {"plan": "pro"}})
        (stored,) = door.waiting()
        assert stored.event_time == happened


@pytest.mark.parametrize(
    ("headers", "token", "status"),
    [({}, TOKEN, 200), ({}, PUBLIC, 401), ({}, "", 401), (BEARER, PUBLIC, 200), (BEARER, "", 200),
     ({"Authorization": "Basic " + base64.b64encode(f"{TOKEN}:".encode()).decode()}, "", 200),
     ({"Authorization": "Basic " + base64.b64encode(f"service:{TOKEN}".encode()).decode()}, "", 200),
     ({"Authorization": "Basic " + base64.b64encode(b"service:secret").decode()}, "", 401),
     ({"Authorization": "Basic !"}, "", 401), (FROM_SITE, PUBLIC, 200),
     (FROM_SITE, TOKEN, 401), (FROM_SITE, "another", 401), ({"Origin": "https://elsewhere.example"}, PUBLIC, 401),
     ({"Origin": SITE + ".elsewhere.example"}, PUBLIC, 401), ({"Origin": "null"}, PUBLIC, 401)],
)  # fmt: skip
def test_a_server_has_the_token_and_a_page_the_projects_token_and_its_site(
    shared: Door, headers: dict[str, str], token: str, status: int
) -> None:
    answer = shared.ask("track", data={"data": json.dumps(event(3, token))}, headers=headers)
    assert answer.status_code == status
    assert answer.headers.get("Access-Control-Allow-Origin") == (SITE if headers.get("Origin") == SITE else None)


def test_every_event_of_a_page_has_the_token(shared: Door) -> None:
    mixed = json.dumps([event(1, PUBLIC), event(2, "another")])
    assert shared.ask("track", data={"data": mixed}, headers=FROM_SITE).status_code == 401


def test_browsers_are_refused_where_nobody_asked_for_them(tmp_path: Path) -> None:
    with listening(tmp_path, DoorKeys((TOKEN,))) as door:
        for token in (PUBLIC, TOKEN, ""):
            answer = door.ask("track", data={"data": json.dumps(event(1, token))}, headers=FROM_SITE)
            assert (answer.status_code, "Access-Control-Allow-Origin" in answer.headers) == (401, False)
        assert door.numbers() == {}


@pytest.mark.parametrize("trusts", [False, True])
def test_of_a_page_no_address_is_taken_unless_it_is_trusted(tmp_path: Path, trusts: bool) -> None:
    keys = DoorKeys((TOKEN,), PUBLIC, frozenset((SITE,)), trusts)
    data = {"data": json.dumps(event(1, PUBLIC, email="somebody@else.example"))}
    with listening(tmp_path, keys) as door:
        door.ask("track", data=data, headers=FROM_SITE)
        (stored,) = door.waiting()
        assert ("email" in json.loads(stored.body)) is trusts
        assert stored.source == ("trusted browser" if trusts else "browser")
    with listening(tmp_path / "by e-mail", keys, "email") as door:
        door.ask("track", data=data, headers=FROM_SITE)
        assert [one.reason for one in door.letters()] == ([] if trusts else ["no_person"])


def test_a_device_that_nobody_signed_in_on_is_a_letter(tmp_path: Path) -> None:
    device = {"$device_id": "d-1", "distinct_id": "$device:d-1", "$user_id": None}
    with listening(tmp_path) as door:
        assert door.ask("track", data={"data": json.dumps(event(1, **device))}).status_code == 200
        assert [one.reason for one in door.letters()] == ["no_person"]


def test_a_page_cannot_send_without_end(tmp_path: Path) -> None:
    with listening(tmp_path) as door:
        same = [event(number, PUBLIC, **{"$user_id": "u-1"}) for number in range(MOST_OF_A_PERSON + 5)]
        assert door.ask("track", data={"data": json.dumps(same)}, headers=FROM_SITE).text == "1"
        assert (len(door.waiting()), door.door.number("limited")) == (MOST_OF_A_PERSON, 5)
        many = [event(number, PUBLIC) for number in range(1000, 1000 + MOST_OF_AN_ADDRESS - len(same) + 1)]
        answer = door.ask("track", data={"data": json.dumps(many)}, headers=FROM_SITE)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        elsewhere = FROM_SITE | {"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}
        assert door.ask("track", data={"data": json.dumps(many)}, headers=elsewhere).status_code == 200


def test_limits_are_of_a_minute_and_of_a_network() -> None:
    now = [1000.0]
    limits = BrowserLimits(lambda: now[0])
    assert limits.takes_of_address("2001:db8::1", MOST_OF_AN_ADDRESS)
    assert not limits.takes_of_address("2001:db8::ffff", 1)
    assert limits.takes_of_address("2001:db8:1::1", 1)
    assert limits.takes_of_address("203.0.113.9:4711", MOST_OF_AN_ADDRESS)
    assert not limits.takes_of_address("203.0.113.9:4712", 1)
    now[0] += 60
    assert limits.takes_of_address("2001:db8::ffff", 1)


@pytest.mark.parametrize("body", [b"", b"data=%%%", b"data=bm8ganNvbg", b"\x1f\x8b\x08", b"[" * 100_000])
def test_what_cannot_be_read_is_no_reason_to_refuse_and_is_counted(shared: Door, body: bytes) -> None:
    before = shared.door.number("unreadable")
    for headers in (BEARER, BEARER | JSON, BEARER | GZIP, BEARER | {"Content-Encoding": "br"}):
        assert shared.ask("track", data=body, headers=headers).status_code == 200
    assert shared.door.number("unreadable") == before + 4
    assert shared.ask("import?strict=1", data=body, headers=BEARER).status_code == 400
    assert shared.ask("track", data=body).status_code == 401


def test_a_broken_line_takes_no_other_with_it(tmp_path: Path) -> None:
    with listening(tmp_path) as door:
        body = lines(event(1)) + b"\n{broken\n" + lines(event(2))
        assert door.ask("import", data=body, headers=BEARER | NDJSON).status_code == 200
        assert (len(door.waiting()), door.door.number("unreadable")) == (2, 1)


def test_a_strict_import_is_told_which_of_its_events_failed_and_all_others_are_taken_in(tmp_path: Path) -> None:
    bad = {"event": 7, "properties": {"$insert_id": "i-bad"}}
    with listening(tmp_path) as door:
        body = json.dumps([event(1), bad, event(2), "no event"]).encode()
        answer = door.ask("import?strict=1", data=body, headers=BEARER | JSON)
        assert (answer.status_code, len(door.waiting())) == (400, 2)
        told = answer.json()
        assert (told["code"], told["num_records_imported"], told["status"]) == (400, 2, "Bad Request")
        assert [(one["index"], one["insert_id"]) for one in told["failed_records"]] == [(1, "i-bad"), (3, "")]
        assert all(one["field"] and one["message"] for one in told["failed_records"])
        lenient = door.ask("import", data=body, headers=BEARER | JSON)
        assert (lenient.status_code, lenient.json()["num_records_imported"]) == (200, 2)


@pytest.mark.parametrize(
    ("body", "headers"),
    [(b"x" * (10 * 1024 * 1024 + 1), BEARER), (gzip.compress(b" " * (20 * 1024 * 1024 + 1)), BEARER | GZIP | JSON),
     (b"x" * (2 * 1024 * 1024 + 1), {}), (gzip.compress(b" " * (2 * 1024 * 1024 + 1)), GZIP | JSON),
     (json.dumps([event(1)] * 2001).encode(), BEARER | JSON)],
    ids=["long", "bomb", "long and unproven", "unproven bomb", "many"],
)  # fmt: skip
def test_what_is_too_large_is_refused(shared: Door, body: bytes, headers: dict[str, str]) -> None:
    assert shared.ask("track", data=body, headers=headers).status_code == 413


def test_where_the_disk_does_not_take_it_the_sdk_is_asked_to_come_back(tmp_path: Path) -> None:
    with listening(tmp_path) as door:
        door.outbox.close()
        answer = door.ask("track", data={"data": json.dumps(event(1, PUBLIC))}, headers=FROM_SITE)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert answer.headers["Access-Control-Allow-Origin"] == SITE


@pytest.mark.parametrize("path", ["engage", "groups/", "decide", "flags/", "record/", "settings/"])
def test_what_else_the_sdks_send_is_accepted_and_kept_nowhere(shared: Door, path: str) -> None:
    before = shared.numbers()
    for body in ({"data": base64_of({"$token": PUBLIC}), "verbose": "1"}, b"x" * (2 * 1024 * 1024)):
        answer = requests.post(f"{shared.url}/default/{path}", data=body, headers=FROM_SITE, timeout=30)
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, SITE)
    assert requests.get(f"{shared.url}/nowhere/{path}", timeout=30).status_code == 404
    assert shared.numbers() == before


def test_a_browser_that_asks_first_is_told_only_on_the_sites_that_are_set(shared: Door) -> None:
    def ask(origin: str) -> requests.Response:
        return requests.options(f"{shared.url}/default/track/", headers={"Origin": origin}, timeout=30)

    assert ask(SITE).headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type, Content-Encoding"
    assert not [name for name in ask("https://elsewhere.example").headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("buffered", [False, True])
def test_mixpanels_own_sdk_for_python_is_content(tmp_path: Path, buffered: bool) -> None:
    with listening(tmp_path) as door:
        to = {f"{name}_url": f"{door.url}/default/{path}" for name, path in
              (("events", "track"), ("people", "engage"), ("groups", "groups"), ("import", "import"))}  # fmt: skip
        consumer = mixpanel.BufferedConsumer(**to) if buffered else mixpanel.Consumer(**to)
        client = mixpanel.Mixpanel(TOKEN, consumer=consumer)
        client.track("u-1", EVENT, {"plan": "pro", "hits": 3})
        client.people_set("u-1", {"plan": "pro"})
        client.group_set("company", "c-1", {"plan": "pro"})
        client.import_data(None, "u-2", EVENT, int(time.time()) - 60, {"plan": "free"}, api_secret="a project's secret")
        if buffered:
            consumer.flush()
        assert {(one.person, one.body) for one in door.waiting()} == {
            ("u-1", '{"plan":"pro","hits":3}'), ("u-2", '{"plan":"free"}')
        }  # fmt: skip
        with pytest.raises(mixpanel.MixpanelException, match="token"):
            mixpanel.Mixpanel("another", consumer=mixpanel.Consumer(**to)).track("u-3", EVENT)
