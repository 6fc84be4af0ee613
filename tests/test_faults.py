"""Whatever goes wrong at whichever request: it is said, what is stored stays true, and the next run makes it whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from campaign_health.pipeline import Order, RunReport
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import Sandbox, running_sandbox
from campaign_health.sandbox.world.csv_world import csv_world
from tests.collecting_cast import Installation

ORDER = Order(sources=frozenset({"mixpanel_events", "customerio_metrics"}))
WITH_DEFINITIONS = Order(sources=ORDER.sources | {"customerio_campaigns"})
FIRST_DAY, DAYS, KNOWN_DAYS = date(2026, 11, 1), 12, 9
NOTICED = FIRST_DAY + timedelta(days=DAYS)
QUICK = {
    "CAMPAIGN_HEALTH_READ_SECONDS": "0.2",
    "CAMPAIGN_HEALTH_BACKFILL_DAYS": "14",
    "MIXPANEL_QUERIES_PER_HOUR": "999",
}

SLOW = pytest.mark.slow("faults")


def rarely(*kinds: object) -> list[Any]:
    """Faults of which a quick run has another that is met in the same way."""
    return [pytest.param(*(kind if isinstance(kind, tuple) else (kind,)), marks=SLOW) for kind in kinds]


ANYWHERE = [
    pytest.param("server_error", {}),
    pytest.param("unauthorized", {}),
    pytest.param("cut", {}),
    pytest.param("strange_shape", {}),
    *rarely(
        ("too_many_requests", {"retry_after": 3600}),
        ("too_many_requests", {"retry_after": None}),
        ("forbidden", {}),
        ("hang", {}),
        ("stall", {}),
        ("drop", {}),
        ("empty", {}),
        ("html", {}),
    ),
]
IN_METRICS = ["null_series", "wrong_length", *rarely("missing_sent", "text_number")]
IN_EXPORT = ["terminated_early", "cut", *rarely("cut_gzip", "html")]
POSITIONS = ("first", "middle", "last")


@dataclass
class Scene:
    """A sandbox, and a data directory in which all but the last days are collected."""

    sandbox: Sandbox
    known: Path
    requests: int
    truth: dict[tuple[str, date], tuple[int, int]]

    def begin(self, directory: Path, fresh: bool = False, **extra: str) -> Installation:
        self.sandbox.mend()
        self.sandbox.forget_requests()
        self.sandbox.set_today(NOTICED)
        if fresh:
            directory.mkdir()
        else:
            shutil.copytree(self.known, directory)
        return Installation(self.sandbox, directory, {**QUICK, **extra})


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    lines, truth = ["pair_id,date,events,sends"], {}
    for number, name in enumerate(("signed up", "invited")):
        for ahead in range(DAYS):
            day, counts = FIRST_DAY + timedelta(days=ahead), (30 + ahead - number, 20 + ahead - number)
            truth[name, day] = counts
            lines.append(f"{name},{day},{counts[0]},{counts[1]}")
    with running_sandbox(csv_world("\n".join(lines) + "\n", "America/New_York"), limits=Limits.unlimited()) as sandbox:
        known = tmp_path_factory.mktemp("known") / "data"
        known.mkdir()
        sandbox.set_today(FIRST_DAY + timedelta(days=KNOWN_DAYS))
        assert Installation(sandbox, known, QUICK).collect(WITH_DEFINITIONS).exit_code() == 0
        scene = Scene(sandbox, known, 0, truth)
        assert scene.begin(tmp_path_factory.mktemp("clean") / "data").collect(ORDER).exit_code() == 0
        scene.requests = sandbox.count()
        yield scene


def place(position: str, requests: int) -> int:
    return {"first": 1, "middle": requests // 2 + 1, "last": requests}[position]


def check_that_what_is_stored_is_true(scene: Scene, installation: Installation, *, whole: bool) -> None:
    rows = installation.rows(
        "SELECT campaign, day, events, event_state, sent, campaign_state FROM event_vs_campaign WHERE day >= ?",
        FIRST_DAY,
    )
    for campaign, day, events, event_state, sent, campaign_state in rows:
        true_events, true_sent = scene.truth[campaign, day]
        assert (events, event_state) in ((true_events, "observed"), (None, "not_collected")), (campaign, day)
        assert (sent, campaign_state) in ((true_sent, "observed"), (None, "not_collected")), (campaign, day)
    stored = {(campaign, day): (events, sent) for campaign, day, events, _, sent, _ in rows}
    known = [key for key in scene.truth if key[1] < FIRST_DAY + timedelta(days=KNOWN_DAYS)]
    for key in scene.truth if whole else known:
        assert stored[key] == scene.truth[key], f"what was collected is lost: {key}"


def check_that_it_is_said(report: RunReport, installation: Installation) -> None:
    rows = installation.rows("SELECT source, outcome, error FROM collection WHERE run_id = ?", report.run_id)
    assert {source for source, *_ in rows} == ORDER.sources
    told = [error for _, _, error in rows if error]
    assert told, "no record says what went wrong"
    assert all("Traceback" not in error and "sandbox-service-secret" not in error for error in told)
    assert all((outcome == "complete") or error for _, outcome, error in rows)
    # A request for the zone that fails is made up for by the zone of the last run, and noted.
    only_the_zone = any("is kept from the last run" in error for error in told)
    assert report.exit_code() == (0 if only_the_zone and len(told) == 1 else 1)


def check_run_with_fault(scene: Scene, installation: Installation) -> None:
    check_that_it_is_said(installation.collect(ORDER), installation)
    check_that_what_is_stored_is_true(scene, installation, whole=False)
    scene.sandbox.mend()
    scene.sandbox.forget_requests()


def check_that_the_next_run_makes_it_whole(scene: Scene, installation: Installation) -> None:
    assert installation.collect(ORDER).exit_code() == 0
    check_that_what_is_stored_is_true(scene, installation, whole=True)


@pytest.mark.slow("faults")
@pytest.mark.parametrize(("kind", "details"), ANYWHERE, ids=str)
def test_a_fault_at_the_first_a_middle_and_the_last_request_is_said_and_made_up_for(
    scene: Scene, tmp_path: Path, kind: str, details: dict[str, Any]
) -> None:
    installation = scene.begin(tmp_path / "data")
    for position in POSITIONS:
        # The first request is for the time zone, which is found wherever it stands in an answer of another shape.
        if (kind, position) != ("strange_shape", "first"):
            scene.sandbox.fail(kind, at=place(position, scene.requests), times=None, **details)
            check_run_with_fault(scene, installation)
    check_that_the_next_run_makes_it_whole(scene, installation)


@pytest.mark.slow("faults")
@pytest.mark.parametrize("kind", IN_METRICS)
def test_a_series_that_is_not_what_it_should_be_is_never_taken_for_zero(
    scene: Scene, tmp_path: Path, kind: str
) -> None:
    installation = scene.begin(tmp_path / "data")
    for number in (1, 2):
        scene.sandbox.fail(kind, endpoint="customerio.metrics", at=number, times=None)
        check_run_with_fault(scene, installation)
    check_that_the_next_run_makes_it_whole(scene, installation)


@pytest.mark.slow("faults")
@pytest.mark.parametrize("kind", IN_EXPORT)
def test_an_export_that_ends_early_is_not_counted_at_all(scene: Scene, tmp_path: Path, kind: str) -> None:
    since = NOTICED - timedelta(days=3)
    order = Order(since=since, sources=frozenset({"mixpanel_events"}))
    truth = {key: numbers[0] for key, numbers in scene.truth.items() if key[1] >= since}
    events = "SELECT event, day, events FROM event_day WHERE events IS NOT NULL"
    for position in POSITIONS:
        installation = scene.begin(tmp_path / position, fresh=True, MIXPANEL_COUNT_SOURCE="export")
        # Three local days reach into four days of UTC, each an export of its own.
        scene.sandbox.fail(kind, endpoint="mixpanel.export", at=place(position, 4), times=None)
        assert installation.collect(order).exit_code() == 1
        counted = {(event, day): count for event, day, count in installation.rows(events)}
        assert counted.items() < truth.items()
    scene.sandbox.mend()
    assert installation.collect(order).exit_code() == 0
    assert {(event, day): count for event, day, count in installation.rows(events)} == truth


@pytest.mark.slow("faults")
@pytest.mark.parametrize(
    "kind",
    ["unauthorized", "server_error", *rarely("expired", "payment_required", "forbidden", "not_found", "html")],
)
def test_a_first_run_whose_zone_stays_unknown_says_so_for_every_source(scene: Scene, tmp_path: Path, kind: str) -> None:
    installation = scene.begin(tmp_path / "data", fresh=True)
    scene.sandbox.fail(kind, endpoint="mixpanel.app.me", at="every", times=None)
    report = installation.collect(ORDER)
    assert report.exit_code() == 1
    assert set(installation.outcomes(report).values()) == {"failed"}
    check_that_it_is_said(report, installation)
    for record in report.records():
        assert record.error is not None
        assert record.error.startswith("The time zone is not known")
        assert "Mixpanel" in record.error
        assert record.error.count("CAMPAIGN_HEALTH_TIMEZONE") == 1
    scene.sandbox.mend()
    assert installation.collect(ORDER).exit_code() == 0
    check_that_what_is_stored_is_true(scene, installation, whole=True)


@pytest.mark.slow("faults")
@pytest.mark.parametrize("kind", ["unauthorized", *rarely("expired", "payment_required", "forbidden", "not_found")])
def test_a_key_that_is_refused_is_told_with_its_cure_once(scene: Scene, tmp_path: Path, kind: str) -> None:
    installation = scene.begin(tmp_path / "data", CAMPAIGN_HEALTH_TIMEZONE="America/New_York")
    scene.sandbox.fail(kind, endpoint="mixpanel", at="every", times=None)
    report = installation.collect(ORDER)
    assert report.exit_code() == 1
    assert installation.outcomes(report) == {"mixpanel_events": "failed", "customerio_metrics": "complete"}
    (error,) = [record.error for record in report.records() if record.source == "mixpanel_events"]
    assert error is not None
    sentences = [sentence.strip() for sentence in error.split(". ")]
    assert len(sentences) == len(set(sentences)), error
    assert error.count("Check MIXPANEL_") <= 1, error


def test_a_fault_that_passes_is_not_noticed_at_all(scene: Scene, tmp_path: Path) -> None:
    installation = scene.begin(tmp_path / "data")
    for number in (2, 3, 5):
        scene.sandbox.fail("server_error", at=number, times=1)
    assert installation.collect(ORDER).exit_code() == 0
    check_that_what_is_stored_is_true(scene, installation, whole=True)


def test_a_campaign_that_is_deleted_meanwhile_is_noted_and_is_no_failure(scene: Scene, tmp_path: Path) -> None:
    installation = scene.begin(tmp_path / "data")
    for endpoint in ("customerio.metrics", "customerio.campaign"):
        scene.sandbox.fail("not_found", endpoint=endpoint, at="every", times=None, campaign=1)
    assert installation.collect(ORDER).exit_code() == 0
    assert installation.value("SELECT gone_at IS NOT NULL FROM campaign WHERE campaign_id = 1")


@pytest.mark.slow("faults")
@pytest.mark.parametrize("kind", ["server_error", "html", "strange_shape"])
def test_a_list_of_campaigns_that_cannot_be_read_leaves_the_known_ones_to_be_asked(
    scene: Scene, tmp_path: Path, kind: str
) -> None:
    installation = scene.begin(tmp_path / "data")
    scene.sandbox.fail(kind, endpoint="customerio.campaigns", at="every", times=None)
    outcomes = installation.outcomes(installation.collect(WITH_DEFINITIONS))
    assert outcomes == {
        "customerio_campaigns": "failed",
        "mixpanel_events": "complete",
        "customerio_metrics": "complete",
    }
    check_that_what_is_stored_is_true(scene, installation, whole=True)


def test_one_source_failing_stops_neither_the_other_nor_what_it_had(scene: Scene, tmp_path: Path) -> None:
    installation = scene.begin(tmp_path / "data")
    scene.sandbox.fail("unauthorized", endpoint="mixpanel.query", at="every", times=None)
    outcomes = installation.outcomes(installation.collect(ORDER))
    assert outcomes == {"mixpanel_events": "failed", "customerio_metrics": "complete"}
