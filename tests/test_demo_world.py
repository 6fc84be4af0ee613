"""The demo world, collected over HTTP and judged: every story is told, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from campaign_health.demo.world.stories import STORIES, Story, demo_faults, demo_manifest, demo_world
from campaign_health.judge.judging import judge_workspace
from campaign_health.pipeline import collect_once, order_from_names
from campaign_health.process.clock import read_clock
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from campaign_health.settings import load_settings
from storage.file.database import Warehouse
from tests.collecting_cast import Notes

TODAY = date(2026, 11, 24)
YESTERDAY = TODAY - timedelta(days=1)


@dataclass(frozen=True)
class Judged:
    """What is stored after the demo was collected and judged once."""

    verdicts: dict[tuple[int, date], tuple[str, str | None, str | None]]
    incidents: dict[int, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    directory = tmp_path_factory.mktemp("demo")
    (directory / "manifest.yaml").write_text(demo_manifest())
    with running_sandbox(demo_world(TODAY), faults=list(demo_faults()), limits=Limits.unlimited()) as sandbox:
        environment = sandbox.environment | {
            "CAMPAIGN_HEALTH_DATA_DIR": str(directory),
            "CAMPAIGN_HEALTH_MANIFEST": str(directory / "manifest.yaml"),
        }
        settings = load_settings(environment, directory)
        order = order_from_names((), None, None)
        collect_once(settings, order, read_clock(environment), Notes(), sleep=lambda _: None)
    warehouse = Warehouse(directory)
    judge_workspace(warehouse, settings.workspaces[0], read_clock(environment))
    with warehouse.read() as connection:
        verdicts = connection.execute("SELECT campaign_id, day, status, stage, cause FROM verdict").fetchall()
        found = connection.execute("SELECT * FROM incident ORDER BY campaign_id, opened_on")
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    incidents: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        incidents.setdefault(row["campaign_id"], []).append(row)
    return Judged({(row[0], row[1]): row[2:] for row in verdicts}, incidents)


def _is_incident(story: Story) -> bool:
    return story.recovered_days_ago is not None or story.status in ("silent", "degraded", "event_lost")


def _named(stories: list[Story]) -> Any:
    return pytest.mark.parametrize("story", stories, ids=[story.campaign for story in stories])


@_named(list(STORIES))
def test_yesterdays_verdict_is_the_storys(judged: Judged, story: Story) -> None:
    status, _, _ = judged.verdicts[story.campaign_id, YESTERDAY]
    assert status == story.status


@_named([story for story in STORIES if _is_incident(story)])
def test_its_incident_has_the_right_cause_stage_and_first_day(judged: Judged, story: Story) -> None:
    (incident,) = judged.incidents[story.campaign_id]
    assert (incident["cause"], incident["stage"], incident["opened_on"]) == (
        story.cause,
        story.stage,
        story.since(TODAY),
    )
    back = None if story.recovered_days_ago is None else TODAY - timedelta(days=story.recovered_days_ago)
    assert incident["recovered_on"] == back


@_named([story for story in STORIES if _is_incident(story)])
def test_it_is_seen_as_early_as_can_be(judged: Judged, story: Story) -> None:
    (incident,) = judged.incidents[story.campaign_id]
    wait = (incident["detected_on"] - incident["opened_on"]).days
    # Silence of dozens of sends shows on its first day; that a third is missing takes a second one.
    assert wait <= (1 if story.status == "degraded" else 0)


def test_no_other_campaign_has_an_incident_in_four_months(judged: Judged) -> None:
    assert set(judged.incidents) == {story.campaign_id for story in STORIES if _is_incident(story)}


def test_a_stopped_campaign_is_told_with_its_cause(judged: Judged) -> None:
    (story,) = [story for story in STORIES if story.cause == "campaign_stopped"]
    assert judged.verdicts[story.campaign_id, YESTERDAY] == ("not_running", None, "campaign_stopped")
