"""The demo's route: days of its world's events, carried by the real code to the stand-in of Customer.io."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from campaign_health.demo.past_experiment import COMPARED, compared
from campaign_health.demo.posted_events import posted_events
from campaign_health.demo.world.manifest import HASTY, MODES
from campaign_health.errors import CouldNotStart
from campaign_health.manifest.durations import promised_seconds
from campaign_health.manifest.manifest_reading import read_manifest
from campaign_health.process.clock import local_day
from campaign_health.route.delivery_note import delivery_note
from campaign_health.route.holding.hold_keeper import HoldKeeper
from campaign_health.route.holding.published_word import PublishedFile
from campaign_health.route.lanes.courier import Courier
from campaign_health.route.lanes.track_post import poster
from campaign_health.route.lanes.turn_decision import Deciding
from campaign_health.route.manifest_contract import read_contract
from campaign_health.route.moved_event import queued
from campaign_health.route.moving import Moving
from campaign_health.route.numbers_file import note_delivery, note_proof
from campaign_health.route.proof.proof_note import proof_note
from campaign_health.route.proof.proving import Proof, ToProve, prove_each
from campaign_health.route.received_ages import SourceAges
from campaign_health.route.recovery.exported_events import events_between
from campaign_health.route.recovery.looking import Sources
from campaign_health.route.recovery.qualifying import PersonEvent
from campaign_health.route.recovery.recovery_plan import plan_for
from campaign_health.sandbox.server import Sandbox
from campaign_health.settings import Settings, WorkspaceSettings
from campaign_health.settings.clients import customerio_client, mixpanel_client
from storage.outbox.events.event_queue import oldest_waiting, receive
from storage.outbox.group_commit import GroupCommit
from storage.outbox.recovery_ledger import RecoveryLedger
from storage.outbox.route_file import Connection, PersonHash, committed, open_route_file
from storage.outbox.route_modes import set_mode

_LOG = logging.getLogger(__name__)
DAYS = 4
ON_ITS_WAY_SECONDS = 2.0
LOOK_SECONDS, LONGEST_SECONDS = 0.002, 30.0


def carry_demo(settings: Settings, sandbox: Sandbox) -> None:
    """Carries the last days' events as if they came in just then, and leaves the numbers for the monitor.

    The sandbox's clock is moved along and stands where it stood at the end.

    Raises:
        CollectorError: the sandbox did not answer.
        StorageError: the route's file cannot be written.
    """
    (of,) = settings.workspaces
    now = sandbox.now
    begin = (now - timedelta(days=DAYS)).timestamp()
    with _asked(settings, of, now) as sources:
        asked = events_between(sources.mixpanel, tuple(MODES), begin, now.timestamp(), sandbox.world.zone, now)
        events = posted_events(asked, now.timestamp())
        sandbox.set_now(datetime.fromtimestamp(begin, UTC))
        with _running(settings.data_dir, of, sandbox) as route:
            try:
                route.carry(events)
            finally:
                sandbox.set_now(now)
            route.note(settings.data_dir, now.timestamp())
            ledger_of = partial(RecoveryLedger, route.connection, route.hash_of, of.name)
            for one, proof in prove_each(_promises(of, now, sandbox), sources, ledger_of):
                if isinstance(proof, Proof):
                    note_proof(settings.data_dir, of.name, proof_note(one, proof, now))


@contextmanager
def _asked(settings: Settings, of: WorkspaceSettings, now: datetime) -> Iterator[Sources]:
    assert of.mixpanel is not None
    assert of.customerio is not None
    with (
        closing(mixpanel_client(of.mixpanel, settings.http)) as mixpanel,
        closing(customerio_client(of.customerio, settings.http)) as customerio,
    ):
        yield Sources(mixpanel, customerio, of.route.person, now)


def _promises(of: WorkspaceSettings, now: datetime, sandbox: Sandbox) -> list[ToProve]:
    """The campaigns that the route carries and that promise something."""
    assert of.manifest_path is not None
    zone = sandbox.world.zone
    today = local_day(now, zone)
    days = today - timedelta(days=DAYS - 1), today
    found = []
    for entry in read_manifest(of.manifest_path).campaigns:
        promised = promised_seconds(entry.timing)
        if entry.event in MODES and promised is not None:
            ((campaign_id, name),) = [
                (one.id, one.name) for one in sandbox.world.campaigns.values() if one.name == entry.name
            ]
            found.append(ToProve(plan_for(entry, of.name, campaign_id, name, entry.event, (), days, zone), promised))
    return found


@dataclass(frozen=True)
class _Route:
    """What `route serve` runs for one workspace, on the sandbox's clock and step by step."""

    moving: Moving
    courier: Courier
    keeper: HoldKeeper
    outbox: GroupCommit
    ages: SourceAges
    hash_of: PersonHash
    connection: Connection
    sandbox: Sandbox

    def carry(self, events: Sequence[PersonEvent]) -> None:
        """Take the events in and bring them to Customer.io; they wait for the next one that promises haste."""
        written: list[Future[bool]] = []
        for event in events:
            self.sandbox.set_now(datetime.fromtimestamp(event.time + ON_ITS_WAY_SECONDS, UTC))
            routed = self.moving.routed(event.name)
            assert routed is not None
            now = self.sandbox.now.timestamp()
            one = queued(event, routed, self.moving.workspace, "backend", now, self.hash_of)
            written.append(self.outbox.submit(partial(receive, event=one)))
            self.ages.note("backend", [now - event.time])
            if event.name == HASTY:
                self._deliver(written)
        self._deliver(written)
        self.keeper.look(self.connection)

    def _deliver(self, written: list[Future[bool]]) -> None:
        while written:
            written.pop().result()
        self.courier.wake()
        ends = time.monotonic() + LONGEST_SECONDS
        while oldest_waiting(self.connection, self.moving.workspace) is not None:
            if time.monotonic() > ends:
                raise CouldNotStart(
                    "The demo's events did not reach the sandbox.", "Try it again on a quieter machine."
                )
            time.sleep(LOOK_SECONDS)

    def note(self, data_dir: Path, now: float) -> None:
        """Leave the numbers of what is carried."""
        contract = self.moving.contract
        assert contract is not None
        sent_as = {event: routed.to for event, routed in contract.events.items()}
        (campaign_id,) = (one.id for one in self.sandbox.world.campaigns.values() if one.name == COMPARED)
        arms = compared(self.connection, self.moving.workspace, self.hash_of, campaign_id, now)
        found = delivery_note(
            self.connection, self.moving.workspace, sent_as, now, sources=self.ages.rows(), experiments=arms
        )
        note_delivery(data_dir, self.moving.workspace, found)


@contextmanager
def _running(data_dir: Path, of: WorkspaceSettings, sandbox: Sandbox) -> Iterator[_Route]:
    assert of.manifest_path is not None

    def clock() -> float:
        return sandbox.now.timestamp()

    with ExitStack() as stack:
        connection = stack.enter_context(open_route_file(data_dir))
        with committed(connection):
            for event, mode in MODES.items():
                set_mode(connection, of.name, event, mode)
        outbox, hash_of = GroupCommit(data_dir), PersonHash(data_dir)
        outbox.start()
        stack.callback(outbox.close)
        moving = Moving(of.name, of.manifest_path, partial(read_contract, person_by=of.route.person), _LOG.warning)
        post, close = poster(of.route)
        stack.callback(close)
        courier = Courier(
            of.name, data_dir, outbox, moving.operation, post, moving.is_shadow, clock, moving.refresh,
            Deciding(hash_of, clock),
        )  # fmt: skip
        keeper = HoldKeeper(moving, data_dir, outbox, PublishedFile(data_dir, of.name), courier.wake, clock=clock)
        # Its own thread would look by the clock on the wall.
        moving.unfit, moving.fit = keeper.unfit, keeper.fit
        courier.start()
        stack.callback(courier.stop)
        yield _Route(moving, courier, keeper, outbox, SourceAges(clock), hash_of, connection, sandbox)
