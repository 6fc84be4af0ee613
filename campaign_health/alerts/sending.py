"""Sends what is due: store the announcement, send it, store that it arrived.

In this order a crash can repeat a message, which carries an id, but cannot lose one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import uuid4
from zoneinfo import ZoneInfo

from filelock import FileLock, Timeout

from campaign_health.alerts.channels.configured import Route, channels_of, narrowed
from campaign_health.alerts.channels.delivery import Channel, Delivery, DeliveryFailed, Receipt
from campaign_health.alerts.digest.building import build_digest
from campaign_health.alerts.digest.digest_data import Digest, Kind
from campaign_health.alerts.digest.due import PastAnnouncement, kind_due, urgent_incidents
from campaign_health.alerts.digest.situation import Situation
from campaign_health.alerts.digest.situation_reads import read_situation
from campaign_health.alerts.forms.json_form import digest_as_json, digest_from_json
from campaign_health.process.clock import local_day
from campaign_health.process.collect_lock import workspace_part
from campaign_health.settings import Settings, WorkspaceSettings
from campaign_health.state.service_pages import service_pages
from campaign_health.words.event_service import speaking_of
from campaign_health.words.service_links import ServicePages
from collectors.http.retrying import Retries, TryAgain, persist
from storage.connection import Connection
from storage.errors import ExpectedFailure
from storage.file.database import Warehouse, transaction
from storage.file.lockless_drive import refuse_lockless
from storage.file.private_files import FILE_MODE
from storage.file.translated_errors import clear_failures
from storage.file.zones import stored_zone
from storage.save.announcements import Announcement, announcements_on, claim_announcement, settle_announcement

# A channel that asks for a longer wait than this is tried again on a later run.
RETRIES = Retries(most=2, first_backoff=2.0, longest_wait=30.0)
RETRY_AFTER = timedelta(minutes=15)
LOOK_BACK = timedelta(days=60)


def send_due_digest(
    warehouse: Warehouse,
    settings: Settings,
    workspace: WorkspaceSettings,
    now: datetime,
    *,
    sleep: Callable[[float], None] = time.sleep,
    publish: bool = True,
    only_routes: bool = False,
) -> list[Delivery]:
    """Sends what is due on every channel of a workspace, and says what came of each; a fault of one stops no other.

    What was sent is published at once; not `publish`: the caller does that, for many workspaces together.
    `only_routes`: on the channels that hear of some campaigns only; the others are told of several workspaces at once.

    Raises:
        SettingsError: the channels are not set up as they must be.
        StorageError: the database cannot be used.
    """
    channels = channels_of(workspace, settings, now)
    if only_routes:
        channels = [(channel, routes) for channel, routes in channels if routes]
    elif not channels:
        return [Delivery("none", "not_set_up", "No channel is set; set SLACK_WEBHOOK_URL, for example.")]
    lock = sending_lock(warehouse, workspace.name)
    with clear_failures(warehouse.data_dir):
        refuse_lockless(warehouse.data_dir)
        is_ours = _acquired(lock)
    if not is_ours:
        return [Delivery(channel.name, "nothing_due", "Another process is sending.") for channel, _ in channels]
    try:
        done = [
            safely(channel.name, partial(send_on, warehouse, settings, workspace, channel, routes, now, sleep))
            for channel, routes in channels
        ]
    finally:
        lock.release()
    if publish and any(delivery.announcement_id for delivery in done):
        warehouse.publish()
    return done


def sending_lock(warehouse: Warehouse, workspace: str) -> FileLock:
    """Held while anything of it is sent: what was stored before is settled afterwards under the same name."""
    return FileLock(warehouse.data_dir / f"digest.{workspace_part(workspace)}.lock", mode=FILE_MODE)


def _acquired(lock: FileLock) -> bool:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    return True


def prepare(
    connection: Connection,
    settings: Settings,
    workspace: WorkspaceSettings,
    channel: Channel,
    routes: tuple[Route, ...],
    now: datetime,
) -> tuple[Digest | None, list[Announcement]]:
    """The digest that is due on a channel at `now` (None where none is), and what the channel got before."""
    zone = zone_of(connection, workspace)
    today = local_day(now, zone)
    past = announcements_on(connection, workspace.name, channel.name, today - LOOK_BACK)
    unsettled = next((earlier for earlier in past if earlier.status == "sending"), None)
    if unsettled is not None:
        return digest_from_json(unsettled.digest), past
    situation = narrowed(read_situation(connection, workspace.name, channel.name, now), routes)
    waits = past and past[-1].retry_at is not None and past[-1].retry_at > now
    if not waits and (urgent := urgent_incidents(situation, workspace.digest, today)):
        return compose(situation, settings, "urgent", today, past, only_incidents=urgent), past
    if not waits and not routes and any(not one.told for one in (*situation.early, *situation.delivery)):
        return compose(situation, settings, "urgent", today, past, only_incidents=frozenset()), past
    history = [
        PastAnnouncement(p.announcement_id, p.kind, p.day, p.made_at, p.status, p.retry_at)  # type: ignore[arg-type]
        for p in past
    ]
    kind = kind_due(situation, history, workspace.digest, now, zone, editable=channel.editable)
    if kind is None or (routes and kind != "digest"):
        return None, past
    return compose(situation, settings, kind, today, past), past


def compose(
    situation: Situation,
    settings: Settings,
    kind: Kind,
    today: date,
    past: list[Announcement],
    only_incidents: frozenset[str] | None = None,
) -> Digest:
    """A digest with a new id; it says so where earlier ones have not arrived."""
    missed: list[date] = []
    for earlier in reversed(past):
        if earlier.status == "sent":
            break
        missed.append(earlier.day)
    with speaking_of(situation.numbers.event_service):
        return build_digest(
            situation,
            announcement_id=uuid4().hex[:12],
            kind=kind,
            today=today,
            dashboard_url=settings.dashboard_url,
            delayed_since=min(missed) if missed and min(missed) < today else None,
            only_incidents=only_incidents,
            several_workspaces=len(settings.workspaces) > 1,
            pages=workspace_pages(settings, situation),
        )


def workspace_pages(settings: Settings, situation: Situation) -> ServicePages:
    """Where the campaigns and events of a workspace are in the services themselves."""
    found = next((one for one in settings.workspaces if one.name == situation.workspace), None)
    return service_pages(found, situation.numbers)


def zone_of(connection: Connection, workspace: WorkspaceSettings) -> ZoneInfo:
    """The workspace's zone: the one that was collected in, else the set one, else UTC."""
    return stored_zone(connection, workspace.name) or workspace.time_zone or ZoneInfo("UTC")


def safely(channel: str, send: Callable[[], Delivery]) -> Delivery:
    """One channel's unforeseen failure must not keep the others from being told."""
    try:
        return send()
    except ExpectedFailure:
        raise
    except Exception as failure:
        return Delivery(channel, "failed", _unforeseen(failure))


def _unforeseen(failure: Exception) -> str:
    """Names the failure's type alone: its text may hold an address or a key."""
    return f"It failed in an unforeseen way ({type(failure).__name__})."


def send_on(
    warehouse: Warehouse,
    settings: Settings,
    workspace: WorkspaceSettings,
    channel: Channel,
    routes: tuple[Route, ...],
    now: datetime,
    sleep: Callable[[float], None],
) -> Delivery:
    """Sends what is due of one workspace on one channel. The caller holds the workspace's lock of sending."""
    with warehouse.open() as connection:
        digest, past = prepare(connection, settings, workspace, channel, routes, now)
        if digest is None:
            return Delivery(channel.name, "nothing_due")
        if all(earlier.announcement_id != digest.announcement_id for earlier in past):
            with transaction(connection):
                claim_announcement(
                    connection,
                    workspace.name,
                    announcement_id=digest.announcement_id,
                    channel=channel.name,
                    kind=digest.kind,
                    day=digest.day,
                    digest=digest_as_json(digest),
                    change_ids=digest.change_ids,
                    made_at=now,
                )
    of_day = _receipt_of_day(past, digest.day)
    receipt, failure = tried(lambda: channel.deliver(digest, of_day), sleep)
    with warehouse.open() as connection, transaction(connection):
        settle_announcement(
            connection,
            workspace.name,
            digest.announcement_id,
            status="sent" if failure is None else "failed",
            at=now,
            retry_at=retry_at(failure, now),
            error=failure.reason if failure else None,
            receipt=receipt,
        )
    outcome = "sent" if failure is None else "failed"
    return Delivery(channel.name, outcome, failure.reason if failure else "", digest.announcement_id)


def tried(
    deliver: Callable[[], Receipt], sleep: Callable[[float], None]
) -> tuple[Receipt | None, DeliveryFailed | None]:
    """What came of delivering, tried again at once where that can help: the receipt, or why it failed."""

    def attempt() -> Receipt:
        try:
            return deliver()
        except DeliveryFailed as failure:
            if failure.final:
                raise
            raise TryAgain(failure, wait_seconds=failure.retry_after) from None

    try:
        return persist(attempt, sleep, RETRIES), None
    except DeliveryFailed as failure:
        return None, failure
    except Exception as failure:
        # Caught broadly, so that the announcement is settled and the other channels have their turn.
        return None, DeliveryFailed(_unforeseen(failure))


def _receipt_of_day(past: list[Announcement], day: date) -> Receipt | None:
    receipts = [p.receipt for p in past if p.status == "sent" and p.day == day and p.receipt]
    return receipts[-1] if receipts else None


def retry_at(failure: DeliveryFailed | None, now: datetime) -> datetime | None:
    """Before when (UTC) it is not to be tried again; None where that is not known."""
    # A final failure is tried again whenever the next digest is looked at: by then somebody may have mended it.
    if failure is None or failure.final:
        return None
    asked = timedelta(seconds=failure.retry_after or 0)
    return now.astimezone(UTC) + max(asked, RETRY_AFTER)


def as_test(digest: Digest) -> Digest:
    """The digest as a test message: it says so, and announces nothing."""
    return replace(digest, headline=f"Test: {digest.headline}", change_ids=())
