"""Several listeners on one PostgreSQL: each lane is one's alone, and nothing is lost when one of them is."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import count
from typing import Any

from campaign_health.route.lanes.loading import Loading
from campaign_health.route.lanes.turns import Turns
from storage.outbox.connection.lane_groups import EVERY_GROUP, GROUPS
from storage.outbox.connection.outbox_connection import Place, PostgresPlace, committed
from storage.outbox.connection.shared_groups import SharedGroups
from storage.outbox.events.event_queue import receive
from storage.outbox.route_file import open_route_file
from tests.outbox_places import lose_all
from tests.test_lanes_courier import Destination, carrying, is_empty, queued, take_in, told
from tests.waiting import until


def listeners(place: PostgresPlace, number: int) -> list[SharedGroups]:
    """So many, that look anew whenever they are asked."""
    ticks = count(0, 10)
    return [SharedGroups(place.url, "default", GROUPS, lambda: float(next(ticks))) for _ in range(number)]


def shares(some: Sequence[SharedGroups]) -> list[int]:
    """How many groups each has in the end; every group is one's."""
    found: list[frozenset[int]] = []

    def are_steady() -> bool:
        before, found[:] = list(found), [one.look(()) for one in some]
        return before == found and sum(map(len, found)) == GROUPS

    until(are_steady)
    assert Counter(group for own in found for group in own) == dict.fromkeys(EVERY_GROUP, 1)
    return [len(own) for own in found]


def test_listeners_share_all_lanes_out_and_take_over_those_of_one_that_ends(postgres_place: PostgresPlace) -> None:
    some = listeners(postgres_place, 3)
    assert shares(some[:1]) == [64]
    assert shares(some[:2]) == [32, 32]
    assert shares(some) == [22, 22, 20]
    some[0].close()
    assert shares(some[1:]) == [32, 32]
    some[1].close()
    assert shares(some[2:]) == [64]
    some[2].close()


def test_a_lane_of_which_a_request_is_out_is_not_given_away(postgres_place: PostgresPlace) -> None:
    first, second = listeners(postgres_place, 2)
    busy = set(range(50))
    assert first.look(busy) == EVERY_GROUP
    second.look(())
    for _ in range(3):
        kept, taken = first.look(busy), second.look(())
    assert kept == busy
    assert taken == EVERY_GROUP - busy
    first.close()
    second.close()


def test_whoever_loses_the_database_has_no_lanes_until_it_is_there_again(postgres_place: PostgresPlace) -> None:
    (only,) = listeners(postgres_place, 1)
    assert only.look(()) == EVERY_GROUP
    lose_all(postgres_place)
    assert only.look(()) == frozenset()
    assert only.look(()) == EVERY_GROUP
    only.close()


def test_workspaces_share_out_each_for_itself(postgres_place: PostgresPlace) -> None:
    with ExitStack() as stack:
        for workspace in ("one", "other"):
            groups = SharedGroups(postgres_place.url, workspace, GROUPS)
            stack.callback(groups.close)
            assert groups.look(()) == EVERY_GROUP


def test_an_event_whose_transaction_takes_longer_than_a_later_ones_is_not_passed_over(place: Place) -> None:
    """A place in the queue is given out before it can be seen: whoever reads on behind a higher one would miss it."""
    turns, loading = Turns(), Loading("default")

    def second_one() -> None:
        with open_route_file(place) as connection, committed(connection):
            # Of another name: those of one are counted together, which waits for one another anyway.
            receive(connection, queued(2, "ben")._replace(event="other"))

    with open_route_file(place) as reader, open_route_file(place) as writer:
        later = threading.Thread(target=second_one)
        with committed(writer):
            receive(writer, queued(1, "ada"))
            later.start()
            later.join(0.5)
            loading.share(reader, turns, EVERY_GROUP)
            loading.load(reader, turns)
        later.join()
        loading.load(reader, turns)
    assert sorted(event.person for lane in turns.parked["fresh"].values() for event in lane) == ["ada", "ben"]


def test_what_two_take_in_at_once_is_one_event_and_nobody_waits_for_ever(place: Place) -> None:
    events = [queued(number, f"p-{number}") for number in range(40)]
    new: list[bool] = []

    def take(order: Sequence[int]) -> None:
        with open_route_file(place) as connection:
            for start in range(0, 40, 10):
                with committed(connection):
                    new.extend(receive(connection, events[number]) for number in order[start : start + 10])

    threads = [threading.Thread(target=take, args=[order]) for order in (range(40), range(39, -1, -1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert Counter(new) == {True: 40, False: 40}
    assert told(place) == {"received": 40, "waiting": 40}


def test_events_of_both_doors_go_out_once_and_in_order_while_listeners_come_and_go(
    postgres_place: PostgresPlace,
) -> None:
    sent: Counter[int] = Counter()

    def answer(items: list[dict[str, Any]]) -> None:
        time.sleep(0.002)
        sent.update(one["attributes"]["number"] for one in items)

    destination = Destination(answer)
    with carrying(postgres_place, destination.post) as (outbox, courier):
        number = 0
        for _ in range(3):
            with carrying(postgres_place, destination.post) as (other_outbox, other):
                for _ in range(10):
                    for to, by in ((outbox, courier), (other_outbox, other)):
                        take_in(to, by, *(queued(number + place, f"p-{place % 15}") for place in range(30)))
                        number += 30
                    time.sleep(0.2)
        until(is_empty(postgres_place, number))
    assert told(postgres_place) == {"received": number, "delivered": number}
    assert sent == dict.fromkeys(range(number), 1), "no two listeners sent the same"
    assert all(some == sorted(some) for some in destination.accepted.values())
    assert all(len(ulids) == 1 for ulids in destination.ulids.values())


def test_sending_goes_on_once_the_lost_database_is_back(postgres_place: PostgresPlace) -> None:
    destination = Destination()
    with carrying(postgres_place, destination.post) as (outbox, courier):
        take_in(outbox, courier, *(queued(number, f"p-{number % 5}") for number in range(50)))
        lose_all(postgres_place)
        until(is_empty(postgres_place, 50))
        # The first write finds out that the connection is gone; whoever sent it sends it again.
        until(lambda: outbox.can_write)
        take_in(outbox, courier, queued(50, "p-0"))
        until(is_empty(postgres_place, 51))
    assert told(postgres_place) == {"received": 51, "delivered": 51}
    assert all(some == sorted(some) for some in destination.accepted.values())
