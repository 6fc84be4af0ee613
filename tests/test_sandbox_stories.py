"""The demo world, collected through HTTP and judged: exactly its stories are found, nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from campaign_health.judge import judge_all
from campaign_health.pipeline import Order, collect_once
from campaign_health.sandbox.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from campaign_health.sandbox.stories import STORIES, Story, demo_faults, demo_manifest, demo_world
from campaign_health.settings import load_settings
from campaign_health.stopping import StopSignals
from storage.database import Warehouse, open_published
from storage.records import CollectionRecord, Source

TODAY = date(2026, 11, 24)
BROKEN = ("silent", "degraded", "event_lost")


class Silent:
    """A run that shows no progress."""

    def begin(self, workspace: str, source: Source) -> None: ...

    def advance(self, done: int, total: int | None, what: str) -> None: ...

    def end(self, record: CollectionRecord) -> None: ...

    def note(self, text: str) -> None: ...


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder: Path = tmp_path_factory.mktemp("demo")
    (folder / "manifest.yaml").write_text(demo_manifest(), encoding="utf-8")
    with running_sandbox(demo_world(TODAY), faults=demo_faults(), limits=Limits.unlimited()) as sandbox:
        places = {
            "CAMPAIGN_HEALTH_DATA_DIR": str(folder),
            "CAMPAIGN_HEALTH_MANIFEST": str(folder / "manifest.yaml"),
        }
        settings = load_settings(sandbox.environment | places, folder)
        with StopSignals() as signals:
            collect_once(settings, Order(), sandbox.now, Silent(), signals=signals, sleep=lambda seconds: None)
        judge_all(Warehouse(settings.data_dir), settings, sandbox.now)
    with open_published(folder) as connection:
        yield connection


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.campaign)
def test_the_judge_finds_the_story(published: duckdb.DuckDBPyConnection, story: Story) -> None:
    verdict = published.execute(
        "SELECT day, status, stage, cause FROM verdict WHERE campaign_id = ? ORDER BY day DESC LIMIT 1",
        [story.campaign_id],
    ).fetchone()
    incidents = published.execute(
        "SELECT status, opened_on, recovered_on, stage, cause FROM incident WHERE campaign_id = ?", [story.campaign_id]
    ).fetchall()
    assert verdict is not None
    assert verdict[:2] == (TODAY - timedelta(days=1), story.status)
    if story.status in BROKEN:
        assert verdict[2:] == (story.stage, story.cause)
        assert incidents == [("open", story.since(TODAY), None, story.stage, story.cause)]
    elif story.recovered_days_ago is not None:
        back = TODAY - timedelta(days=story.recovered_days_ago)
        assert incidents == [("recovered", story.since(TODAY), back, story.stage, story.cause)]
    else:
        assert incidents == []


def test_the_rename_is_told_with_97_percent_of_the_volume(published: duckdb.DuckDBPyConnection) -> None:
    renames = published.execute("SELECT old_event, new_event, volume_handed_over FROM rename_suspect").fetchall()
    assert [(old, new) for old, new, _ in renames] == [("project.created", "project_created")]
    assert renames[0][2] == pytest.approx(0.97, abs=0.03)


def test_what_could_not_be_read_is_said(published: duckdb.DuckDBPyConnection) -> None:
    outcomes = dict(published.execute("SELECT source, outcome FROM collection").fetchall())
    assert outcomes.pop("customerio_metrics") == "partial"
    assert outcomes.pop("customerio_journeys") == "partial"
    assert set(outcomes.values()) == {"complete"}
