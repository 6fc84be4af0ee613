"""Whether there is anything new to judge: the same input gives the same judgement."""

from __future__ import annotations

import hashlib
from datetime import datetime

from campaign_health.detection.event.event_history import EventState
from campaign_health.detection.pair.panel import State
from campaign_health.judge.checkpoint import VERSION
from campaign_health.process.clock import local_day
from campaign_health.process.version import own_version
from campaign_health.settings import WorkspaceSettings
from storage.connection import Connection
from storage.file.zones import stored_zone
from storage.read.input_digest import input_digest


def judged_input(connection: Connection, workspace: WorkspaceSettings, now: datetime) -> str | None:
    """A digest of all that judging everything that is stored rests on, looked at on the day of `now`.

    None where nothing was collected yet.
    """
    zone = stored_zone(connection, workspace.name)
    if zone is None:
        return None
    today = local_day(now, zone)
    manifest = b""
    if workspace.manifest_path is not None and workspace.manifest_path.is_file():
        manifest = workspace.manifest_path.read_bytes()
    rest = (own_version(), VERSION, State.VERSION, EventState.VERSION, today, workspace.false_alarm_years,
            workspace.currency,            workspace.manifest_path, manifest)  # fmt: skip
    return hashlib.sha256(f"{input_digest(connection, workspace.name)}{rest!r}".encode()).hexdigest()
