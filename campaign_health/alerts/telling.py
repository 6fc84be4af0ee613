"""Tells whoever is to be told all that is due: digests, of one workspace or of several together, and the report."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from campaign_health.alerts.channels.delivery import Delivery
from campaign_health.alerts.editing import edit_days_message
from campaign_health.alerts.report_sending import send_due_report
from campaign_health.alerts.sending import send_due_digest
from campaign_health.alerts.together_sending import send_together, told_with
from campaign_health.settings import Settings, WorkspaceSettings
from storage.file.database import Warehouse


def tell_due(
    warehouse: Warehouse,
    settings: Settings,
    workspace: WorkspaceSettings,
    now: datetime,
    *,
    sleep: Callable[[float], None] = time.sleep,
    publish: bool = True,
) -> list[Delivery]:
    """Sends what is due of a workspace, and of those that are told with it; where nothing was, the message of the day
    says how things stand now. What was sent is published at once; not `publish`: the caller does that.

    Raises:
        SettingsError: the channels are not set up as they must be.
        StorageError: the database cannot be used.
    """
    group = told_with(workspace, settings)
    is_one = len(group) > 1
    done = send_due_digest(warehouse, settings, workspace, now, sleep=sleep, publish=False, only_routes=is_one)
    if is_one:
        done = [*send_together(warehouse, settings, group, now, sleep=sleep), *done]
    told = {one.channel for one in done if one.outcome != "nothing_due"}
    edited = edit_days_message(warehouse, settings, workspace, now)
    changed = {one.channel for one in edited} - told
    done = [one for one in done if one.channel not in changed]
    done += [one for one in edited if one.channel in changed]
    done += send_due_report(warehouse, settings, workspace, now, sleep=sleep, publish=False)
    if publish and has_announced(done):
        warehouse.publish()
    return done


def has_announced(done: list[Delivery]) -> bool:
    """Whether anything was announced, which the published file does not say yet."""
    return any(one.announcement_id and one.outcome != "edited" for one in done)
