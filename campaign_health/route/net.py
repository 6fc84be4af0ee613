"""The net below the doors: what Mixpanel has of the moved events, and no door brought, comes late rather than never."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from campaign_health.route.person import PersonBy
from campaign_health.route.recovery.exported_events import events_between
from campaign_health.route.routed import LONGEST_SECONDS, Routed, queued
from collectors.mixpanel import MixpanelClient
from storage.outbox.event_queue import receive
from storage.outbox.group_commit import GroupCommit
from storage.outbox.queued_event import QueuedEvent
from storage.outbox.route_file import Connection

SOURCE = "export"
OVERLAP_SECONDS = 2 * 3600.0
"""An event may come to Mixpanel late: from a phone that was off, or while Mixpanel was behind."""
AT_ONCE = 500


@dataclass
class Net:
    """One workspace's: whom to ask, in which zone, and up to which instant (Unix seconds) it was asked."""

    workspace: str
    by: PersonBy
    zone: ZoneInfo
    routed: Callable[[str], Routed | None]
    asked_until: float = 0.0

    def cast(self, client: MixpanelClient, names: Sequence[str], outbox: GroupCommit, now: float) -> int:
        """Take in what is missing of the events of these names; how many there were.

        Raises:
            CollectorError: Mixpanel did not answer to its end; what it told is taken in, and the rest with the next.
            CannotWrite: the disk did not take it.
        """
        begin = max(now - LONGEST_SECONDS, self.asked_until - OVERLAP_SECONDS)
        missing = 0
        some: list[QueuedEvent] = []
        for event in events_between(client, names, begin, now, self.zone, datetime.fromtimestamp(now, UTC)):
            routed = self.routed(event.name)
            if routed is None:
                continue
            row = queued(event, routed, self.workspace, self.by, SOURCE, now)
            # Of nobody, or too late: no door would have made more of it.
            if row.person and row.expires > now:
                some.append(row)
            if len(some) == AT_ONCE:
                missing += outbox.submit(lambda connection, rows=some: _receive(connection, rows)).result()
                some = []
        missing += outbox.submit(lambda connection, rows=some: _receive(connection, rows)).result()
        self.asked_until = now
        return missing


def _receive(connection: Connection, rows: Sequence[QueuedEvent]) -> int:
    return sum(receive(connection, row) for row in rows)
