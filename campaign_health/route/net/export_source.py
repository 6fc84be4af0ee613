"""Asks one Mixpanel project's raw export for events: one client for each question, in the project's zone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from campaign_health.route.recovery.exported_events import events_between
from campaign_health.route.recovery.qualifying import PersonEvent
from collectors.mixpanel import MixpanelClient
from storage.errors import StorageError
from storage.file.database import open_published
from storage.file.zones import stored_zone

ZONE_SECONDS = 600.0


@dataclass(frozen=True)
class ExportSource:
    """One workspace's; `time_zone` is the setting, and without it the zone of the collected days counts, else UTC."""

    workspace: str
    data_dir: Path
    client: Callable[[], MixpanelClient]
    time_zone: ZoneInfo | None = None

    def zone(self) -> ZoneInfo:
        """The zone of the project's days."""
        if self.time_zone is not None:
            return self.time_zone
        with suppress(StorageError), open_published(self.data_dir) as connection:
            return stored_zone(connection, self.workspace) or ZoneInfo("UTC")
        return ZoneInfo("UTC")

    def kept_zone(self, clock: Callable[[], float] = time.monotonic) -> Callable[[], ZoneInfo]:
        """The same for whoever asks all the time: it is looked up every ten minutes (`clock`: seconds)."""
        known: tuple[float, ZoneInfo] | None = None

        def zone() -> ZoneInfo:
            nonlocal known
            if known is None or clock() >= known[0]:
                known = (clock() + ZONE_SECONDS, self.zone())
            return known[1]

        return zone

    def between(self, names: Sequence[str], begin: float, end: float, now: float) -> list[PersonEvent]:
        """The events of these names from an instant to before another (Unix seconds), in the order of their times.

        Raises:
            CollectorError: the export was not read to its end.
        """
        client = self.client()
        try:
            found = events_between(client, names, begin, end, self.zone(), datetime.fromtimestamp(now, UTC))
            return sorted(found, key=lambda one: one.time)
        finally:
            client.close()
