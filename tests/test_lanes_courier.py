"""Events on their way to a stand-in of Customer.io, through a real file: each once in order, whatever it answers."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from campaign_health.route.event_key import event_key, ulid_of
from campaign_health.route.lanes.courier import Courier
from campaign_health.route.lanes.prepared import Prepared, UnfitEvent
from campaign_health.route.lanes.turns import Waiting
from storage.outbox.connection.outbox_connection import Place
from storage.outbox.events.event_letters import letter_groups, letters, replay_letter
from storage.outbox.events.event_queue import known_of, receive
from storage.outbox.events.event_tally import numbers
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.group_commit import GroupCommit
from storage.outbox.route_file import committed, open_route_file
from tests.waiting import until

EVENT = "limit_hit"
Post = Callable[[str, bytes], tuple[int, str, float | None]]


class Destination:
    """What Customer.io accepted, by person in the order of first acceptance; `answer` may refuse, fail or take long."""

    def __init__(self, answer: Callable[[list[dict[str, Any]]], tuple[int, str] | None] = lambda items: None) -> None:
        self._answer = answer
        self._lock = threading.Lock()
        self.accepted: dict[str, list[int]] = defaultdict(list)
        self.ulids: dict[int, set[str]] = defaultdict(set)
        self.times: dict[int, float] = {}
        self.requests = 0

    def post(self, path: str, body: bytes) -> tuple[int, str, float | None]:
        value = json.loads(body)
        items = value["batch"] if path == "/api/v2/batch" else [value]
        with self._lock:
            self.requests += 1
            said = self._answer(items)
            if said is not None and said[0] != 599:
                return said[0], said[1], None
            for one in items:
                self._accept(one)
        if said is not None:  # taken in, and then it failed
            return 500, "", None
        return 200, "{}", None

    def _accept(self, item: dict[str, Any]) -> None:
        number = item["attributes"]["number"]
        if number not in self.ulids:
            self.accepted[item["identifiers"]["id"]].append(number)
            self.times[number] = time.monotonic()
        self.ulids[number].add(item["id"])


def operation_of(event: Waiting) -> Prepared:
    properties = json.loads(event.body)
    if not isinstance(properties.get("number"), int):
        raise UnfitEvent("wrong_type", "number")
    seconds = int(event.event_time)
    return Prepared({
        "type": "person", "identifiers": {"id": event.person}, "action": "event", "name": event.event,
        "id": ulid_of(event.key, seconds), "timestamp": seconds, "attributes": properties,
    })  # fmt: skip


def queued(
    number: Any, person: str, *, relevant: float = 3600.0, ago: float = 0.0, backlog: bool = False
) -> QueuedEvent:
    at = time.time() - ago
    key = event_key("default", EVENT, {"$insert_id": f"i-{number}"}, person, int(at))
    return QueuedEvent(
        "default", EVENT, key, person, at, at, at + relevant, "backend", json.dumps({"number": number}), int(backlog)
    )


@contextmanager
def carrying(place: Place, post: Post, **more: Any) -> Iterator[tuple[GroupCommit, Courier]]:
    outbox = GroupCommit(place)
    outbox.start()
    courier = Courier("default", place, outbox, more.pop("operation_of", operation_of), post, **more)
    courier.start()
    try:
        yield outbox, courier
    finally:
        courier.stop()
        outbox.close()


def take_in(outbox: GroupCommit, courier: Courier, *events: QueuedEvent) -> None:
    for future in [outbox.submit(lambda connection, one=one: receive(connection, one)) for one in events]:
        future.result()
    courier.wake()


def told(place: Place) -> dict[str, int]:
    with open_route_file(place) as connection:
        return numbers(connection).get(("default", EVENT), {})


def is_empty(place: Place, number: int) -> Callable[[], bool]:
    return lambda: told(place).get("delivered", 0) + told(place).get("dead", 0) >= number


def test_each_event_goes_out_once_in_its_persons_order_though_a_tenth_of_the_answers_fails(place: Place) -> None:
    chance = random.Random(5)

    def answer(items: list[dict[str, Any]]) -> tuple[int, str] | None:
        drawn = chance.random()
        # Half of what fails was taken in before.
        return (500, "") if drawn < 0.05 else (599, "") if drawn < 0.1 else None

    destination = Destination(answer)
    with carrying(place, destination.post) as (outbox, courier):
        for start in range(0, 600, 20):
            take_in(outbox, courier, *(queued(number, f"p-{number % 7}") for number in range(start, start + 20)))
        until(is_empty(place, 600), 120)
    assert sorted(one for some in destination.accepted.values() for one in some) == list(range(600))
    assert all(some == sorted(some) for some in destination.accepted.values())
    assert all(len(ulids) == 1 for ulids in destination.ulids.values())
    assert told(place) == {"received": 600, "delivered": 600}


def test_what_comes_twice_is_one(place: Place) -> None:
    destination = Destination()
    with carrying(place, destination.post) as (outbox, courier):
        take_in(outbox, courier, queued(1, "ada"), queued(1, "ada"), queued(2, "ada"))
        until(is_empty(place, 2))
        take_in(outbox, courier, queued(1, "ada"))
    assert told(place) == {"received": 2, "delivered": 2}


def test_the_bad_one_of_a_batch_becomes_a_letter_and_all_others_go_out(place: Place) -> None:
    def answer(items: list[dict[str, Any]]) -> tuple[int, str] | None:
        bad = [one for one in items if one["attributes"]["number"] == 13]
        said = {"errors": [{"reason": "invalid", "field": "attributes", "message": ""}]}
        return (400, json.dumps(said)) if bad else None

    destination = Destination(answer)
    with carrying(place, destination.post) as (outbox, courier):
        take_in(outbox, courier, *(queued(number, f"p-{number}") for number in range(40)))
        until(is_empty(place, 40))
    with open_route_file(place) as connection:
        (group,) = letter_groups(connection)
    assert (group.reason, group.field, group.count) == ("refused:invalid", "attributes", 1)
    assert len(destination.ulids) == 39


@pytest.mark.parametrize(
    ("event", "reason"), [(queued("x", "ada"), "wrong_type"), (queued(1, "ada", ago=7200), "too_late")]
)
def test_what_cannot_be_sent_is_a_letter_with_its_reason(place: Place, event: QueuedEvent, reason: str) -> None:
    destination = Destination()
    with carrying(place, destination.post) as (outbox, courier):
        take_in(outbox, courier, event)
        until(is_empty(place, 1))
        with open_route_file(place) as connection:
            assert [one.reason for one in letter_groups(connection)] == [reason]
            known = known_of(connection, event.key)
    assert known is not None
    assert (known["outcome"], known["reason"]) == ("dead", reason)
    assert destination.requests == 0


def test_a_letter_is_replayed_once_the_manifest_fits_and_under_its_own_ulid(place: Place) -> None:
    fits = threading.Event()

    def mended(event: Waiting) -> Prepared:
        if not fits.is_set():
            raise UnfitEvent("wrong_type", "number")
        return operation_of(event)

    destination, event = Destination(), queued(1, "ada")
    with carrying(place, destination.post, operation_of=mended) as (outbox, courier):
        take_in(outbox, courier, event)
        until(is_empty(place, 1))
        fits.set()
        with open_route_file(place) as connection, committed(connection):
            (letter,) = letters(connection, "default", EVENT, "wrong_type", 0.0)
            assert replay_letter(connection, letter)
        courier.wake()
        until(lambda: told(place).get("delivered") == 1)
    assert destination.ulids[1] == {ulid_of(event.key, int(event.event_time))}


def test_a_wrong_key_opens_the_breaker_and_loses_nothing(place: Place) -> None:
    destination = Destination(lambda items: (401, "{}"))
    with carrying(place, destination.post) as (outbox, courier):
        take_in(outbox, courier, *(queued(number, f"p-{number}") for number in range(10)))
        until(lambda: courier.breaker_state == "open")
        time.sleep(0.5)
        assert destination.requests <= 4, "nothing is asked while it is open"
    assert told(place) == {"received": 10, "waiting": 10}
    after = Destination()
    with carrying(place, after.post):
        until(is_empty(place, 10))
    assert len(after.ulids) == 10


def test_in_shadow_nothing_is_sent(place: Place) -> None:
    destination = Destination()
    with carrying(place, destination.post, is_shadow=lambda event: True) as (outbox, courier):
        take_in(outbox, courier, queued(1, "ada"))
        until(lambda: told(place).get("shadowed") == 1)
    assert destination.requests == 0


def test_fresh_events_do_not_stand_behind_what_has_waited(place: Place) -> None:
    def answer(items: list[dict[str, Any]]) -> None:
        time.sleep(0.005)

    with open_route_file(place) as connection, committed(connection):
        for number in range(8_000):
            receive(connection, queued(number, f"p-{number % 900}", ago=600, backlog=True))
    destination = Destination(answer)
    begun = {}
    with carrying(place, destination.post) as (outbox, courier):
        for number in range(10_000, 10_020):
            begun[number] = time.monotonic()
            take_in(outbox, courier, queued(number, f"new-{number}"))
            time.sleep(0.02)
        until(lambda: all(number in destination.times for number in begun))
        slowest = max(destination.times[number] - begun[number] for number in begun)
        assert told(place)["waiting"] > 0, "there was a backlog all the while"
    assert slowest < 5.0
