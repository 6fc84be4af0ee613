"""Cohorts where something gets in the way: words said in between, people without an id, and people who come late."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from campaign_health.route.cohorts.cohort_segment import CohortSegments
from storage.outbox.cohorts.cohort_list import begin_told_anew, set_segment
from storage.outbox.cohorts.cohort_sessions import CohortPage, take_page
from tests.cohorts_cast import Kept, kept, people


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Kept]:
    with kept(tmp_path, tmp_path) as one:
        yield one


def test_what_is_said_while_it_is_applied_holds_from_the_next_block_on(small: Kept) -> None:
    small.take("members", people(3_000), "s-1")
    small.look()
    number = small.cohort()[0].number
    small.sandbox.world.people.members[77] = set()
    small.sandbox.world.segments.append({"id": 77, "name": "VIP", "type": "manual"})
    small.live()
    add = CohortSegments.add

    def then_another(self: CohortSegments, segment_id: int, who: Any) -> tuple[str, ...]:
        done = add(self, segment_id, who)
        if segment_id != 77:
            small.write(lambda connection: set_segment(connection, number, 77, is_bound=False))
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CohortSegments, "add", then_another)
        small.look(6)
    first = next(one for one in small.sandbox.world.segments if one["id"] != 77)
    assert len(small.sandbox.world.people.members[int(first["id"])]) == 1_000
    assert small.segment == set(people(3_000)), "all of it in the new one"


def test_whoever_has_no_id_stays_in_the_segment_and_keeps_nothing_back(tmp_path: Path) -> None:
    with kept(tmp_path, tmp_path, CAMPAIGN_HEALTH_ROUTE_PERSON="email") as one:
        addresses = [f"a{number}@elsewhere.example" for number in range(20)]
        one.sandbox.world.received.created.update(dict.fromkeys(addresses, ""))

        def take(session: str, who: list[str]) -> None:
            page = CohortPage("default", "mixpanel", "9", "n", session, "members", 1, 1, who)
            one.write(lambda connection: take_page(connection, page, one.now))

        take("s-1", addresses)
        one.live()
        one.look(8)
        assert one.segment == set(addresses)
        take("s-2", [*addresses[:11], "b@elsewhere.example"])
        one.sandbox.world.received.created["b@elsewhere.example"] = ""
        one.look(12)
        assert one.segment == {*addresses, "b@elsewhere.example"}
        assert one.cohort()[0].held_since is None
        one.now += 86_400
        one.look(12)
        assert one.cohort()[0].held_since is None
        assert not one.told or "9 people without an id" in one.told[0]


def test_whom_customerio_does_not_know_is_tried_again_every_day_also_where_the_cohort_changes_all_the_time(
    small: Kept,
) -> None:
    small.sandbox.world.people.not_there = frozenset(("u-3",))
    small.take("members", people(50), "s-1")
    small.live()
    small.look(8)
    small.sandbox.world.people.not_there = frozenset()
    for number in range(50):
        small.now += 1_800
        small.take("add_members", people(1, 100 + number), f"t-{number}")
        small.look(2)
    assert "u-3" in small.segment


def test_what_amplitude_tells_after_a_cohort_was_off_is_applied_once_it_is_said_that_all_is_told_anew(
    small: Kept,
) -> None:
    def take(who: list[str], told_at: int) -> None:
        page = CohortPage("default", "amplitude", "k3", "n", str(told_at), "add", 1, None, who)
        small.write(lambda connection: take_page(connection, page, small.now))

    take(people(10), 100)
    small.live()
    small.look(16)
    assert small.segment == set(people(10))
    small.live("off")
    small.live()
    take(people(6, 20), 200)
    small.look(16)
    assert small.segment == set(people(10)), "of ten nobody said that they left"
    take(people(10), 300)
    number = small.cohort()[0].number
    small.write(lambda connection: begin_told_anew(connection, number))
    small.look(16)
    assert small.segment == set(people(10)) | set(people(6, 20))


def test_a_clock_that_was_put_back_holds_nothing_up(small: Kept) -> None:
    page = CohortPage("default", "amplitude", "k3", "n", "100", "add", 1, None, people(10))
    small.write(lambda connection: take_page(connection, page, small.now + 86_400))
    small.live()
    small.look(6)
    assert small.segment == set(people(10))


@pytest.mark.parametrize(("kind", "why"), [("dynamic", "fills itself by its conditions"), (None, "has no segment 77")])
def test_a_segment_that_cannot_be_filled_is_told_and_left_alone(small: Kept, kind: str | None, why: str) -> None:
    small.sandbox.world.people.members[77] = set(people(5, 50))
    if kind:
        small.sandbox.world.segments.append({"id": 77, "name": "Paying", "type": kind})
    small.take("members", people(10), "s-1")
    small.look()
    number = small.cohort()[0].number
    small.write(lambda connection: set_segment(connection, number, 77, is_bound=False))
    small.live()
    small.look(4)
    assert why in small.told[0]
    assert small.segment == set(people(5, 50))
