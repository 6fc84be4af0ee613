"""Counts, and messages that are given once: by event time, whatever comes late, twice, or while another goes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_health.manifest.manifest_reading import parse_manifest
from campaign_health.route.mapping.once_rule import claims, once_rules
from storage.outbox.connection.outbox_connection import Place
from storage.outbox.events.event_queue import finish, receive
from storage.outbox.events.event_windows import (
    FOR_EVER,
    claim_once,
    forget_windows,
    how_many,
    settle_once,
    sweep_windows,
)
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.route_file import Connection, open_route_file
from tests.holding_cast import EVENT, MANIFEST, company
from tests.outbox_places import place_in
from tests.waiting import until

HIT = "limit"
WEEK = 7 * 86_400.0
ONCE = MANIFEST + "    once: 7 days\n    when: {created: at least 3}\n"


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def connection(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    folder = tmp_path_factory.mktemp("windows")
    with open_route_file(place_in(request, request.param, folder)) as found:
        yield found


def event(number: int, at: float, person: str = "ada") -> QueuedEvent:
    return QueuedEvent(
        "default", HIT, number.to_bytes(16, "big"), person, at, at, at + 60, "backend", "{}", 0, person.encode(), WEEK
    )


@settings(deadline=None)
@given(
    times=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40 * 3600)), max_size=20),
    within=st.sampled_from([3600.0, 8 * 3600.0, 86_400.0]),
)
def test_a_count_is_what_a_recount_gives_in_whatever_order_events_come(
    connection: Connection, times: list[tuple[str, int]], within: float
) -> None:
    connection.execute("BEGIN")
    try:
        for number, (person, at) in enumerate(times):
            assert receive(connection, event(number, float(at), person))
            assert not receive(connection, event(number, float(at), person)), "the same event counts once"
        for person, at in times:
            wanted = sum(1 for other, time in times if other == person and at - within < time <= at)
            assert how_many(connection, "default", HIT, person.encode(), float(at), within) == wanted
    finally:
        connection.execute("ROLLBACK")


@settings(deadline=None)
@given(
    events=st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["given", "failed", "open"])), max_size=12),
    seconds=st.sampled_from([1.0, 5.0, 20.0, FOR_EVER]),
)
def test_once_never_lets_two_through_and_never_none(
    connection: Connection, events: list[tuple[int, str]], seconds: float
) -> None:
    connection.execute("BEGIN")
    given_at: list[int] = []
    on_the_way: list[int] = []
    try:
        for number, (at, becomes) in enumerate(events):
            key = number.to_bytes(16, "big")
            answer = claim_once(connection, "default", b"ada", key, float(at), [("offer", seconds)])
            near = [time for time in given_at if abs(time - at) < seconds]
            open_near = [time for time in on_the_way if abs(time - at) < seconds]
            assert answer == ("had" if near else "wait" if open_near else "go")
            if answer != "go":
                continue
            assert claim_once(connection, "default", b"ada", key, float(at), [("offer", seconds)]) == "go", "a retry"
            if becomes == "open":
                on_the_way.append(at)
            else:
                settle_once(connection, [key], is_given=becomes == "given")
                given_at += [at] if becomes == "given" else []
    finally:
        connection.execute("ROLLBACK")


def test_an_event_of_two_campaigns_goes_while_one_of_them_is_due(connection: Connection) -> None:
    connection.execute("BEGIN")
    try:
        both = [("offer", WEEK), ("tips", 3600.0)]
        assert claim_once(connection, "default", b"ada", b"1" * 16, 0.0, both) == "go"
        settle_once(connection, [b"1" * 16], is_given=True)
        assert claim_once(connection, "default", b"ada", b"2" * 16, 1800.0, both) == "had"
        assert claim_once(connection, "default", b"ada", b"3" * 16, 7200.0, both) == "go"
        assert claim_once(connection, "default", b"eve", b"4" * 16, 7200.0, both) == "go"
        assert forget_windows(connection, b"ada") == 4
        sweep_windows(connection, 60 * 86_400.0)
        assert connection.execute("SELECT count(*) FROM once_given").fetchone() == (0,)
    finally:
        connection.execute("ROLLBACK")


def test_only_what_a_campaign_waits_for_uses_it_up() -> None:
    rules = once_rules(parse_manifest(ONCE).manifest.campaigns, {EVENT})
    assert claims(rules, {"created": 2}) == []
    assert claims(rules, {"created": 3}) == [("1", WEEK)]
    unbound = once_rules(parse_manifest(ONCE + f"  - {{id: 2, event: {EVENT}}}\n").manifest.campaigns, {EVENT})
    assert claims(unbound, {"created": 3}) == [], "a campaign without a bound gets each"


@pytest.mark.slow("route")
def test_the_third_in_seven_days_is_the_one_that_is_given_and_a_fourth_is_not(place: Place) -> None:
    with company(place, ONCE) as found:
        for ago in (9 * 86_400.0, 60.0, 40.0, 30.0, 20.0, 10.0):
            found.happen("ada", ago=ago)
        found.happen("eve", ago=5.0)
        until(lambda: sum(found.numbers().get(name, 0) for name in ("delivered", "suppressed_once", "expired")) == 7)
        sent = [(one["identifiers"]["id"], one["attributes"]["created"]) for one in found.events()]
        assert sorted(sent) == [("ada", 1), ("ada", 2), ("ada", 3), ("eve", 1)]
        assert found.numbers()["suppressed_once"] == 2


@pytest.mark.slow("route")
def test_a_person_is_told_of_once_while_nothing_of_them_changes(place: Place) -> None:
    with company(place) as found:
        for number, plan in enumerate(["pro", "pro", "free", "free", "pro"]):
            found.happen("ada", plan=plan, number=number)
            until(lambda number=number: len(found.events()) == number + 1)  # type: ignore[misc]
        told = [one["attributes"]["plan"] for one in found.sent if one["action"] == "identify"]
        assert told == ["pro", "free", "pro"]


def test_what_could_not_be_sent_leaves_the_message_to_the_next_one(connection: Connection) -> None:
    connection.execute("BEGIN")
    try:
        receive(connection, event(1, 0.0))
        assert claim_once(connection, "default", b"ada", (1).to_bytes(16, "big"), 0.0, [("offer", WEEK)]) == "go"
        finish(connection, [(1).to_bytes(16, "big")], "shadowed")
        assert claim_once(connection, "default", b"ada", b"2" * 16, 1.0, [("offer", WEEK)]) == "go"
    finally:
        connection.execute("ROLLBACK")
