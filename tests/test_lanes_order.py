"""A person's events are sent in the order in which they came, new or late, through crashes and with little memory."""

from __future__ import annotations

import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from campaign_health.route.lanes import loading as loading_module
from campaign_health.route.lanes import turns as turns_module
from campaign_health.route.lanes.loading import Loading
from campaign_health.route.lanes.turns import Turns, Waiting
from storage.outbox.connection.lane_groups import EVERY_GROUP
from storage.outbox.events.event_queue import finish, head_of_queue, places_before, receive
from storage.outbox.events.queued_event import AGAIN, BACKLOG, FRESH, QueuedEvent
from storage.outbox.route_file import Connection, committed, open_route_file

PEOPLE = 8
EXAMPLES = count()


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns_module, "MOST_IN_MEMORY", 12)
    monkeypatch.setattr(turns_module, "MOST_A_REQUEST", 4)
    monkeypatch.setattr(loading_module, "AT_ONCE", 4)
    monkeypatch.setattr(loading_module, "MOST_BEFORE", 3)


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    with tempfile.TemporaryDirectory() as folder, open_route_file(Path(folder)) as opened:
        opened.execute("PRAGMA synchronous=OFF")
        yield opened


class Life:
    """One workspace's queue with what is in memory; the clock is a number of seconds that only goes on."""

    def __init__(self, connection: Connection, workspace: str, chance: random.Random) -> None:
        self.connection, self.workspace, self.chance = connection, workspace, chance
        self.now, self.number = 1e9, 0
        self.again: set[int] = set()
        self.received: dict[str, list[int]] = defaultdict(list)
        self.accepted: dict[str, list[int]] = defaultdict(list)
        self.crash()

    def crash(self) -> None:
        self.turns, self.loading = Turns(), Loading(self.workspace, lambda: self.now)
        self.out: list[list[Waiting]] = []
        self.loading.share(self.connection, self.turns, EVERY_GROUP)

    def receive(self) -> None:
        """Some events, one after the other; a few of them are late."""
        with committed(self.connection):
            for _ in range(self.chance.randrange(1, 12)):
                self.number += 1
                person = f"u-{self.chance.randrange(PEOPLE)}"
                drawn = self.chance.random()
                queue_class = BACKLOG if drawn < 0.2 else AGAIN if drawn < 0.3 else FRESH
                event = QueuedEvent(
                    self.workspace, "limit_hit", f"{self.workspace}-{self.number}".encode(), person, self.now, self.now,
                    1e12, "backend", json.dumps(self.number), queue_class,
                )  # fmt: skip
                assert receive(self.connection, event)
                if queue_class == AGAIN:
                    self.again.add(self.number)
                else:
                    self.received[person].append(self.number)

    def send(self) -> None:
        self.loading.load(self.connection, self.turns)
        batch = self.turns.next(self.now, is_last_sender=False)
        if batch:
            self.out.append(batch)

    def answer(self, *, fails: float) -> None:
        """To the request of any sender; one that fails was taken in or not, and nobody knows."""
        if not self.out:
            return
        batch = self.out.pop(self.chance.randrange(len(self.out)))
        is_failing = self.chance.random() < fails
        if not is_failing or self.chance.random() < 0.5:
            for one in batch:
                number = json.loads(one.body)
                self.again.discard(number)
                if not one.is_again and number not in self.accepted[one.person]:
                    self.accepted[one.person].append(number)
        if is_failing:
            self.turns.put_back(batch, self.now + self.chance.choice((0.0, 5.0)))
            return
        with committed(self.connection):
            finish(self.connection, [one.key for one in batch], "delivered")
        self.turns.done(batch)
        self.loading.done(batch)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60, phases=[Phase.generate]
)
@given(st.integers(0, 10**12))
def test_a_persons_events_are_accepted_in_the_order_in_which_they_came_and_each_of_them(
    little_memory: None, connection: Connection, seed: int
) -> None:
    chance = random.Random(seed)
    life = Life(connection, f"w-{next(EXAMPLES)}", chance)
    for _ in range(80):
        drawn = chance.random()
        if drawn < 0.25:
            life.receive()
        elif drawn < 0.28:
            life.crash()
        elif drawn < 0.65:
            life.send()
        else:
            life.answer(fails=0.2)
        life.now += chance.choice((0.0, 1.0, 30.0))
    for _ in range(10_000):
        if life.accepted == life.received and not life.again and not life.out:
            break
        life.send()
        life.answer(fails=0.0)
        life.now += 10.0
    assert life.accepted == life.received
    assert not life.again


def put(connection: Connection, workspace: str, person: str, number: int, queue_class: int = FRESH) -> None:
    key = f"{workspace} {number}".encode()
    with committed(connection):
        assert receive(connection, QueuedEvent(workspace, "e", key, person, 1.0, 1.0, 1e12, "b", "{}", queue_class))


def test_a_new_event_comes_before_an_outage_with_what_waits_of_its_own_person(connection: Connection) -> None:
    life = Life(connection, "apart", random.Random(3))
    for number in range(3_000):
        put(connection, "apart", f"u-{number}", number)
    life.crash()
    for number, person in enumerate(("bob", "u-2999", "u-0")):
        put(connection, "apart", person, 5_000 + number)
    life.loading.load(connection, life.turns)
    first = life.turns.next(2.0, is_last_sender=False)
    assert [one.person for one in first[:3]] == ["bob", "u-2999", "u-0"]
    # Of the last two it is what came first.
    assert [one.key for one in first[1:3]] == [b"apart 2999", b"apart 0"]


def test_what_is_sent_again_is_not_waited_for(connection: Connection) -> None:
    life = Life(connection, "again", random.Random(3))
    put(connection, "again", "ada", 1, AGAIN)
    life.loading.load(connection, life.turns)
    put(connection, "again", "ada", 2)
    life.loading.load(connection, life.turns)
    assert [one.key for one in life.turns.next(2.0, is_last_sender=False)] == [b"again 2"]


def test_what_waits_of_a_person_is_found_without_reading_all_that_waits(connection: Connection) -> None:
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    places_before(connection, "w", "ada", 7, 1)
    connection.set_trace_callback(None)
    plan = connection.execute(f"EXPLAIN QUERY PLAN {asked[0]}").fetchall()
    assert [row[3] for row in plan] == [
        "SEARCH event_queue USING COVERING INDEX event_queue_person (workspace=? AND person=? AND sequence<?)"
    ]


def test_new_events_are_not_looked_through_again_and_again_for_what_has_waited(
    little_memory: None, connection: Connection
) -> None:
    life = Life(connection, "through", random.Random(3))
    for number in range(200):
        put(connection, "through", f"u-{number}", number)
    life.loading.load(connection, life.turns)
    assert life.loading.others == head_of_queue(connection)
    put(connection, "through", "ada", 300, BACKLOG)
    life.loading.load(connection, life.turns)
    assert [one.person for lane in life.turns.parked["backlog"].values() for one in lane] == ["ada"]
