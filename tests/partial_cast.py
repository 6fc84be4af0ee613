"""A small company in which one campaign is broken, and mornings on which a part of an answer is missing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from click.testing import CliRunner, Result

from campaign_health.cli.main import campaign_health
from campaign_health.pipeline import Order, collect_once
from campaign_health.process.clock import read_clock
from campaign_health.sandbox.server import Sandbox
from campaign_health.sandbox.slack.slack_service import SlackSandbox
from campaign_health.sandbox.world.generated_world import generated_world
from campaign_health.sandbox.world.world import DefinitionChange, NewsletterTruth, TriggeredTruth, World
from campaign_health.settings import load_settings
from storage.file.database import open_published
from storage.read.vanished_numbers import SOLID
from tests.collecting_cast import Notes

DAYS = 45
BROKEN_SINCE = 34
"""The day index on which campaign 2 stops sending and the event of campaign 3 is not sent any more."""
FIRST_MORNING = 38
"""The newest complete day, as an index, on the morning on which everything is collected for the first time."""
LAST_DAY = date(2026, 11, 30)
LONG_AGO = datetime(2025, 11, 1, 12, tzinfo=UTC)
FIRST_DAY = LAST_DAY - timedelta(days=DAYS - 1)

# What says the same of the same numbers, whenever and in whatever order it was collected.
NUMBERS = {
    "event_day": "event, day, events, state",
    "campaign_day": "campaign_id, day, sent, delivered, created, opened, state, engagement_state",
    "journey_day": "campaign_id, day, started, activated, messaged, finished, state",
    "message_day": "campaign_id, message_id, day, channel, sent, delivered, created, state",
    "api_triggered_day": "kind, object_id, day, sent, delivered, created, state",
    "api_triggered": "kind, object_id, name, state, queues_drafts, gone_at IS NOT NULL",
    "newsletter": "newsletter_id, name, channel, sent_at",
    "event_definition": "event, property, type, hidden, dropped",
    "event_property": "event, day, property, type, share, events_read",
    "campaign_message": "campaign_id, message_id, name, type, sending_state, required_variables, optional_variables",
    "(SELECT DISTINCT campaign_id, unnest(CAST(changes AS JSON[])) ->> 'field' AS field FROM campaign_version)": "*",
    "campaign": "campaign_id, name, state, trigger_kind, event, first_started, definition, gone_at IS NOT NULL",
    "segment": "segment_id, name, type, state, gone_at IS NOT NULL",
}
JUDGED = {
    "verdict": "campaign_id, day, status, stage, events, started, sent, expected, probability, cause",
    "incident": "campaign_id, opened_on, detected_on, kind, stage, cause, status, recovered_on, summary, "
    "missed_sends, missed_sends_low, missed_sends_high",
    "incident_change": "incident_id, kind, day, news",
}


def company() -> World:
    """Six campaigns on eight events, two messages each, two segments, all declared in the Lexicon; two break.

    Beside them three transactional messages and two newsletters.
    """
    world = generated_world(6, 8, DAYS, last_day=LAST_DAY, messages=2, segments=2)
    chance = np.random.default_rng(7)
    for number, campaign in world.campaigns.items():
        event = world.events[campaign.event_name or ""]
        event.daily = chance.poisson(50 + 10 * number, DAYS + 1)
        if number == 3:
            event.daily[BROKEN_SINCE:] = 0
        sent = chance.binomial(event.daily, 0.9)
        started = event.daily.copy()
        campaign.journeys = {"started": started, "activated": sent, "messaged": sent.copy(), "finished": sent.copy()}
        if number == 2:
            sent = sent.copy()
            sent[BROKEN_SINCE:] = 0
        delivered = chance.binomial(sent, 0.98)
        if number in (2, 4):
            # Edited every evening, so that its messages are read every morning.
            campaign.changes = tuple(
                DefinitionChange(world.now + timedelta(days=newest - DAYS, hours=11), {"tags": (f"edit {newest}",)})
                for newest in range(FIRST_MORNING + 1, DAYS + 1)
            )
        campaign.series = {"created": sent, "sent": sent, "delivered": delivered, "opened": delivered // 2}
    for number in (1, 2, 3):
        sent = chance.poisson(40 + 10 * number, DAYS + 1)
        series = {"created": sent, "sent": sent, "delivered": sent - sent // 20}
        world.transactional[number] = TriggeredTruth(number, f"Message {number}", LONG_AGO, series)
    world.newsletters = [NewsletterTruth(number, f"News {number}", LONG_AGO, LONG_AGO) for number in (1, 2)]
    world.schemas = [
        {"entityType": "event", "name": name, "schemaJson": {"properties": {"plan": {"type": "string"}}}}
        for name in world.events
    ]
    return world


@dataclass(frozen=True)
class Cell:
    """A part of one answer that is missing. `core`: campaigns cannot be judged without it, so that it is told."""

    kind: str
    endpoint: str
    campaign: int | None = None
    core: bool = True
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def mornings(self) -> int:
        """On how many mornings it is missing: several where entries are left out, one where they are strange."""
        if self.kind != "half_list":
            return 1
        return 3 if self.core else 2

    def __str__(self) -> str:
        of = "" if self.campaign is None else f"-campaign-{self.campaign}"
        return f"{self.endpoint}-{self.kind}{of}{'-export' if self.settings else ''}"


def together(missing: tuple[Cell, ...]) -> str:
    """The name of what is missing at once."""
    return "+".join(map(str, missing))


@dataclass
class Office:
    """A data directory, the services that its settings point at, and the channel that is told."""

    sandbox: Sandbox
    slack: SlackSandbox
    folder: Path
    settings: dict[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """The settings as environment variables."""
        return {
            **self.sandbox.environment,
            "CAMPAIGN_HEALTH_DATA_DIR": str(self.folder),
            "CAMPAIGN_HEALTH_DIGEST_DAYS": "all",
            "CAMPAIGN_HEALTH_BACKFILL_DAYS": str(FIRST_MORNING),
            "MIXPANEL_QUERIES_PER_HOUR": "1000",
            "SLACK_WEBHOOK_URL": self.slack.webhook_url,
            **self.settings,
        }

    def run(self, *arguments: str) -> Result:
        """One command, as at a terminal."""
        return CliRunner().invoke(campaign_health, list(arguments), env=self.environment, catch_exceptions=False)

    def morning(self, newest: int, *faults: Cell) -> tuple[int, list[str]]:
        """Collect, judge and tell on the morning after a day; the collection's exit code, and what was told."""
        self.sandbox.mend()
        self.sandbox.set_today(FIRST_DAY + timedelta(days=newest + 1))
        for fault in faults:
            self.sandbox.fail(fault.kind, fault.endpoint, at="every", times=None, campaign=fault.campaign)
        told = len(self.slack.messages)
        settings, now = load_settings(self.environment, self.folder), read_clock(self.environment)
        # Published with its verdicts, as the schedule does it.
        code = collect_once(settings, Order(), now, Notes(), sleep=lambda _: None, publish=False).exit_code()
        assert self.run("judge").exit_code == 0
        assert self.run("digest").exit_code == 0
        return code, [json.dumps(message.payload) for message in self.slack.messages[told:]]

    def facts(self, tables: dict[str, str]) -> dict[str, list[tuple[Any, ...]]]:
        """Rows of the tables, without when they were collected."""
        with open_published(self.folder) as connection:
            return {
                name: connection.execute(f"SELECT {columns} FROM {name} ORDER BY ALL").fetchall()
                for name, columns in tables.items()
            }

    def copied(self, folder: Path) -> Office:
        """The same office, going on in another data directory."""
        shutil.copytree(self.folder, folder)
        return Office(self.sandbox, self.slack, folder, self.settings)


def lost(before: Sequence[tuple[Any, ...]], after: Sequence[tuple[Any, ...]], keys: int) -> list[tuple[Any, ...]]:
    """Rows with a solid number, by their first `keys` columns, that are gone or have it as 0 or NULL afterwards."""
    now = {row[:keys]: row for row in after}

    def is_lost(row: tuple[Any, ...]) -> bool:
        found = now.get(row[:keys])
        numbers = [place for place in range(keys, len(row)) if isinstance(row[place], int) and row[place] >= SOLID]
        return bool(numbers) and (found is None or any(not found[place] for place in numbers))

    return [row for row in before if is_lost(row)]
