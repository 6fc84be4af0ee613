"""What carries a workspace's events: the door that takes them in, and the courier that brings them to Customer.io."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from campaign_health.route.cohorts.cohort_keeper import CohortKeeper
from campaign_health.route.cohorts.cohort_opening import segments_opened
from campaign_health.route.doors.cohort_doors.cohort_door import CohortDoor
from campaign_health.route.doors.door_keys import DoorKeys
from campaign_health.route.doors.event_door import EventDoor
from campaign_health.route.doors.named_people import NamedPeople
from campaign_health.route.doors.stripe_door import StripeDoor
from campaign_health.route.holding.hold_keeper import HoldKeeper
from campaign_health.route.holding.published_word import PublishedFile
from campaign_health.route.lanes.courier import LAST_SECONDS, Courier
from campaign_health.route.lanes.track_post import poster
from campaign_health.route.lanes.turn_decision import Deciding
from campaign_health.route.manifest_contract import read_contract
from campaign_health.route.moving import Moving
from campaign_health.route.net.absence_look import AbsenceLook
from campaign_health.route.net.export_net import ExportNet
from campaign_health.route.net.export_reading import ExportReading
from campaign_health.route.net.export_source import ExportSource
from campaign_health.route.steady_thread import SteadyThread
from campaign_health.route.stripe_parts import stripe_parts
from campaign_health.settings import Settings, WorkspaceSettings
from campaign_health.settings.clients import mixpanel_client
from collectors.http.retrying import Retries
from storage.outbox.connection.outbox_connection import Connection, Place
from storage.outbox.group_commit import GroupCommit
from storage.outbox.route_file import PersonHash


@dataclass(frozen=True)
class Carrier:
    """One workspace's door and courier, who keeps its holds and its cohorts, and its doors for those and for Stripe;
    `close` ends its connections.

    `export` looks for what the door missed; None where Mixpanel is not to be asked.
    """

    door: EventDoor
    courier: Courier
    keeper: HoldKeeper
    export: ExportReading | None
    close: Callable[[], None]
    stripe: StripeDoor | None = None
    cohort_door: CohortDoor | None = None
    cohorts: CohortKeeper | None = None

    @property
    def threads(self) -> list[SteadyThread]:
        """What is to run all the time."""
        beside = [one.thread for one in (self.export, self.cohorts) if one is not None]
        return [self.courier.thread, self.keeper.thread, *beside]

    def start(self) -> None:
        """Begin to carry."""
        self.keeper.start()
        self.courier.start()
        for one in (self.export, self.cohorts):
            if one is not None:
                one.start()

    def stop(self, seconds: float = LAST_SECONDS) -> None:
        """End; what is just being sent is waited for so long."""
        for one in (self.export, self.cohorts):
            if one is not None:
                one.stop()
        self.keeper.stop()
        self.courier.stop(seconds)
        self.close()


def carriers_of(
    settings: Settings, place: Place, outbox: GroupCommit, hash_of: PersonHash, told: Callable[[str], None]
) -> dict[str, Carrier]:
    """One for each workspace that has a token, the Track API's keys and a manifest.

    Raises:
        UnusableSetting: an address cannot be used.
    """
    found = {}
    for one in settings.workspaces:
        if one.route.tokens and one.route.track_api_key is not None and one.manifest_path is not None:
            found[one.name] = _carrier(one, one.manifest_path, settings, place, outbox, hash_of, told)
    return found


def _carrier(
    one: WorkspaceSettings, manifest: Path, settings: Settings, place: Place, outbox: GroupCommit, hash_of: PersonHash,
    told: Callable[[str], None],
) -> Carrier:  # fmt: skip
    moving = Moving(one.name, manifest, partial(read_contract, person_by=one.route.person), told)
    post, close = poster(one.route)
    stripe = stripe_parts(one.name, one.route, outbox, hash_of, told)

    def refresh(connection: Connection) -> bool:
        stripe.enricher.cache.forget(connection)
        door.joins.look(connection)
        return moving.refresh(connection)

    courier = Courier(
        one.name,
        place,
        outbox,
        moving.operation,
        post,
        moving.is_shadow,
        refresh=refresh,
        deciding=Deciding(hash_of, zone=_zone(one, settings)),
        enrich=stripe.enricher.fill,
    )
    keys = DoorKeys(
        tuple(token.get_secret_value() for token in one.route.tokens),
        one.route.mixpanel_token,
        frozenset(one.route.browser_origins),
        one.route.trusts_browsers,
    )
    door = EventDoor(
        one.name,
        keys,
        hash_of,
        outbox,
        moving.routed,
        courier.wake,
        time.time,
        partial(moving.conversion, hash_of=hash_of),
        device_seconds=one.route.device_minutes * 60.0,
        people=NamedPeople(one.name, hash_of, moving.person, only_known=one.route.only_known_people),
    )
    keeper = HoldKeeper(moving, place, outbox, PublishedFile(settings.data_dir, one.name), courier.wake)
    export = _export(one, settings, place, outbox, moving, courier, hash_of)
    cohort_door = CohortDoor(one.name, keys, one.route.person, outbox, door.counts)
    cohorts = CohortKeeper(one.name, place, outbox, partial(segments_opened, one, settings), told)
    end = partial(_end, stripe.enricher.close, close)
    return Carrier(door, courier, keeper, export, end, stripe.door, cohort_door, cohorts)


def _end(*closing: Callable[[], None]) -> None:
    for one in closing:
        one()


def _source(one: WorkspaceSettings, settings: Settings) -> ExportSource | None:
    if one.mixpanel is None:
        return None
    client = partial(mixpanel_client, one.mixpanel, settings.http, retries=Retries(most=0))
    return ExportSource(one.name, settings.data_dir, client, one.time_zone)


def _zone(one: WorkspaceSettings, settings: Settings) -> Callable[[], tzinfo]:
    """The zone of the project's days."""
    source = _source(one, settings)
    if source is not None:
        return source.kept_zone()
    other = one.amplitude or one.sql
    told = other.time_zone if other is not None else None
    said = one.time_zone or (ZoneInfo(told) if told else UTC)
    return lambda: said


def _export(
    one: WorkspaceSettings, settings: Settings, place: Place, outbox: GroupCommit, moving: Moving, courier: Courier,
    hash_of: PersonHash,
) -> ExportReading | None:  # fmt: skip
    source = _source(one, settings)
    if source is None:
        return None
    minutes = one.route.export_minutes
    net = ExportNet(moving, source, outbox, hash_of, courier.wake, minutes * 60.0) if minutes else None
    return ExportReading(one.name, place, net, AbsenceLook(moving, source, outbox, hash_of, courier.wake), moving.told)
