"""Cohorts and their segments: equal after each whole session, and never touched by half of one."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaign_health.route.cohorts import cohort_keeper
from campaign_health.route.doors.cohort_doors.amplitude_cohort import AmplitudeCohort
from campaign_health.sandbox.amplitude.cohort_messages import cohort_messages
from storage.outbox.cohorts.cohort_list import release_cohort, set_segment
from storage.outbox.cohorts.cohort_sessions import CohortPage, take_page
from storage.outbox.connection.outbox_connection import Place
from storage.outbox.route_file import open_route_file
from tests.cohorts_cast import Kept, kept, people
from tests.openapi import request_violations, require_descriptions


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Kept]:
    with kept(tmp_path, tmp_path) as one:
        yield one


def test_the_segment_equals_a_cohort_of_25000_after_each_whole_session(tmp_path: Path) -> None:
    with kept(tmp_path, tmp_path) as one:
        first, second = people(25_000), people(24_000, 1_500)
        assert one.take("members", first, "s-1") == ["taken"] * 25
        one.look()
        assert (one.segment, one.changes()) == (set(), 0), "in shadow nothing is written"
        assert one.cohort()[1].to_add == 25_000
        one.live()
        one.look()
        assert one.segment == set(first)
        assert one.changes() == 25

        # Half a session, however much of it: nothing is applied, and nobody is taken out and put in again.
        one.take("members", second, "s-2", only=[number for number in range(1, 25) if number != 7])
        one.look(40)
        assert (one.segment, one.changes()) == (set(first), 0)
        assert one.take("members", second, "s-2", only=[7]) == ["taken"]
        one.look()
        assert one.segment == set(second)
        assert one.changes() == 2 + 1, "1,500 left and 500 came"

        # The same again, and the same people in a session of their own: nothing is to be done.
        assert one.take("members", second, "s-2") == ["repeated"] * 24
        one.take("members", second, "s-3", only=random.Random(1).sample(range(1, 25), 24))
        one.look()
        assert (one.segment, one.changes()) == (set(second), 0)

        # Half of it is gone: kept back, told once; it goes on by itself once the cohort is what it was.
        one.take("members", second[:9_000], "s-4")
        one.look(10)
        assert (one.segment, one.changes()) == (set(second), 0)
        assert [word for word in one.told if "24,000 people would become 9,000" in word] == one.told
        assert len(one.told) == 1
        third = people(23_000, 2_000)
        one.take("members", third, "s-5")
        one.look()
        assert one.segment == set(third)
        assert one.cohort()[0].held_since is None

        # The same with a person's word; then the cohort that is empty.
        one.take("members", third[:9_000], "s-6")
        one.look()
        assert one.segment == set(third)
        number = one.cohort()[0].number
        one.write(lambda connection: release_cohort(connection, number))
        one.look()
        assert one.segment == set(third[:9_000])
        one.take("members", [], "s-7")
        one.look(10)
        assert one.segment == set(third[:9_000])
        assert one.cohort()[1].told == 0


def test_a_session_that_a_newer_one_overtook_is_not_applied_when_its_last_page_comes(
    place: Place, tmp_path: Path
) -> None:
    with kept(place, tmp_path) as one:
        _overtaken(one)


def _overtaken(small: Kept) -> None:
    old, new = people(2_500), people(2_600, 100)
    small.take("members", old, "s-1")
    small.live()
    small.look()
    small.take("members", people(2_400), "s-2", only=[1, 3])
    small.take("members", new, "s-3")
    small.look()
    assert small.segment == set(new)
    assert small.take("members", people(2_400), "s-2", only=[2]) == ["stale"]
    small.look()
    assert small.segment == set(new)


def test_an_export_that_begins_again_from_the_top_with_other_pages_is_taken_as_it_is_then(small: Kept) -> None:
    small.take("members", people(3_000), "s-1", only=[1, 2])
    small.take("members", people(1_500, 500), "s-1")
    small.live()
    small.look()
    assert small.segment == set(people(1_500, 500))


def test_who_comes_and_goes_is_followed_and_a_swap_within_one_export_is_no_loss(small: Kept) -> None:
    small.take("members", people(2_000), "s-1")
    small.live()
    small.look()
    small.take("remove_members", people(1_500), "s-2")
    small.take("add_members", people(1_800, 5_000), "s-2")
    small.take("add_members", people(1_800, 5_000), "s-2")
    small.look()
    assert small.segment == set(people(500, 1_500)) | set(people(1_800, 5_000))
    assert not small.told
    small.changes()
    small.take("add_members", [], "s-3")
    small.look()
    assert small.changes() == 0


def test_without_a_whole_list_nothing_is_applied(small: Kept) -> None:
    small.take("add_members", people(10), "s-1")
    small.live()
    small.look()
    assert small.cohort()[0].segment_id is None
    small.take("members", people(20), "s-2")
    small.look()
    assert small.segment == set(people(20))


def test_what_is_turned_off_begins_with_a_whole_list_again(small: Kept) -> None:
    small.take("members", people(100), "s-1")
    small.live()
    small.look()
    small.live("off")
    assert small.take("members", people(50), "s-2") == ["off"]
    small.live()
    small.take("remove_members", people(3), "s-3")
    small.look()
    assert small.segment == set(people(100))
    small.take("members", people(90, 3), "s-4")
    small.look()
    assert small.segment == set(people(90, 3))


def test_whom_customerio_does_not_know_is_counted_and_tried_again_the_next_day(small: Kept) -> None:
    small.sandbox.world.people.not_there = frozenset(("u-3", "u-4"))
    small.take("members", people(50), "s-1")
    small.live()
    small.look(8)
    cohort, numbers = small.cohort()
    assert (numbers.placed, numbers.unknown, cohort.counted) == (48, 2, 48)
    small.sandbox.world.people.not_there = frozenset()
    small.changes()
    small.look(8)
    assert small.changes() == 0
    small.now += 86_400
    small.look(8)
    assert small.segment == set(people(50))
    assert small.cohort()[1].unknown == 0


def test_whoever_is_put_into_the_segment_by_hand_is_taken_out_at_the_next_count(small: Kept) -> None:
    small.take("members", people(50), "s-1")
    small.live()
    small.look()
    number = small.cohort()[0].segment_id
    assert number is not None
    small.sandbox.world.people.members[number] |= {"u-900", "u-901"}
    small.sandbox.world.people.members[number] -= {"u-7"}
    small.now += 86_400
    small.look(8)
    assert small.segment == set(people(50))


def test_a_segment_that_is_full_of_others_is_not_emptied_without_a_word(small: Kept) -> None:
    small.sandbox.world.people.members[77] = set(people(500, 1_000))
    small.sandbox.world.segments.append({"id": 77, "name": "VIP", "type": "manual"})
    small.take("members", people(50), "s-1")
    small.look()
    number = small.cohort()[0].number
    small.write(lambda connection: set_segment(connection, number, 77, is_bound=False))
    small.live()
    small.look(8)
    assert small.segment == set(people(500, 1_000))
    assert "550 people would become 50" in small.told[0]
    small.write(lambda connection: release_cohort(connection, number))
    small.look(8)
    assert small.segment == set(people(50))


def test_what_customerio_does_not_take_is_told_once_and_tried_again(small: Kept) -> None:
    small.take("members", people(1_500), "s-1")
    small.live()
    small.sandbox.fail("bad_request", "customerio-track.add_customers", at=2)
    small.look(2)
    assert len(small.told) == 1
    assert "u-" not in small.told[0]
    assert small.cohort()[0].trouble
    small.now += cohort_keeper.AGAIN_SECONDS
    small.look(4)
    assert small.segment == set(people(1_500))
    assert not small.cohort()[0].trouble


def test_people_who_are_known_by_their_addresses_are_put_in_and_taken_out(tmp_path: Path) -> None:
    with kept(tmp_path, tmp_path, CAMPAIGN_HEALTH_ROUTE_PERSON="email") as one:

        def take(session: str, who: list[str]) -> None:
            page = CohortPage(
                "default", "mixpanel", "9", "n", session, "members", 1, 1, [f"{w}@people.example" for w in who]
            )
            one.write(lambda connection: take_page(connection, page, one.now))

        take("s-1", people(30))
        one.live()
        one.look()
        assert one.segment == set(people(30))
        take("s-2", people(25, 2))
        one.look()
        assert one.segment == set(people(25, 2))


def test_a_second_listener_leaves_alone_what_the_first_one_applies(postgres_place: Place, tmp_path: Path) -> None:
    with kept(postgres_place, tmp_path) as one:
        one.take("members", people(10), "s-1")
        one.live()
        one.look(1)
        other = cohort_keeper.CohortKeeper("default", one.place, one.outbox, one.keeper.opened, one.told.append,
                                           clock=lambda: one.now)  # fmt: skip
        one.look(3)
        one.take("members", people(12), "s-2")
        one.changes()
        with open_route_file(one.place) as connection:
            other.look(connection)
        assert one.changes() == 0
        one.now += cohort_keeper.LEASE_SECONDS + 1
        for _ in range(3):
            one.now += cohort_keeper.SETTLED_SECONDS
            with open_route_file(one.place) as connection:
                other.look(connection)
        assert one.segment == set(people(12))


def test_all_that_is_asked_of_customerio_is_as_its_description_says(small: Kept) -> None:
    require_descriptions()
    small.take("members", people(1_200), "s-1")
    small.live()
    small.look()
    small.take("members", people(1_000, 100), "s-2")
    small.look()
    assert small.sandbox.count("customerio-track.remove_customers") == 1
    assert request_violations(small.sandbox.requests) == []


def test_what_amplitude_tells_is_applied_once_no_message_is_lacking_and_none_comes_any_more(small: Kept) -> None:
    def take(is_in: bool, who: list[str], told_at: int, *places: int) -> None:
        bodies = list(cohort_messages(is_in, who, told_at))
        for place in places:
            page = AmplitudeCohort().page(json.dumps(bodies[place]).encode(), "default", "id")
            small.write(lambda connection, page=page: take_page(connection, page, small.now))

    take(True, people(2_500), 100, 0, 2, 0)
    small.live()
    small.look(20)
    assert small.cohort()[0].segment_id is None, "one of three is lacking"
    take(True, people(2_500), 100, 1)
    take(False, people(100), 160, 0)
    small.look(8)
    assert small.segment == set(), "another one may come"
    small.look(10)
    assert small.segment == set(people(2_400, 100))
    take(True, people(2_500), 100, 1)
    take(True, people(50), 220, 0)
    small.look(16)
    assert small.segment == set(people(50)) | set(people(2_400, 100))
    take(True, people(3_000, 9_000), 280, 0, 2)
    small.look(250)
    assert small.segment == set(people(50)) | set(people(2_400, 100))
    assert "a part is lacking" in small.told[-1]
