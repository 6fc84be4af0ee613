"""The ways by which a recovery sends: what of an event goes out, to whom, and when the first few stop the rest."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.manifest.manifest_reading import parse_manifest
from campaign_health.manifest.schema import PropertyEntry
from campaign_health.route.event_key import event_key, key_of_ulid, ulid_of
from campaign_health.route.mapping.route_plan import route_plan
from campaign_health.route.recovery.arrivals import WhereLost, where_lost
from campaign_health.route.recovery.canary import SeenOfCanary, canary_verdict
from campaign_health.route.recovery.careful_sending import Pace, Sent, WayName, recovery_row, send_carefully
from campaign_health.route.recovery.declared_attributes import declared_attributes
from campaign_health.route.recovery.qualifying import PersonEvent
from campaign_health.route.recovery.recovery_plan import RecoveryPlan
from campaign_health.route.recovery.replays import replays_of
from collectors.errors import RequestRefused, Unreachable
from storage.outbox.recovery_ledger import RecoveryLedger
from storage.outbox.route_file import PersonHash, open_route_file

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
HOUR = 3600
PLAN = RecoveryPlan(
    "default", 14, "Upgrade offer", ("limit hit", "limit_hit"), date(2026, 11, 20), date(2026, 11, 24), ZoneInfo("UTC"),
    when={"hits": "at least 3"},
)  # fmt: skip
DECLARED = {"hits": PropertyEntry(type="integer", required=True), "plan": PropertyEntry(type="string")}
PEOPLE = [f"person-{number}" for number in range(35)]


def event(person: str, hours_ago: float, name: str = "limit_hit", **properties: object) -> PersonEvent:
    return PersonEvent(NOW.timestamp() - hours_ago * HOUR, {"$user_id": person, "hits": 3, **properties}, name)


@given(st.binary(min_size=16, max_size=16), st.integers(0, 2**38))
def test_a_ulid_is_26_signs_that_sort_by_time_and_hold_the_key(key: bytes, seconds: int) -> None:
    ulid = ulid_of(key, seconds)
    signs = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = 0
    for sign in ulid:
        number = number * 32 + signs.index(sign)
    assert len(ulid) == 26
    assert number >> 80 == seconds * 1000
    assert (number & (2**80 - 1)).to_bytes(10) == key[:10]
    assert ulid < ulid_of(key, seconds + 1)
    assert key_of_ulid(ulid) == key[:10]


def test_the_same_event_has_one_key_whatever_its_time_and_person() -> None:
    seen = {event_key("w", "e", {"$insert_id": "a1"}, person, seconds) for person in "ab" for seconds in (1, 2)}
    assert len(seen) == 1
    assert event_key("w", "e", {"$insert_id": "a2"}, "a", 1) not in seen
    assert event_key("v", "e", {"$insert_id": "a1"}, "a", 1) not in seen


def test_without_an_insert_id_person_and_second_make_it_the_same() -> None:
    assert event_key("w", "e", {}, "a", 1) == event_key("w", "e", {"$insert_id": ""}, "a", 1)
    assert len({event_key("w", "e", {}, person, at) for person in "ab" for at in (1, 2)}) == 4


@pytest.mark.parametrize(
    ("properties", "sent"),
    [
        ({"hits": 4, "plan": "pro", "email": "a@b.c", "$city": "Bonn"}, {"hits": 4, "plan": "pro"}),
        ({"hits": 4}, {"hits": 4}),
        ({"hits": 4.0, "plan": None}, {"hits": 4.0}),
        ({"plan": "pro"}, None),
        ({"hits": "4"}, None),
        ({"hits": True}, None),
        ({"hits": 4.5}, None),
        ({"hits": 4, "plan": {"name": "pro"}}, None),
    ],
)
def test_only_what_is_declared_leaves_and_only_as_it_is_declared(properties: dict[str, object], sent: object) -> None:
    assert declared_attributes(properties, DECLARED) == sent


def test_what_sends_a_message_elsewhere_never_leaves() -> None:
    declared = {name: PropertyEntry(type="string") for name in ("recipient", "from_address", "reply_to", "plan")}
    assert declared_attributes(dict.fromkeys(declared, "x@evil.example"), declared) == {"plan": "x@evil.example"}


def test_the_newest_event_that_can_still_trigger_is_sent_again_as_it_was() -> None:
    events = [
        event("ada", 70, **{"$insert_id": "old"}),
        event("ada", 5, plan="pro", **{"$insert_id": "new"}),
        event("ada", 1, hits=2),
        event("bob", 80),
        event("eve", 2, hits=3, plan=["pro"]),
        event("stranger", 2),
    ]
    found = replays_of(events, ["ada", "bob", "eve"], PLAN, DECLARED, "id", NOW.timestamp())
    assert found.too_old == {"bob"}
    assert found.unfit == {"eve"}
    assert list(found.operations) == ["ada"]
    seconds = int(NOW.timestamp() - 5 * HOUR)
    assert found.operations["ada"] == {
        "type": "person",
        "identifiers": {"id": "ada"},
        "action": "event",
        "name": "limit hit",
        "id": ulid_of(event_key("default", "limit_hit", {"$insert_id": "new"}, "ada", seconds), seconds),
        "timestamp": seconds,
        "attributes": {"hits": 3, "plan": "pro"},
    }


ROUTED = """\
version: 1
events:
  limit_hit:
    properties: {hits: {type: integer, required: true}, plan: {type: string}}
    route:
      to: paywall
      attributes: {hit_number: hits, tier: {first_of: [plan, {stripe: tier, otherwise: free}]}%s}
"""


def test_an_event_with_a_route_is_sent_again_as_the_route_says_and_when_asks_for_its_attributes() -> None:
    routes = route_plan(parse_manifest(ROUTED % "").manifest)
    plan = replace(PLAN, when={"hit_number": "at least 3"}, routes=routes)
    events = [event("ada", 2, plan="pro"), event("bob", 2, hits=2), event("eve", 2), event("dan", 2, hits="3")]
    found = replays_of(events, ["ada", "bob", "eve", "dan"], plan, DECLARED, "id", NOW.timestamp())
    assert {person: (one["name"], one["attributes"]) for person, one in found.operations.items()} == {
        "ada": ("paywall", {"hit_number": 3, "tier": "pro"}),
        "eve": ("paywall", {"hit_number": 3, "tier": "free"}),
    }


def test_an_event_whose_count_is_not_known_is_not_sent_again_with_another() -> None:
    routes = route_plan(parse_manifest(ROUTED % ", number: {count: this, within: 7 days}").manifest)
    plan = replace(PLAN, when={}, routes=routes)
    found = replays_of([event("ada", 2)], ["ada"], plan, DECLARED, "id", NOW.timestamp())
    assert (found.operations, found.unfit) == ({}, {"ada"})


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 200), st.sampled_from([1, 3, "3"])), max_size=12),
    st.randoms(),
)
def test_everybody_asked_for_is_sent_to_or_in_one_place_and_order_does_not_matter(
    drawn: list[tuple[str, int, object]], shuffled: random.Random
) -> None:
    events = [
        event(person, hours, hits=hits, **{"$insert_id": str(at)}) for at, (person, hours, hits) in enumerate(drawn)
    ]
    found = replays_of(events, "abc", PLAN, DECLARED, "id", NOW.timestamp())
    assert sorted([*found.operations, *found.too_old, *found.unfit]) == ["a", "b", "c"]
    shuffled.shuffle(events)
    again = replays_of(events, "abc", PLAN, DECLARED, "id", NOW.timestamp())
    assert {one: found.operations[one]["timestamp"] for one in found.operations} == {
        one: again.operations[one]["timestamp"] for one in again.operations
    }


@pytest.mark.parametrize(
    ("sent", "failed", "is_over", "verdict"),
    [(0, 0, False, "wait"), (7, 1, False, "wait"), (8, 0, False, "go on"), (8, 1, False, "go on"),
     (9, 0, True, "go on"), (8, 2, False, "stop"), (0, 2, False, "stop"), (7, 1, True, "stop"), (0, 0, True, "stop")],
)  # fmt: skip
def test_the_first_ten_decide(sent: int, failed: int, is_over: bool, verdict: str) -> None:
    assert canary_verdict(SeenOfCanary(10, sent, failed), is_over=is_over) == verdict


def test_where_people_were_lost() -> None:
    arrived = {"limit hit": {"a"}, "limit_hit": {"a", "b"}}
    assert where_lost(["a", "b", "c", "d"], arrived, "limit hit") == WhereLost(1, 1, 2)


@dataclass
class Recorded:
    """A way that notes what it is asked, and does what it is told."""

    gets_through: int = 10
    fails_for: int = 0
    refuses: frozenset[str] = frozenset()
    breaks_at: int | None = None
    breaks_with: type[Exception] = Unreachable
    sent: list[list[str]] = field(default_factory=list)
    looks: int = 0
    name: WayName = "replay"
    block: int = 10
    pause_seconds: float = 1.0

    def send(self, people: Sequence[str]) -> frozenset[str]:
        if self.breaks_at == len(self.sent):
            raise self.breaks_with("it did not work")
        self.sent.append(list(people))
        return self.refuses & set(people)

    def seen(self, people: Collection[str]) -> SeenOfCanary:
        self.looks += 1
        return SeenOfCanary(len(people), min(self.gets_through, len(people), self.looks * 4), self.fails_for)


class Time:
    """Passes only where somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    @property
    def pace(self) -> Pace:
        return Pace(sleep=self.sleep, clock=lambda: self.now)


@contextmanager
def ledger(folder: Path) -> Iterator[RecoveryLedger]:
    with open_route_file(folder) as connection:
        yield RecoveryLedger(connection, PersonHash(folder), "default", 14)


def sent_by(way: Recorded, book: RecoveryLedger, time: Time, people: Sequence[str] = PEOPLE) -> Sent:
    return send_carefully(way, people, recovery_row(PLAN, "replay", "Ada", NOW), book, time.pace)


def reached(book: RecoveryLedger) -> set[str]:
    return set(book.reached(PEOPLE))


def test_ten_are_first_and_the_others_follow_in_blocks(tmp_path: Path) -> None:
    way, time = Recorded(), Time()
    with ledger(tmp_path) as book:
        sent = sent_by(way, book, time)
        assert [len(some) for some in way.sent] == [10, 10, 10, 5]
        assert sent == Sent("replay", 35, 0, None, SeenOfCanary(10, 8, 0))
        assert reached(book) == set(PEOPLE)
        (row,) = book.recoveries()
        assert (row.people, row.ended_at is None, row.by_whom, row.way) == (35, False, "Ada", "replay")
    assert time.now == 5.0 + 3 * way.pause_seconds


@pytest.mark.parametrize(("through", "failing", "seconds"), [(3, 0, 600.0), (10, 2, 0.0)])
def test_where_the_first_get_nothing_or_it_fails_the_others_are_left_alone(
    tmp_path: Path, through: int, failing: int, seconds: float
) -> None:
    way, time = Recorded(gets_through=through, fails_for=failing), Time()
    with ledger(tmp_path) as book:
        sent = sent_by(way, book, time)
        assert [len(some) for some in way.sent] == [10]
        assert sent.people == 10
        assert sent.stopped is not None
        assert sent.stopped.startswith("of the first 10 people, ")
        assert reached(book) == set(PEOPLE[:10]), "the others can be reached by another run"
    assert time.now == seconds


def test_whom_customerio_refuses_counts_as_not_reached(tmp_path: Path) -> None:
    way = Recorded(refuses=frozenset((PEOPLE[2], PEOPLE[20])))
    with ledger(tmp_path) as book:
        sent = sent_by(way, book, Time())
        assert (sent.people, sent.refused, sent.stopped) == (33, 2, None)
        assert set(PEOPLE) - reached(book) == way.refuses
        assert book.recoveries()[0].people == 33


def test_where_all_of_the_first_are_refused_nothing_more_is_tried(tmp_path: Path) -> None:
    way = Recorded(refuses=frozenset(PEOPLE))
    with ledger(tmp_path) as book:
        sent = sent_by(way, book, Time())
        assert (sent.people, sent.refused, len(way.sent)) == (0, 10, 1)
        assert sent.stopped == "Customer.io refused all of the first 10"
        assert reached(book) == set()


@pytest.mark.parametrize(("breaks_with", "noted"), [(Unreachable, 30), (RequestRefused, 20)])
def test_whoever_may_have_got_it_stays_noted_and_whoever_surely_did_not_does_not(
    tmp_path: Path, breaks_with: type[Exception], noted: int
) -> None:
    way = Recorded(breaks_at=2, breaks_with=breaks_with)
    with ledger(tmp_path) as book:
        with pytest.raises(breaks_with):
            sent_by(way, book, Time())
        assert len(reached(book)) == noted
        assert book.recoveries()[0].ended_at is None


def test_a_few_people_are_all_first(tmp_path: Path) -> None:
    way = Recorded()
    with ledger(tmp_path) as book:
        sent = sent_by(way, book, Time(), PEOPLE[:3])
        assert (sent.people, len(way.sent), sent.seen.asked) == (3, 1, 3)
