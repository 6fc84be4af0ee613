"""Whose turn it is, what an answer means and when Customer.io is left alone: laws that hold whatever comes."""

from __future__ import annotations

import json
import random
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.route.lanes.breaker import MOST_FAILURES, OPEN_SECONDS, Breaker, pause
from campaign_health.route.lanes.turns import MOST_A_REQUEST, MOST_IN_MEMORY, Turns, Waiting
from campaign_health.route.lanes.verdict import verdict_of


def waiting(sequence: int, person: str, event_class: str = "fresh") -> Waiting:
    return Waiting(
        sequence,
        event_class,
        "default",
        "limit_hit",
        str(sequence).encode(),
        person,
        0.0,
        0.0,
        1e12,
        "{}",  # type: ignore[arg-type]
    )


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["fresh", "backlog"])), max_size=60), st.randoms())
def test_a_persons_events_of_a_class_go_out_in_their_order_whatever_fails(
    drawn: list[tuple[str, str]], chance: random.Random
) -> None:
    turns = Turns()
    events = [waiting(number, person, event_class) for number, (person, event_class) in enumerate(drawn)]
    turns.add(events)
    accepted: dict[tuple[str, str], list[int]] = defaultdict(list)
    out: list[list[Waiting]] = []
    for _ in range(100_000):
        if not out and not any(turns.numbers.values()):
            break
        if out and (chance.random() < 0.5 or len(out) == 4):
            batch = out.pop(chance.randrange(len(out)))
            if chance.random() < 0.3:
                turns.put_back(batch, 0.0)
                continue
            for one in batch:
                accepted[one.person, one.event_class].append(one.sequence)
            turns.done(batch)
        else:
            batch = turns.next(1.0, is_last_sender=len(out) == 3)
            if batch:
                out.append(batch)
        lanes = [one.lane for some in out for one in some]
        assert len(lanes) == len(set(lanes)), "two requests of one lane are out at once"
    assert sorted(one for some in accepted.values() for one in some) == [one.sequence for one in events]
    assert all(some == sorted(some) for some in accepted.values())


def test_what_is_put_back_beside_all_that_memory_holds_makes_no_room_that_is_less_than_none() -> None:
    turns = Turns()
    turns.add(waiting(number, f"p-{number}") for number in range(MOST_IN_MEMORY))
    batch = turns.next(0.0, is_last_sender=False)
    turns.add(waiting(MOST_IN_MEMORY + number, "ada") for number in range(turns.room("fresh")))
    turns.put_back(batch[:1], 0.0)
    assert turns.room("fresh") == 0, "SQLite takes a limit below 0 for none at all"


def test_fresh_events_come_before_what_has_waited_and_leave_it_a_share() -> None:
    turns = Turns()
    turns.add([waiting(number, f"old-{number}", "backlog") for number in range(1000)])
    turns.add([waiting(2000 + number, f"new-{number}") for number in range(3)])
    batch = turns.next(0.0, is_last_sender=False)
    assert [one.event_class for one in batch[:3]] == ["fresh"] * 3
    assert len(batch) <= 3 + MOST_A_REQUEST // 4


def test_what_has_waited_never_gets_the_last_sender() -> None:
    turns = Turns()
    turns.add([waiting(number, f"old-{number}", "backlog") for number in range(10)])
    assert turns.next(0.0, is_last_sender=True) == []
    assert len(turns.next(0.0, is_last_sender=False)) == 10


def test_nobody_waits_for_a_person_whose_event_is_tried_again() -> None:
    turns = Turns()
    turns.add([waiting(1, "ada"), waiting(2, "ada"), waiting(3, "bob")])
    first = turns.next(0.0, is_last_sender=False)
    assert [one.sequence for one in first] == [1, 3]
    turns.put_back([first[0]], 5.0)
    turns.done([first[1]])
    turns.add([waiting(4, "bob")])
    assert [one.sequence for one in turns.next(1.0, is_last_sender=False)] == [4]
    assert [one.sequence for one in turns.next(6.0, is_last_sender=False)] == [1]


@pytest.mark.parametrize(
    ("status", "text", "number", "kind"),
    [(200, "{}", 3, "taken"), (200, "<html>", 3, "again"), (200, "", 1, "again"), (400, "{}", 3, "halve"),
     (400, "{}", 1, "refused"), (413, "", 2, "halve"), (413, "", 1, "refused"), (401, "{}", 3, "key"),
     (403, "", 1, "key"), (429, "", 3, "slower"), (500, "{}", 3, "again"), (503, "", 1, "again"), (302, "", 1, "again"),
     (207, "not JSON", 3, "again"), (207, '{"errors": [{"batch_index": 7}]}', 3, "again"), (404, "", 2, "again")],
)  # fmt: skip
def test_what_an_answer_means(status: int, text: str, number: int, kind: str) -> None:
    assert verdict_of(status, text, number).kind == kind


def test_a_batch_of_which_some_are_refused_has_taken_the_others() -> None:
    errors = [{"batch_index": 1, "reason": "invalid", "field": "name", "message": "no"}]
    found = verdict_of(207, json.dumps({"errors": errors}), 3)
    assert (found.kind, found.refused) == ("taken", {1: ("invalid", "name")})


@given(st.integers(100, 599), st.text(max_size=200), st.integers(1, 100))
def test_no_answer_is_without_a_verdict_and_only_a_success_takes(status: int, text: str, number: int) -> None:
    found = verdict_of(status, text, number)
    assert (found.kind == "taken") <= (status in (200, 207))
    assert set(found.refused) <= set(range(number))


def test_the_breaker_opens_after_five_failures_and_lets_one_request_find_out() -> None:
    breaker, now = Breaker(), 100.0
    for _ in range(MOST_FAILURES - 1):
        breaker = breaker.failed(now)
        assert breaker.may_ask(now)
    breaker = breaker.failed(now)
    assert breaker.state(now) == "open"
    later = now + OPEN_SECONDS
    assert breaker.state(later) == "half_open"
    assert breaker.may_ask(later)
    breaker = breaker.asked(later)
    assert not breaker.may_ask(later), "one only"
    assert breaker.failed(later).state(later) == "open"
    assert breaker.answered().state(later) == "closed"


def test_a_wrong_key_opens_it_at_once_and_a_pause_that_is_asked_for_is_no_failure() -> None:
    assert Breaker().refused_key(0.0).state(1.0) == "open"
    waiting = Breaker().asked_to_wait(0.0, 7.0)
    assert (waiting.state(6.9), waiting.state(7.0)) == ("open", "closed")


@given(st.integers(0, 10_000), st.randoms())
def test_a_pause_grows_to_a_minute_and_no_further(tries: int, chance: random.Random) -> None:
    assert 0.0 <= pause(tries, chance) <= min(60.0, 0.5 * 2 ** min(tries, 30))
