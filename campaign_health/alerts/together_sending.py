"""Sends one digest for all workspaces that have the same channels, where that is asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import uuid4

from filelock import Timeout

from campaign_health.alerts.channels.configured import channels_of
from campaign_health.alerts.channels.delivery import Channel, Delivery, DeliveryFailed, EditableChannel, Receipt
from campaign_health.alerts.digest.digest_data import Digest, Kind
from campaign_health.alerts.digest.situation_reads import read_situation
from campaign_health.alerts.digest.together import Part, digest_of_all
from campaign_health.alerts.forms.json_form import digest_as_json, digest_from_json
from campaign_health.alerts.sending import compose, prepare, retry_at, safely, send_on, sending_lock, tried, zone_of
from campaign_health.process.clock import local_day
from campaign_health.settings import Settings, WorkspaceSettings
from storage.connection import Connection
from storage.file.database import Warehouse, transaction
from storage.save.announcements import Announcement, claim_announcement, save_edited, settle_announcement

Past = list[Announcement]
TOGETHER = "together"
"""Stands in the receipt of a message that is of several workspaces."""


@dataclass(frozen=True)
class Message:
    """A digest of several workspaces that is to be sent, the change ids that each is told by it, and what went before.

    `is_stored`: it was stored and not known to have arrived.
    """

    digest: Digest
    claims: Mapping[str, Sequence[str]]
    receipt: Receipt | None
    is_stored: bool = False


def told_with(workspace: WorkspaceSettings, settings: Settings) -> tuple[WorkspaceSettings, ...]:
    """The workspaces that are told in one message with this one, itself included, as they stand in the settings: all
    that have the same channels, where one message for all is asked for.
    """
    if not settings.digest_together:
        return (workspace,)
    return tuple(one for one in settings.workspaces if _places(one) == _places(workspace))


def _places(workspace: WorkspaceSettings) -> tuple[object, ...]:
    digest = workspace.digest
    return workspace.slack, digest.webhook, digest.smtp, digest.apprise, digest.at, digest.days


def send_together(
    warehouse: Warehouse,
    settings: Settings,
    group: Sequence[WorkspaceSettings],
    now: datetime,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Delivery]:
    """Sends what is due of the group on every channel without routes; what is urgent goes out by itself, at once.

    Raises:
        SettingsError: the channels are not set up as they must be.
        StorageError: the database cannot be used.
    """
    channels = [channel for channel, routes in channels_of(group[0], settings, now) if not routes]
    with ExitStack() as locks:
        try:
            for name in sorted(workspace.name for workspace in group):
                locks.enter_context(sending_lock(warehouse, name).acquire(timeout=0))
        except Timeout:
            return [Delivery(channel.name, "nothing_due", "Another process is sending.") for channel in channels]
        return [safely(one.name, partial(_send_on, warehouse, settings, group, one, now, sleep)) for one in channels]


def message_due(
    connection: Connection, settings: Settings, group: Sequence[WorkspaceSettings], channel: Channel, now: datetime
) -> tuple[Message | None, list[WorkspaceSettings]]:
    """What is due on one channel, or None; and the workspaces that have something urgent, which goes out before."""
    prepared = {one.name: prepare(connection, settings, one, channel, (), now) for one in group}
    urgent = [one for one in group if (found := prepared[one.name][0]) is not None and found.kind == "urgent"]
    if urgent:
        return None, urgent
    if stored := _stored(prepared):
        return stored, []
    due: dict[str, Digest] = {name: digest for name, (digest, _) in prepared.items() if digest is not None}
    if not due:
        return None, []
    parts = {}
    for one in group:
        situation = read_situation(connection, one.name, channel.name, now)
        today = local_day(now, zone_of(connection, one))
        digest = due.get(one.name) or compose(situation, settings, "digest", today, prepared[one.name][1])
        parts[one.name] = Part(digest, situation)
    receipt = _receipt_of_today(prepared, parts)
    if receipt is not None and not channel.editable:
        # The others were told today; who was late is told alone.
        parts = {name: part for name, part in parts.items() if name in due}
    digest = _digest(settings, parts, _kind(due))
    claimed = [name for name, part in parts.items() if name in due or not part.is_behind]
    return Message(digest, {name: parts[name].digest.change_ids for name in claimed}, receipt), []


def present_digest(
    connection: Connection, settings: Settings, group: Sequence[WorkspaceSettings], channel: Channel, now: datetime
) -> tuple[Digest, bool]:
    """What the channel would be told now of the group, and whether it is due."""
    message, _ = message_due(connection, settings, group, channel, now)
    if message is not None:
        return message.digest, True
    parts = {}
    for one in group:
        situation = read_situation(connection, one.name, channel.name, now)
        today = local_day(now, zone_of(connection, one))
        parts[one.name] = Part(compose(situation, settings, "digest", today, []), situation)
    return _digest(settings, parts, "digest"), False


def edit_together(
    warehouse: Warehouse,
    settings: Settings,
    group: Sequence[WorkspaceSettings],
    channel: EditableChannel,
    told: Mapping[str, Announcement],
    now: datetime,
) -> Delivery | None:
    """Has the message that `told` is of (by workspace) say how things stand now; None where it does already.

    What has broken since then waits for the next digest.
    """
    newest = max(told.values(), key=lambda one: one.made_at)
    shown = digest_from_json(newest.digest)
    with warehouse.open() as connection:
        parts = {}
        for one in group:
            known = told[one.name].change_ids if one.name in told else ()
            situation = read_situation(connection, one.name, channel.name, now, also=known)
            untold = {
                change.incident_id
                for change in situation.changes
                if change.kind == "opened" and change.change_id not in known
            }
            situation = replace(
                situation,
                incidents=tuple(found for found in situation.incidents if found.incident_id not in untold),
                changes=tuple(change for change in situation.changes if change.incident_id not in untold),
            )
            parts[one.name] = Part(compose(situation, settings, "digest", shown.day, []), situation)
    digest = replace(
        _digest(settings, parts, shown.kind),
        announcement_id=shown.announcement_id,
        day=shown.day,
        delayed_since=shown.delayed_since,
        change_ids=shown.change_ids,
    )
    if digest == shown or newest.receipt is None:
        return None
    try:
        channel.edit(digest, newest.receipt)
    except DeliveryFailed as failure:
        return Delivery(channel.name, "failed", failure.reason, newest.announcement_id)
    with warehouse.open() as connection, transaction(connection):
        for name, announcement in told.items():
            save_edited(connection, name, announcement.announcement_id, digest_as_json(digest))
    return Delivery(channel.name, "edited", announcement_id=newest.announcement_id)


def _digest(settings: Settings, parts: Mapping[str, Part], kind: Kind) -> Digest:
    return digest_of_all(
        list(parts.values()),
        announcement_id=uuid4().hex[:12],
        kind=kind,
        today=max(part.digest.day for part in parts.values()),
        dashboard_url=settings.dashboard_url,
    )


def _kind(due: Mapping[str, Digest]) -> Kind:
    kinds = {digest.kind for digest in due.values()}
    return next((kind for kind in ("digest", "reminder") if kind in kinds), "all_clear")


def _stored(prepared: Mapping[str, tuple[Digest | None, Past]]) -> Message | None:
    """A message that was stored and is not known to have arrived, as it was."""
    sending = {name: told for name, (_, past) in prepared.items() for told in past if told.status == "sending"}
    if not sending:
        return None
    first = next(iter(sending.values()))
    mine = {name: one for name, one in sending.items() if one.announcement_id == first.announcement_id}
    claims = {name: one.change_ids for name, one in mine.items()}
    return Message(digest_from_json(first.digest), claims, None, is_stored=True)


def _receipt_of_today(prepared: Mapping[str, tuple[Digest | None, Past]], parts: Mapping[str, Part]) -> Receipt | None:
    arrived = [
        one
        for name, (_, past) in prepared.items()
        for one in past
        if one.status == "sent" and one.kind != "urgent" and one.day == parts[name].digest.day
    ]
    return max(arrived, key=lambda one: one.made_at).receipt if arrived else None


def _send_on(
    warehouse: Warehouse,
    settings: Settings,
    group: Sequence[WorkspaceSettings],
    channel: Channel,
    now: datetime,
    sleep: Callable[[float], None],
) -> Delivery:
    with warehouse.open() as connection:
        message, urgent = message_due(connection, settings, group, channel, now)
    if urgent:
        done = [send_on(warehouse, settings, one, channel, (), now, sleep) for one in urgent]
        return next((one for one in done if one.outcome == "failed"), done[0])
    if message is None:
        return Delivery(channel.name, "nothing_due")
    digest = message.digest
    if not message.is_stored:
        with warehouse.open() as connection, transaction(connection):
            for name, change_ids in message.claims.items():
                claim_announcement(
                    connection, name, announcement_id=digest.announcement_id, channel=channel.name, kind=digest.kind,
                    day=digest.day, digest=digest_as_json(digest), change_ids=change_ids, made_at=now,
                )  # fmt: skip
    receipt, failure = tried(lambda: channel.deliver(digest, message.receipt), sleep)
    # What was stored before may be a message of one workspace.
    is_of_all = receipt is not None and digest.workspace not in message.claims
    kept = {**receipt, TOGETHER: True} if receipt is not None and is_of_all else receipt
    with warehouse.open() as connection, transaction(connection):
        for name in message.claims:
            settle_announcement(
                connection,
                name,
                digest.announcement_id,
                status="sent" if failure is None else "failed",
                at=now,
                retry_at=retry_at(failure, now),
                error=failure.reason if failure else None,
                receipt=kept,
            )
    outcome = "sent" if failure is None else "failed"
    return Delivery(channel.name, outcome, failure.reason if failure else "", digest.announcement_id)
