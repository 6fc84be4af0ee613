"""The door for one's own events, over real HTTP: 200 is on the disk, and what is of no use is no refusal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_health.route.doors.received_event import Unreadable, received_event
from storage.outbox.connection.outbox_connection import Place
from tests.doors_cast import EVENT, OLD_TOKEN, TOKEN, Door, listening

NOW = 1_800_000_000.0


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with listening(tmp_path_factory.mktemp("door")) as door:
        yield door


def event(number: int, **changes: Any) -> dict[str, Any]:
    whole = {
        "event": EVENT,
        "id": f"i-{number}",
        "person": {"id": f"p-{number}"},
        "properties": {"plan": "pro", "x": 1},
    }
    return whole | changes


def test_what_was_answered_with_200_is_on_the_disk_without_what_is_not_declared(place: Place) -> None:
    with listening(place) as door:
        assert door.post("events", event(1)).json() == {"accepted": 1, "duplicates": 0}
        (stored,) = door.waiting()
        assert (stored.person, json.loads(stored.body)) == ("p-1", {"plan": "pro"})
        assert stored.expires == pytest.approx(stored.event_time + 3600)
        assert door.woken


def test_the_same_event_is_one_alone_and_in_a_batch(place: Place) -> None:
    with listening(place) as door:
        door.post("events", event(1))
        answer = door.post("batch", {"events": [event(1), event(2), event(2), event(3)]})
        assert answer.json() == {"accepted": 2, "duplicates": 2}
        assert door.numbers() == {"received": 3, "waiting": 3}


def test_an_event_of_nobody_is_a_letter_and_no_refusal(place: Place) -> None:
    with listening(place) as door:
        assert door.post("events", event(1, person={"id": "undefined"})).status_code == 200
        assert [(one.reason, one.count) for one in door.letters()] == [("no_person", 1)]


def test_names_that_are_not_moved_are_accepted_and_not_kept(shared: Door) -> None:
    before = shared.numbers()
    assert shared.post("events", event(1, event="page viewed")).json() == {"accepted": 1, "duplicates": 0}
    assert shared.numbers() == before


@pytest.mark.parametrize("token", [None, "", "another", TOKEN[:-1], f"{TOKEN},{OLD_TOKEN}"])
def test_nobody_gets_in_without_the_token(shared: Door, token: str | None) -> None:
    assert shared.post("events", event(1), token).status_code == 401


@pytest.mark.parametrize("token", [TOKEN, OLD_TOKEN, TOKEN + " "])
def test_two_tokens_open_the_door_while_one_is_changed(shared: Door, token: str) -> None:
    assert shared.post("events", event(1), token).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [("events", b"{", {}, 400), ("events", b"[" * 100_000, {}, 400), ("events", [], {}, 400), ("batch", {}, {}, 400),
     ("batch", {"events": [{}] * 2001}, {}, 400), ("events", b"x" * (10 * 1024 * 1024 + 1), {}, 413),
     ("events", {}, {"Content-Encoding": "gzip"}, 415)],
)  # fmt: skip
def test_what_is_no_event_is_refused(shared: Door, path: str, body: Any, headers: dict[str, str], status: int) -> None:
    assert shared.post(path, body, **headers).status_code == status


def test_where_the_disk_does_not_take_it_the_sender_is_asked_to_come_back(place: Place) -> None:
    with listening(place) as door:
        door.outbox.close()
        answer = door.post("events", event(1))
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


def test_an_id_with_half_a_character_is_an_id(tmp_path: Path) -> None:
    with listening(tmp_path) as door:
        events = [event(1, id="\ud800"), event(1, id="\ud801"), event(1, id="\ud800")]
        assert door.post("batch", {"events": events}).json() == {"accepted": 2, "duplicates": 1}


@pytest.mark.parametrize(
    ("given_time", "instant"),
    [(1_764_000_000, 1_764_000_000.0), (1_764_000_000_123, 1_764_000_000.123),
     ("2025-11-24T16:00:00Z", 1_764_000_000.0), ("2025-11-24T17:00:00+01:00", 1_764_000_000.0),
     (None, NOW), (NOW + 60, NOW)],
)  # fmt: skip
def test_the_time_is_read_as_seconds_milliseconds_or_text(given_time: object, instant: float) -> None:
    assert received_event(event(1, time=given_time), NOW).time == instant


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=300)
@given(
    ANYTHING | st.fixed_dictionaries({"event": ANYTHING, "time": ANYTHING, "person": ANYTHING, "properties": ANYTHING})
)
def test_no_value_is_anything_but_an_event_or_unreadable(value: Any) -> None:
    try:
        found = received_event(value, NOW)
    except Unreadable:
        return
    assert found.name
    assert 0 < found.time <= NOW
