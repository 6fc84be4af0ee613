"""Keeps the day's message true: what people have said of an incident since then is put into it, in place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime

from filelock import Timeout

from campaign_health.alerts.channels.configured import Route, channels_of, narrowed
from campaign_health.alerts.channels.delivery import Delivery, DeliveryFailed, EditableChannel
from campaign_health.alerts.digest.building import build_digest
from campaign_health.alerts.digest.digest_data import Digest
from campaign_health.alerts.digest.situation import Situation
from campaign_health.alerts.digest.situation_reads import read_situation
from campaign_health.alerts.forms.json_form import digest_as_json, digest_from_json
from campaign_health.alerts.sending import sending_lock, workspace_pages, zone_of
from campaign_health.alerts.together_sending import TOGETHER, edit_together, told_with
from campaign_health.process.clock import local_day
from campaign_health.settings import Settings, WorkspaceSettings
from storage.connection import Connection
from storage.file.database import Warehouse, transaction
from storage.save.announcements import Announcement, announcements_on, save_edited

# Who is sending now reads what was said; it is waited for no longer than a person likes to wait.
LOCK_SECONDS = 10.0


def edit_days_message(
    warehouse: Warehouse, settings: Settings, workspace: WorkspaceSettings, now: datetime
) -> list[Delivery]:
    """Edits the message of today on each channel that can, where it no longer says how things stand.

    It tells of the same incidents as before, as people say they are handled now. Nothing is announced by this: what is
    new comes with the next digest. Channels without a message of today, or with one that is still true, are left out.

    Raises:
        SettingsError: the channels are not set up as they must be.
        StorageError: the database cannot be used.
    """
    group = told_with(workspace, settings)
    channels = [
        (channel, routes)
        for channel, routes in channels_of(workspace, settings, now)
        if isinstance(channel, EditableChannel)
    ]
    if not channels:
        return []
    done = []
    with ExitStack() as locks:
        try:
            for name in sorted(one.name for one in group):
                locks.enter_context(sending_lock(warehouse, name).acquire(timeout=LOCK_SECONDS))
        except Timeout:
            return []
        for channel, routes in channels:
            if routes or len(group) == 1:
                done.append(_edit_on(warehouse, settings, workspace, channel, routes, now))
            else:
                done.append(_edit_of_all(warehouse, settings, group, channel, now))
    return [delivery for delivery in done if delivery is not None]


def _edit_of_all(
    warehouse: Warehouse,
    settings: Settings,
    group: Sequence[WorkspaceSettings],
    channel: EditableChannel,
    now: datetime,
) -> Delivery | None:
    told: dict[str, Announcement] = {}
    with warehouse.open() as connection:
        for one in group:
            today = local_day(now, zone_of(connection, one))
            for past in announcements_on(connection, one.name, channel.name, today):
                if past.status == "sent" and past.receipt and past.receipt.get(TOGETHER) and past.receipt.get("ts"):
                    told[one.name] = past
    return edit_together(warehouse, settings, group, channel, told, now) if told else None


def _edit_on(
    warehouse: Warehouse,
    settings: Settings,
    workspace: WorkspaceSettings,
    channel: EditableChannel,
    routes: tuple[Route, ...],
    now: datetime,
) -> Delivery | None:
    with warehouse.open() as connection:
        today = local_day(now, zone_of(connection, workspace))
        past = announcements_on(connection, workspace.name, channel.name, today)
        told = past[-1] if past and past[-1].day == today and past[-1].status == "sent" else None
        if told is None or not told.receipt or not told.receipt.get("ts") or told.receipt.get(TOGETHER):
            return None
        shown = digest_from_json(told.digest)
        digest = _as_it_stands(connection, settings, workspace, channel.name, routes, told, shown, now)
    if digest == shown:
        return None
    try:
        channel.edit(digest, told.receipt)
    except DeliveryFailed as failure:
        return Delivery(channel.name, "failed", failure.reason, told.announcement_id)
    with warehouse.open() as connection, transaction(connection):
        save_edited(connection, workspace.name, told.announcement_id, digest_as_json(digest))
    return Delivery(channel.name, "edited", announcement_id=told.announcement_id)


def _as_it_stands(
    connection: Connection,
    settings: Settings,
    workspace: WorkspaceSettings,
    channel: str,
    routes: tuple[Route, ...],
    told: Announcement,
    shown: Digest,
    now: datetime,
) -> Digest:
    """The digest that was shown, with its incidents as they stand now."""
    ids = {item.incident_id for section in shown.sections for item in section.items}
    situation = read_situation(connection, workspace.name, channel, now, also=told.change_ids)
    digest = build_digest(
        _only(narrowed(situation, routes), ids),
        announcement_id=shown.announcement_id,
        kind=shown.kind,
        today=shown.day,
        dashboard_url=settings.dashboard_url,
        delayed_since=shown.delayed_since,
        only_incidents=ids if shown.kind == "urgent" else None,
        several_workspaces=len(settings.workspaces) > 1,
        pages=workspace_pages(settings, situation),
    )
    return replace(digest, change_ids=shown.change_ids)


def _only(situation: Situation, ids: Collection[str]) -> Situation:
    return replace(
        situation,
        incidents=tuple(one for one in situation.incidents if one.incident_id in ids),
        changes=tuple(one for one in situation.changes if one.incident_id in ids),
    )
