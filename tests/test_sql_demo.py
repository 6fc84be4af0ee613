"""The demo world's counts in a PostgreSQL of the team's own: the same verdicts and causes as from Mixpanel."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from campaign_health.demo.world.stories import demo_faults, demo_manifest, demo_world
from campaign_health.judge.judging import judge_workspace
from campaign_health.pipeline import Order, collect_once, order_from_names
from campaign_health.process.clock import read_clock
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.http.request_log import RecordedRequest
from campaign_health.sandbox.server import running_sandbox
from campaign_health.settings import load_settings
from storage.file.database import Warehouse
from tests.collecting_cast import Notes
from tests.postgres_server import running_postgres
from tests.sql_cast import QUERY, WITHOUT_MIXPANEL, fill

pytestmark = pytest.mark.slow("demo")
TODAY = date(2026, 11, 24)
# What a query of counts can tell: no properties and no definitions, from neither.
COUNTS = order_from_names(["customerio", "mixpanel_events"], None, None)

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Judged:
    """What is stored after one run and one judgement, and what was asked for it."""

    counts: Rows
    days: Rows
    verdicts: Rows
    incidents: Rows
    asked: list[RecordedRequest]


def judged(directory: Path, order: Order, own: dict[str, str]) -> Judged:
    directory.mkdir()
    (directory / "manifest.yaml").write_text(demo_manifest())
    world = demo_world(TODAY)
    with running_sandbox(world, faults=list(demo_faults()), limits=Limits.unlimited()) as sandbox:
        environment = sandbox.environment | own | {
            "CAMPAIGN_HEALTH_DATA_DIR": str(directory),
            "CAMPAIGN_HEALTH_MANIFEST": str(directory / "manifest.yaml"),
            "MIXPANEL_QUERIES_PER_HOUR": "1000",
            "EVENTS_SQL_TIMEZONE": world.time_zone,
        }  # fmt: skip
        settings = load_settings(environment, directory)
        report = collect_once(settings, order, read_clock(environment), Notes(), sleep=sandbox.let_pass)
        asked = sandbox.requests
    assert {one.source: one.error for one in report.workspaces[0].records}["mixpanel_events"] is None
    warehouse = Warehouse(directory)
    judge_workspace(warehouse, settings.workspaces[0], read_clock(environment))
    with warehouse.read() as connection:

        def rows(sql: str) -> Rows:
            return connection.execute(sql + " ORDER BY ALL").fetchall()

        return Judged(
            rows("SELECT event, day, events, state FROM event_day"),
            rows("SELECT source, day, state FROM source_day"),
            rows("SELECT campaign_id, day, status, stage, cause FROM verdict"),
            rows("SELECT campaign_id, status, opened_on, stage, cause, evidence FROM incident"),
            asked,
        )


def evidence(stored: str) -> Any:
    """The causes with what speaks for them; what failed messages said has no order."""
    causes = json.loads(stored)
    for cause in causes:
        cause["facts"].get("failure_messages", []).sort()
    return causes


def test_every_campaign_has_the_same_verdicts_and_causes_on_every_day(tmp_path: Path) -> None:
    mixpanel = judged(tmp_path / "mixpanel", COUNTS, {})
    with running_postgres() as server:
        url = server.database()
        counted = [(event, str(day), events) for event, day, events, _ in mixpanel.counts if events]
        fill(url.replace("postgresql://", "postgresql+psycopg://"), counted)
        own = {**WITHOUT_MIXPANEL, "EVENTS_SQL_URL": url, "EVENTS_SQL_QUERY": QUERY, "EVENTS_SQL_NAME": "BigQuery"}
        database = judged(tmp_path / "database", order_from_names((), None, None), own)
    assert database.counts == mixpanel.counts
    assert database.days == mixpanel.days
    assert database.verdicts == mixpanel.verdicts
    assert len(mixpanel.incidents) > 5
    assert [row[:-1] for row in database.incidents] == [row[:-1] for row in mixpanel.incidents]
    told = [causes(evidence(row[-1])) for row in database.incidents]
    assert told == [causes(evidence(row[-1].replace("Mixpanel", "BigQuery"))) for row in mixpanel.incidents]
    assert "Mixpanel" not in json.dumps([row[-1] for row in database.incidents])
    assert not [one for one in database.asked if one.endpoint.startswith("mixpanel")]
    assert "event_renamed" in {cause for *_, cause, _ in database.incidents}


def causes(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what to do, for who missed a message is found in another way where `route recover` cannot read, and
    without which of two equally frequent failures is quoted.
    """
    left = [{"next_step", "sentence"} if one["cause"] == "message_failing" else {"next_step"} for one in found]
    return [
        {name: value for name, value in one.items() if name not in out} for one, out in zip(found, left, strict=True)
    ]
