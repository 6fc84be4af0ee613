"""The way that was chosen to reach people, and whom it can reach."""

from __future__ import annotations

from dataclasses import dataclass

from campaign_health.route.recovery.careful_sending import WayName
from campaign_health.route.recovery.replays import Replays


@dataclass(frozen=True)
class Chosen:
    """A way, and whom it can reach; `replays` are what is sent where it is by replay."""

    way: WayName
    people: tuple[str, ...]
    replays: Replays | None = None
    broadcast_id: int | None = None
