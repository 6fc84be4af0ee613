"""The demo world served as Amplitude instead of Mixpanel: the same verdicts and causes, within Amplitude's limits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest

from campaign_health.demo.world.stories import demo_faults, demo_manifest, demo_world
from campaign_health.judge.judging import judge_workspace
from campaign_health.pipeline import collect_once, order_from_names
from campaign_health.process.clock import read_clock
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.http.request_log import RecordedRequest
from campaign_health.sandbox.server import running_sandbox
from campaign_health.settings import load_settings
from storage.file.database import Warehouse
from tests.collecting_cast import Notes

pytestmark = pytest.mark.slow("demo")
TODAY = date(2026, 11, 24)
LIMITS = Limits()
# Mixpanel and Customer.io keep no limits here: theirs are shown elsewhere, and each run must be whole.
ONLY_AMPLITUDES = replace(
    Limits.unlimited(),
    amplitude_per_hour=LIMITS.amplitude_per_hour,
    amplitude_per_burst=LIMITS.amplitude_per_burst,
    amplitude_concurrent=LIMITS.amplitude_concurrent,
)

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Judged:
    """What is stored after one run and one judgement, and what was asked for it."""

    counts: Rows
    days: Rows
    verdicts: Rows
    incidents: Rows
    changes: Rows
    asked: list[RecordedRequest]


def judged(directory: Path, events_from: Literal["Mixpanel", "Amplitude"]) -> Judged:
    directory.mkdir()
    (directory / "manifest.yaml").write_text(demo_manifest())
    with running_sandbox(
        demo_world(TODAY), faults=list(demo_faults()), limits=ONLY_AMPLITUDES, events_from=events_from
    ) as sandbox:
        environment = sandbox.environment | {
            "CAMPAIGN_HEALTH_DATA_DIR": str(directory),
            "CAMPAIGN_HEALTH_MANIFEST": str(directory / "manifest.yaml"),
            "AMPLITUDE_COST_PER_HOUR": "108000",
        }
        settings = load_settings(environment, directory)
        order = order_from_names((), None, None)
        report = collect_once(settings, order, read_clock(environment), Notes(), sleep=sandbox.let_pass)
        asked = sandbox.requests
    assert {r.source: r.error for r in report.workspaces[0].records if r.source.startswith("mixpanel")} == {
        "mixpanel_events": None,
        "mixpanel_properties": None,
        "mixpanel_lexicon": None,
    }
    warehouse = Warehouse(directory)
    judge_workspace(warehouse, settings.workspaces[0], read_clock(environment))
    with warehouse.read() as connection:

        def rows(sql: str) -> Rows:
            return connection.execute(sql + " ORDER BY ALL").fetchall()

        return Judged(
            rows("SELECT event, day, events, state FROM event_day"),
            rows("SELECT source, day, state FROM source_day"),
            rows("SELECT campaign_id, day, status, stage, cause FROM verdict"),
            rows("SELECT campaign_id, status, opened_on, stage, cause FROM incident"),
            rows("SELECT event, property, kind, day, before, after, new_property FROM property_change"),
            asked,
        )


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Judged, Judged]:
    directory = tmp_path_factory.mktemp("demo")
    return judged(directory / "mixpanel", "Mixpanel"), judged(directory / "amplitude", "Amplitude")


def test_every_days_count_and_state_is_the_same(both: tuple[Judged, Judged]) -> None:
    mixpanel, amplitude = both
    assert amplitude.counts == mixpanel.counts
    assert amplitude.days == mixpanel.days


def test_every_campaign_has_the_same_verdicts_and_causes_on_every_day(both: tuple[Judged, Judged]) -> None:
    mixpanel, amplitude = both
    assert amplitude.verdicts == mixpanel.verdicts
    assert len(mixpanel.incidents) > 5
    assert amplitude.incidents == mixpanel.incidents
    assert mixpanel.changes
    assert amplitude.changes == mixpanel.changes


def test_no_request_was_refused_for_its_cost_and_mixpanel_was_not_asked(both: tuple[Judged, Judged]) -> None:
    _, amplitude = both
    own = [request for request in amplitude.asked if request.endpoint.startswith("amplitude")]
    assert {request.status for request in own} <= {200, 404}
    assert len([request for request in own if request.endpoint == "amplitude.segmentation"]) >= 60
    assert not [request for request in amplitude.asked if request.endpoint.startswith("mixpanel")]
