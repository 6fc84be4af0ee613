"""Whole runs against Amplitude: the same four states of a day as from Mixpanel, whatever goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from campaign_health.pipeline import collect_once, order_from_names
from campaign_health.pipeline.order import light_order
from campaign_health.pipeline.sources.queried_counts import _Plan, _stretches
from campaign_health.process.clock import read_clock
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from storage.records import SOURCES
from tests.collecting_cast import (
    CAST,
    FIRST_DAY,
    INVITED,
    LAST_DAY,
    SIGNED_UP,
    UPGRADED,
    Installation,
    Notes,
    cast_world,
)

COUNTS = order_from_names(["mixpanel_events"], None, None)
PROPERTIES = order_from_names(["customerio_campaigns", "mixpanel_events", "mixpanel_properties"], None, None)
OF_DAYS = "SELECT state, count(*) FROM event_day WHERE event = ? GROUP BY ALL ORDER BY ALL"


@contextmanager
def made(directory: Path, limits: Limits | None = None, **extra: str) -> Iterator[Installation]:
    directory.mkdir()
    with running_sandbox(cast_world(), limits=limits or Limits.unlimited(), events_from="Amplitude") as sandbox:
        yield Installation(sandbox, directory, {"AMPLITUDE_COST_PER_HOUR": "108000", **extra})


@pytest.fixture
def amplitude(tmp_path: Path) -> Iterator[Installation]:
    with made(tmp_path / "data") as installation:
        yield installation


def test_a_first_run_fetches_every_source_and_counts_as_the_world_happened(amplitude: Installation) -> None:
    report = amplitude.collect()
    assert report.exit_code() == 0
    assert set(amplitude.outcomes(report)) == set(SOURCES)
    assert set(amplitude.outcomes(report).values()) == {"complete"}
    counted = amplitude.rows("SELECT event, day, events, state FROM event_day WHERE events > 0 ORDER BY ALL")
    assert counted == sorted(
        (name, FIRST_DAY + timedelta(days=ahead), events + ahead % 7, "observed")
        for name, (events, _) in CAST.items()
        for ahead in range(20)
    )
    assert amplitude.value("SELECT event_service FROM workspace") == "Amplitude"
    assert amplitude.value("SELECT sum(requests) FROM collection") == len(amplitude.sandbox.requests)


def test_a_day_that_was_restated_is_counted_anew(amplitude: Installation) -> None:
    amplitude.collect(COUNTS)
    world = cast_world()
    day = LAST_DAY - timedelta(days=1)
    world.events[SIGNED_UP].daily[world.index(day)] = 99
    amplitude.sandbox.serve(world)
    amplitude.collect(COUNTS)
    assert amplitude.rows("SELECT events, state FROM event_day WHERE event = ? AND day = ?", SIGNED_UP, day) == [
        (99, "observed")
    ]


def test_the_running_day_is_provisional(amplitude: Installation) -> None:
    amplitude.sandbox.set_today(LAST_DAY, hour=15)
    amplitude.collect(COUNTS)
    amplitude.collect(light_order())
    states = amplitude.rows("SELECT day, state FROM event_day WHERE event = ? ORDER BY day DESC LIMIT 2", SIGNED_UP)
    assert states == [(LAST_DAY, "provisional"), (LAST_DAY - timedelta(days=1), "observed")]
    assert 0 < amplitude.value("SELECT events FROM event_day WHERE event = ? AND day = ?", SIGNED_UP, LAST_DAY) < 45


def test_an_event_whose_series_is_left_out_is_unknown_and_not_zero(amplitude: Installation) -> None:
    amplitude.sandbox.fail("half_list", endpoint="amplitude.segmentation", at=2, times=None)
    report = amplitude.collect(COUNTS)
    assert amplitude.outcomes(report) == {"mixpanel_events": "partial"}
    error = amplitude.value("SELECT error FROM collection WHERE run_id = ?", report.run_id)
    assert "Amplitude refused the event" in error
    assert "holds 0 series" in error
    assert amplitude.value("SELECT count(DISTINCT event) FROM event_day WHERE events IS NOT NULL") == 2
    assert amplitude.value("SELECT count(*) FROM event_day WHERE events = 0") == 0
    amplitude.sandbox.mend()
    assert amplitude.collect(COUNTS).exit_code() == 0
    assert amplitude.rows(OF_DAYS, INVITED) == amplitude.rows(OF_DAYS, UPGRADED) == [("observed", 20)]


def test_an_event_that_the_list_leaves_out_is_asked_for_all_the_same(amplitude: Installation) -> None:
    amplitude.collect(COUNTS)
    amplitude.next_day()
    amplitude.sandbox.forget_requests()
    amplitude.sandbox.fail("half_list", endpoint="amplitude.list", at="every", times=None)
    amplitude.collect(COUNTS)
    asked = {request.get("e") for request in amplitude.sandbox.requests if request.endpoint == "amplitude.segmentation"}
    assert len(asked) == 3
    assert amplitude.rows("SELECT DISTINCT state FROM event_day") == [("observed",)]


@pytest.mark.parametrize("kind", ["zeros", "half_days"])
def test_an_answer_that_takes_back_what_was_counted_is_not_believed(amplitude: Installation, kind: str) -> None:
    amplitude.collect(COUNTS)
    before = amplitude.rows("SELECT event, day, events FROM event_day ORDER BY ALL")
    amplitude.sandbox.fail(kind, endpoint="amplitude.segmentation", at="every", times=None)
    report = amplitude.collect(COUNTS)
    assert amplitude.rows("SELECT event, day, events FROM event_day ORDER BY ALL") == before
    assert "Amplitude" in amplitude.value("SELECT error FROM collection WHERE run_id = ?", report.run_id)


@pytest.mark.parametrize("kind", ["too_many_requests", "server_error", "cut", "unavailable"])
def test_what_passes_is_asked_again_and_the_day_is_whole(amplitude: Installation, kind: str) -> None:
    amplitude.sandbox.fail(kind, endpoint="amplitude.segmentation", at="every", times=2)
    assert amplitude.collect(COUNTS).exit_code() == 0
    assert amplitude.rows(OF_DAYS, SIGNED_UP) == [("observed", 20)]
    assert amplitude.sandbox.count("amplitude.segmentation") == 9


@pytest.mark.parametrize(
    ("kind", "told"),
    [("server_error", "Amplitude failed on"), ("cut", "Amplitude could not"), ("wrong_length", "unexpected shape"),
     ("text_number", "unexpected shape"), ("html", "web page"), ("forbidden", "AMPLITUDE_SECRET_KEY")],
)  # fmt: skip
def test_what_does_not_pass_leaves_what_is_stored(amplitude: Installation, kind: str, told: str) -> None:
    amplitude.collect(COUNTS)
    before = amplitude.rows("SELECT event, day, events, state FROM event_day ORDER BY ALL")
    amplitude.sandbox.fail(kind, endpoint="amplitude.segmentation", at="every", times=None)
    report = amplitude.collect(COUNTS)
    assert amplitude.outcomes(report)["mixpanel_events"] in ("partial", "failed")
    assert told in amplitude.value("SELECT error FROM collection WHERE run_id = ?", report.run_id)
    assert amplitude.rows("SELECT event, day, events, state FROM event_day ORDER BY ALL") == before


def test_a_wrong_key_is_told_with_its_cure_and_never_shown(tmp_path: Path) -> None:
    with made(tmp_path / "data", AMPLITUDE_SECRET_KEY="wrong-0123456789") as installation:
        report = installation.collect(COUNTS)
    error = installation.value("SELECT error FROM collection WHERE run_id = ?", report.run_id)
    assert "AMPLITUDE_REGION" in error
    assert "wrong-0123456789" not in error


def test_the_hours_share_ends_the_source_and_the_next_run_goes_on(tmp_path: Path) -> None:
    # The 120 days of one event cost 720, the list of events 6.
    with made(tmp_path / "data", AMPLITUDE_COST_PER_HOUR="1500") as installation:
        report = installation.collect(COUNTS)
        assert any(one.budget_spent for one in report.workspaces)
        counted = "SELECT count(DISTINCT event) FROM event_day WHERE events IS NOT NULL"
        assert installation.value(counted) == 2
        assert installation.value("SELECT sum(cost) FROM internal.mixpanel_request") == 1446
        installation.sandbox.set_now(installation.sandbox.now + timedelta(minutes=61))
        installation.collect(COUNTS)
        assert installation.value(counted) == 3


def test_events_that_are_new_cost_no_other_its_newest_day_where_the_hours_share_is_small(tmp_path: Path) -> None:
    with made(tmp_path / "data") as installation:
        installation.collect(COUNTS)
        installation.next_day()
        world = cast_world()
        world.events["a new one"] = replace(world.events[SIGNED_UP], name="a new one")
        installation.sandbox.serve(world)
        # A week of each of three costs some 150, the 120 days of the new one 720.
        installation.extra["AMPLITUDE_COST_PER_HOUR"] = "800"
        installation.collect(COUNTS)
        newest = installation.rows(
            "SELECT event FROM event_day WHERE day = ? AND state = 'observed'",
            installation.sandbox.now.date() - timedelta(days=1),
        )
        assert {event for (event,) in newest} == set(CAST)


def test_of_what_is_asked_campaigns_events_come_first_also_where_they_lack_older_days() -> None:
    day, reach = LAST_DAY, LAST_DAY - timedelta(days=100)
    known = {"usual": (None, None), "usual of a campaign": (None, None), "mended": (reach, None)}
    plan = _Plan(day, day, reach, known, frozenset(("usual of a campaign", "new of a campaign")), False, False)
    names = [*known, "new", "new of a campaign"]
    assert _stretches(plan, names) == [
        (day, ["usual of a campaign"]), (reach, ["new of a campaign"]), (day, ["usual"]), (reach, ["mended", "new"]),
    ]  # fmt: skip
    none = replace(plan, campaign_events=frozenset(("usual of a campaign",)))
    assert _stretches(none, names[:-1]) == [(day, ["usual", "usual of a campaign"]), (reach, ["mended", "new"])]
    assert _stretches(none, ["usual"]) == [(day, ["usual"])], "one request more only where it is needed"


def test_within_five_minutes_no_more_is_asked_than_amplitude_allows(tmp_path: Path) -> None:
    limits = replace(Limits.unlimited(), amplitude_per_burst=1000)
    with made(tmp_path / "data", limits) as installation:
        sandbox, settings = installation.sandbox, installation.settings()
        clock = read_clock(installation.environment)
        report = collect_once(settings, COUNTS, clock, Notes(), sleep=sandbox.let_pass)
        assert report.exit_code() == 0
        assert {request.status for request in sandbox.requests} == {200}


def test_properties_have_their_types_and_no_more_days_than_the_export_has(amplitude: Installation) -> None:
    report = amplitude.collect(PROPERTIES)
    assert amplitude.outcomes(report)["mixpanel_properties"] == "complete"
    days = amplitude.rows("SELECT DISTINCT day FROM event_property ORDER BY ALL")
    assert [day for (day,) in days][-1] == LAST_DAY


@pytest.mark.parametrize("kind", ["cut", "drop", "server_error"])
def test_an_export_that_breaks_leaves_the_day_not_collected(amplitude: Installation, kind: str) -> None:
    amplitude.sandbox.fail(kind, endpoint="amplitude.export", at="every", times=None)
    report = amplitude.collect(PROPERTIES)
    assert amplitude.outcomes(report)["mixpanel_properties"] in ("partial", "failed")
    of_day = "SELECT state FROM source_day WHERE source = 'mixpanel_properties' AND day = ?"
    assert amplitude.value(of_day, LAST_DAY) == "not_collected"
    assert amplitude.rows("SELECT * FROM event_property") == []
