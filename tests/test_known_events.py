"""One event is one, whoever tells of it and however often; two are two, also where their senders gave them one id."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign_health.route.moved_event import Routed, queued
from campaign_health.route.recovery.qualifying import PersonEvent
from storage.outbox.connection.outbox_connection import Place
from storage.outbox.events.event_queue import receive_all, receive_each
from storage.outbox.events.queued_event import QueuedEvent
from storage.outbox.route_file import committed, open_route_file
from tests.left_out import examples

NOW = 1_800_000_000.0


def told(person: str, at: float = NOW, source: str = "backend", key: bytes = b"k" * 16) -> QueuedEvent:
    """An event under the one id that its sender gives to all."""
    return QueuedEvent(
        "default", "limit", key, person, at, at, at + 60, source, "{}", hashed_person=person.encode() * 8
    )  # fmt: skip


def new(place: Place, *events: QueuedEvent) -> list[int]:
    """How many of each were new."""
    with open_route_file(place) as connection, committed(connection):
        return [receive_all(connection, [one]) for one in events]


def test_people_who_share_an_id_are_apart_and_each_is_one(place: Place) -> None:
    assert new(place, told("ada"), told("eve"), told("ada"), told("eve"), told("bob", NOW + 5)) == [1, 1, 0, 0, 1]


def test_what_mixpanel_says_of_somebody_who_was_merged_since_is_the_same_event(place: Place) -> None:
    assert new(place, told("old"), told("merged", NOW + 1, "export"), told("merged", NOW + 1, "stream")) == [1, 0, 0]


def test_the_exports_copies_of_people_who_share_an_id_are_the_doors_own_in_either_order(place: Place) -> None:
    some = [told("ada"), told("eve", NOW + 600)]
    copies = [one._replace(source="export") for one in some]
    assert new(place, *some, *copies) == [1, 1, 0, 0]
    other = [one._replace(key=b"o" * 16) for one in (*copies, *some)]
    assert new(place, *other) == [1, 1, 0, 0]


def test_an_id_that_comes_again_days_later_is_another_event(place: Place) -> None:
    days = [told(person, NOW + 86_400 * 2 * number) for number in range(3) for person in ("ada", "eve")]
    assert new(place, *days, *days) == [1] * 6 + [0] * 6, "day by day, and each of them once more"


@settings(max_examples=examples(60, 15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 300)), max_size=6, unique_by=lambda one: one[0]),
    st.randoms(use_true_random=False),
)
def test_however_often_and_in_whatever_order_they_come_there_are_as_many_as_people(
    tmp_path_factory: object, some: list[tuple[str, int]], chance: random.Random
) -> None:
    place = tmp_path_factory.mktemp("known")  # type: ignore[attr-defined]
    events = [told(person, NOW + seconds, source) for person, seconds in some for source in ("backend", "segment")]
    assert sum(new(place, *chance.sample(events * 2, len(events) * 2))) == len(some)


def outcome(place: Place, requests: list[list[QueuedEvent]], *, together: bool) -> tuple[list[int], list[object]]:
    """How many of each request were new, and what waits or is a letter then."""
    with open_route_file(place) as connection, committed(connection):
        if together:
            numbers = receive_each(connection, requests)
        else:
            numbers = [receive_all(connection, some) for some in requests]
        rows = connection.execute("SELECT key, person FROM event_queue UNION ALL SELECT key, '' FROM letter")
        return numbers, sorted(rows.fetchall())


STATES = st.tuples(
    st.sampled_from(["", "ada", "eve"]), st.sampled_from([0.0, 5.0, 3 * 86_400.0]), st.sampled_from("kx")
)


@settings(max_examples=examples(80, 20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(STATES, min_size=1, max_size=3), min_size=1, max_size=4))
def test_requests_that_are_written_together_become_what_they_would_have_become_one_after_the_other(
    tmp_path_factory: object, drawn: list[list[tuple[str, float, str]]]
) -> None:
    requests = [[told(person, NOW + at, key=key.encode() * 16) for person, at, key in some] for some in drawn]
    apart, at_once = (
        outcome(tmp_path_factory.mktemp("known"), requests, together=together)  # type: ignore[attr-defined]
        for together in (False, True)
    )
    assert apart == at_once


def test_a_repeat_is_none_where_its_id_is_that_of_a_letter_of_days_before(place: Place) -> None:
    nobody, somebody = told(""), told("ada", NOW + 3 * 86_400)
    assert new(place, nobody, somebody, somebody) == [1, 1, 0]


def test_events_of_two_devices_in_one_second_are_two() -> None:
    routed = Routed("limit", 60.0, lambda properties: None, lambda properties: properties)
    keys = {
        queued(
            PersonEvent(NOW, {"$device_id": device}, "limit"), routed, "default", "backend", NOW, lambda a, b: b""
        ).key
        for device in ("d1", "d2")
    }
    assert len(keys) == 2
