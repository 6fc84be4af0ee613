"""Who is on a device is looked for also where nobody knew, a moment ago, that anything waits for that."""

from __future__ import annotations

import time

from campaign_health.route.doors.browser_limits import BrowserLimits
from campaign_health.route.doors.device_joins import DeviceJoins
from campaign_health.route.moved_event import queued
from campaign_health.route.recovery.qualifying import PersonEvent
from storage.outbox.connection.outbox_connection import Place
from storage.outbox.events.event_queue import receive
from storage.outbox.route_file import open_route_file
from tests.holding_cast import EVENT, Company, company
from tests.outbox_places import place, postgres_place, postgres_server
from tests.waiting import until

__all__ = ["place", "postgres_place", "postgres_server"]


def joins_of(found: Company) -> DeviceJoins:
    limits = BrowserLimits(time.time)
    return DeviceJoins("default", 900.0, found.hash_of, found.outbox, found.moving.routed, limits, time.time)


def test_what_another_listener_has_waiting_is_joined_by_one_that_saw_nothing_wait(place: Place) -> None:
    with company(place) as found:
        one, another = joins_of(found), joins_of(found)
        with open_route_file(place) as connection:
            one.look(connection)
        routed = found.moving.routed(EVENT)
        assert routed is not None
        properties = {"$insert_id": "i-1", "$device_id": "d-1", "plan": "pro"}
        event = PersonEvent(time.time(), properties, EVENT)
        waiting = another.may_wait(
            queued(event, routed, "default", "backend", time.time(), found.hash_of), properties, routed
        )
        assert waiting.device
        found.write(lambda connection: receive(connection, waiting))
        join = one.join({"$device_id": "d-1", "$user_id": "ada"}, "backend")
        assert join is not None
        found.write(lambda connection: one.apply(connection, join))
        found.courier.wake()
        until(lambda: found.numbers().get("delivered") == 1)
        assert [sent["identifiers"] for sent in found.events()] == [{"id": "ada"}]
