"""One workspace's events from the queue to a stand-in of Customer.io, in this process, with a clock that tests set."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from campaign_health.route.carriers import Carrier
from campaign_health.route.doors.door_keys import DoorKeys
from campaign_health.route.doors.event_door import EventDoor
from campaign_health.route.holding.hold_keeper import HoldKeeper
from campaign_health.route.holding.published_word import PublishedFile
from campaign_health.route.lanes.courier import Courier
from campaign_health.route.lanes.turn_decision import Deciding
from campaign_health.route.manifest_contract import read_contract
from campaign_health.route.moved_event import queued
from campaign_health.route.moving import Moving
from campaign_health.route.recovery.qualifying import PersonEvent
from storage.outbox.connection.outbox_connection import Place, PostgresPlace
from storage.outbox.events.event_queue import receive
from storage.outbox.events.event_tally import numbers
from storage.outbox.events.held_events import Hold, holds_now
from storage.outbox.group_commit import GroupCommit
from storage.outbox.route_file import PersonHash, committed, open_route_file
from storage.outbox.route_modes import set_mode

EVENT = "project.created"
MANIFEST = """\
version: 1
events:
  project.created:
    properties:
      plan: {type: string, required: true}
    route:
      attributes:
        plan: plan
        created: {count: this, within: 7 days}
    profile: {plan: plan}
campaigns:
  - id: 1
    event: project.created
"""


@dataclass
class Company:
    """What tests do with it: `happen` takes an event in; `sent` is what Customer.io was sent, in order."""

    place: Place
    outbox: GroupCommit
    moving: Moving
    keeper: HoldKeeper
    courier: Courier
    sent: list[dict[str, Any]]
    hash_of: PersonHash
    number: int = 0
    told: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=lambda: [200])

    def happen(
        self, person: str = "u-1", name: str = EVENT, *, ago: float = 0.0, number: int | None = None, **properties: Any
    ) -> bool:
        """Whether somebody wanted it."""
        self.number += 1
        at = time.time() - ago
        known = {"$insert_id": f"i-{self.number if number is None else number}", "$user_id": person}
        event = PersonEvent(at, {"plan": "pro"} | known | properties, name)
        routed = self.moving.routed(name)
        if routed is None:
            return False
        one = queued(event, routed, "default", "backend", time.time(), self.hash_of)
        self.outbox.submit(lambda connection: receive(connection, one)).result()
        self.courier.wake()
        return True

    def events(self) -> list[dict[str, Any]]:
        """The events that were sent."""
        return [one for one in self.sent if one["action"] == "event"]

    def numbers(self, event: str = EVENT) -> dict[str, int]:
        with open_route_file(self.place) as connection:
            return numbers(connection).get(("default", event), {})

    def holds(self) -> list[Hold]:
        with open_route_file(self.place) as connection:
            return holds_now(connection, "default")

    def write(self, write: Callable[[Any], Any]) -> None:
        with open_route_file(self.place) as connection, committed(connection):
            write(connection)


@contextmanager
def company(
    place: Place,
    manifest: str | None = MANIFEST,
    *,
    mode: str = "live",
    status: int = 200,
    clock: Callable[[], float] = time.time,
) -> Iterator[Company]:
    """With no `manifest` the one that is there already; Customer.io answers with `status` until told otherwise. By the
    `clock` it is decided what goes and what waits.
    """
    folder = place.data_dir if isinstance(place, PostgresPlace) else place
    path, answers = folder / "campaign-health.yaml", [status]
    if manifest is not None:
        path.write_text(manifest, encoding="utf-8")
    sent: list[dict[str, Any]] = []

    def post(path: str, body: bytes) -> tuple[int, str, None]:
        value = json.loads(body)
        sent.extend(value["batch"] if path.endswith("/batch") else [value])
        return answers[0], "{}", None

    with open_route_file(place) as connection, committed(connection):
        set_mode(connection, "default", EVENT, mode)
    hash_of = PersonHash(place)
    outbox = GroupCommit(place)
    outbox.start()
    told: list[str] = []
    moving = Moving("default", path, partial(read_contract, person_by="id"), told.append)
    courier = Courier(
        "default", place, outbox, moving.operation, post, moving.is_shadow, clock, refresh=moving.refresh,
        deciding=Deciding(hash_of, clock),
    )  # fmt: skip
    keeper = HoldKeeper(moving, place, outbox, PublishedFile(folder, "default"), courier.wake, clock=clock)
    door = EventDoor("default", DoorKeys(()), hash_of, outbox, moving.routed, courier.wake, time.time)
    carrier = Carrier(door, courier, keeper, None, lambda: None)
    carrier.start()
    try:
        yield Company(place, outbox, moving, keeper, courier, sent, hash_of, told=told, answers=answers)
    finally:
        carrier.stop()
        outbox.close()
