"""The mornings of a broken campaign that is fixed in vain, then for good; collected and judged one by one."""

from __future__ import annotations

import shutil
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from campaign_health.alerts.digest.building import build_digest
from campaign_health.alerts.digest.digest_data import Digest
from campaign_health.alerts.digest.situation_reads import read_situation
from campaign_health.alerts.forms.json_form import digest_as_json
from campaign_health.decisions.record_decision import change_warehouse, record_decision, undo_decisions
from campaign_health.state.incident import Incident, incidents_of
from campaign_health.state.incident_timeline import TimelineRow, incident_timeline
from storage.file.database import open_published, transaction
from storage.read.decisions_made import DecisionKind
from storage.save.announcements import claim_announcement, settle_announcement
from tests.judge_cast import Story, World, broken, morning_after, steady

BROKEN, BACK = 36, 43
"""Days from which on the campaign sends nothing, and sends again."""
FIRST_MORNING = 40
"""The newest day that is judged on the first of the mornings."""
CAMPAIGN = 2
NAME = f"Campaign {CAMPAIGN}"
DAYS = 60
CHANNEL = "slack"


@dataclass
class Mornings:
    """A workspace that is collected and judged morning by morning; `last` is the newest judged day."""

    directory: Path
    back: int | None = BACK
    last: int = FIRST_MORNING
    told: list[Digest] = field(default_factory=list)
    acts: int = 0

    def __post_init__(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.open_world()
        self.world.collect(0, self.last)
        self.world.judge(self.last)
        self.world.warehouse.publish()

    def open_world(self) -> None:
        """The stories, over the warehouse that lies in the directory."""
        self.world = World(self.directory, self._stories())

    def copied(self, directory: Path) -> Mornings:
        """The same morning in another directory, where nothing was told yet."""
        shutil.copytree(self.directory, directory)
        found = copy(self)
        found.directory, found.told = directory, []
        found.open_world()
        return found

    @property
    def now(self) -> datetime:
        """Nine o'clock on this morning."""
        return morning_after(self.last)

    def next(self) -> None:
        """A day passes: it is collected, judged and published."""
        self.last += 1
        self.world.collect(self.last - 6, self.last)
        self.world.judge(self.last)
        self.world.warehouse.publish()

    def say(self, kind: DecisionKind, by: str = "Ada", **about: object) -> str:
        """Somebody says something of its newest incident after half past nine, each a minute later; published."""
        self.acts += 1
        incident_id, at = self.incident.incident_id, self.now + timedelta(minutes=30 + self.acts)
        return change_warehouse(
            self.world.warehouse,
            lambda connection: record_decision(
                connection, "default", kind, by, at, incident_id=incident_id, **about  # type: ignore[arg-type]
            ),
        )  # fmt: skip

    def undo(self, decision_id: str, by: str = "Zoe") -> None:
        """Somebody takes it back, an hour after nine."""
        at = self.now + timedelta(hours=1)
        change_warehouse(
            self.world.warehouse, lambda connection: undo_decisions(connection, "default", [decision_id], by, at)
        )

    @property
    def incident(self) -> Incident:
        """The campaign's newest incident as published."""
        with open_published(self.directory) as connection:
            return incidents_of(connection, "default", CAMPAIGN)[0]

    @property
    def timeline(self) -> tuple[TimelineRow, ...]:
        """What happened to it, as published."""
        with open_published(self.directory) as connection:
            return incident_timeline(connection, "default", self.incident)

    def digest(self) -> Digest:
        """The digest of this morning as it would be sent now."""
        with open_published(self.directory) as connection:
            situation = read_situation(connection, "default", CHANNEL, self.now)
        return build_digest(
            situation, announcement_id=f"d{self.last}", kind="digest", today=self.now.date(), dashboard_url=None
        )

    def tell(self) -> Digest:
        """The digest of this morning, sent."""
        digest = self.digest()
        with self.world.warehouse.open_and_publish() as connection, transaction(connection):
            claim_announcement(
                connection, "default", announcement_id=digest.announcement_id, channel=CHANNEL, kind="digest",
                day=digest.day, digest=digest_as_json(digest), change_ids=digest.change_ids, made_at=self.now,
            )  # fmt: skip
            settle_announcement(connection, "default", digest.announcement_id, status="sent", at=self.now)
        self.told.append(digest)
        return digest

    def _stories(self) -> list[Story]:
        return [*(steady(number, DAYS) for number in (1, 3, 4)), broken(steady(CAMPAIGN, DAYS), BROKEN, self.back)]
