"""Our clock is compared with the services': on a wrong one nothing is collected, and it is told how far it is off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from campaign_health.doctor import examine
from campaign_health.pipeline import Order, RunReport, collect_once
from campaign_health.pipeline.clock_check import ClockCheck, clock_failure
from campaign_health.pipeline.context import RunClock
from campaign_health.pipeline.order import CUSTOMERIO_SOURCES, RUNNING_ORDER
from campaign_health.settings import load_settings
from collectors.errors import ClockOff
from collectors.http.service_clock import answered_at, service_is_ahead
from storage.file.database import Warehouse
from tests.collecting_cast import Install, Installation, Notes, cast_world

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STORED = (
    "event_day",
    "campaign_day",
    "journey_day",
    "source_day",
    "event_property",
    "campaign",
    "campaign_version",
    "workspace",
)


def run_at(installation: Installation, ours: datetime, order: Order | None = None) -> RunReport:
    """A run whose clock shows `ours`, which nothing stands in for."""
    environment = {name: text for name, text in installation.environment.items() if name != "CAMPAIGN_HEALTH_NOW"}
    settings = load_settings(environment, installation.data_dir)
    return collect_once(settings, order or Order(), ours, Notes(), sleep=lambda _: None)


def stored(installation: Installation) -> dict[str, int]:
    """How many rows there are of all that is collected."""
    with Warehouse(installation.data_dir).read() as connection:
        return {table: len(connection.execute(f"SELECT * FROM {table}").fetchall()) for table in STORED}


@pytest.fixture
def live(install: Install) -> Installation:
    """An installation whose services have the real present for theirs."""
    return install(cast_world(now=datetime.now(UTC)))


def test_the_header_says_when_it_was_answered() -> None:
    assert answered_at({"Date": "Fri, 20 Nov 2026 12:00:00 GMT"}) == NOON
    assert answered_at({"Date": "Fri, 20 Nov 2026 13:00:00 +0100"}) == NOON


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Date": ""},
        {"Date": "yesterday"},
        {"Date": "Fri, 99 Nov 2026 12:00:00 GMT"},
        {"Date": "Fri, 20 Nov 99999 12:00:00 GMT"},
        {"Date": "Fri, 20 Nov 2026 12:00:00 GMT", "Age": "86400"},
    ],
)
def test_what_is_missing_unreadable_or_kept_by_a_cache_is_no_evidence(headers: Mapping[str, str]) -> None:
    assert answered_at(headers) is None
    ClockCheck(lambda: NOON + 30 * DAY, is_replay=False).of("Mixpanel")(headers, 0.0)


def test_how_long_an_answer_took_is_not_taken_for_a_difference() -> None:
    asked, came = NOON, NOON + 5 * MINUTE
    for served in (asked, asked + MINUTE, came):
        assert service_is_ahead(served, asked, came) == timedelta(0)
    assert service_is_ahead(asked - HOUR, asked, came) == -HOUR
    assert service_is_ahead(came + HOUR, asked, came) == HOUR


@pytest.mark.parametrize("ahead", [timedelta(0), 10 * MINUTE, -10 * MINUTE])
def test_minutes_are_let_pass(ahead: timedelta) -> None:
    assert clock_failure(ahead, "Mixpanel") is None


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (11 * MINUTE, "This machine's clock is 11 minutes behind Mixpanel's"),
        (-90 * MINUTE, "This machine's clock is 90 minutes ahead of Mixpanel's"),
        (-5 * HOUR, "This machine's clock is 5 hours ahead of Mixpanel's"),
        (400 * DAY, "This machine's clock is 400 days behind Mixpanel's"),
    ],
)
def test_how_far_it_is_off_and_which_way_is_told(ahead: timedelta, said: str) -> None:
    failure = clock_failure(ahead, "Mixpanel")
    assert failure is not None
    assert failure.message.startswith(said)
    assert "NTP" in failure.cure


def test_the_first_answer_that_says_its_time_decides() -> None:
    check = ClockCheck(lambda: NOON, is_replay=False)
    asked = check.of("Mixpanel")
    asked({}, 0.0)
    now = format_datetime(datetime.now(UTC), usegmt=True)
    asked({"Date": now}, 0.0)
    asked({"Date": format_datetime(NOON + 4000 * DAY, usegmt=True)}, 0.0)
    check.refuse()


def test_a_replay_is_not_compared() -> None:
    check = ClockCheck(lambda: NOON + 400 * DAY, is_replay=True)
    check.of("Mixpanel")({"Date": format_datetime(NOON, usegmt=True)}, 0.0)
    check.refuse()


@pytest.mark.parametrize("off", [30 * DAY, HOUR])
def test_on_a_clock_that_is_ahead_nothing_is_stored(live: Installation, off: timedelta) -> None:
    report = run_at(live, datetime.now(UTC) + off)
    assert report.exit_code() == 1
    assert isinstance(report.clock_off(), ClockOff)
    records = {record.source: record for record in report.records()}
    assert set(records) == set(RUNNING_ORDER)
    assert {record.outcome for record in records.values()} == {"failed"}
    words = "30 days" if off == 30 * DAY else "60 minutes"
    assert all(
        (record.error or "").startswith(f"This machine's clock is {words} ahead of Mixpanel's")
        for record in records.values()
    )
    assert not any(stored(live).values())
    assert len(live.sandbox.requests) == 1, "nobody is asked further"


def test_the_record_of_it_has_the_services_time(live: Installation) -> None:
    run_at(live, datetime.now(UTC) + 30 * DAY)
    with Warehouse(live.data_dir).read() as connection:
        [(newest,)] = connection.execute("SELECT max(ended_at) FROM collection").fetchall()
    assert abs(newest.replace(tzinfo=UTC) - datetime.now(UTC)) < MINUTE, "else the schedule waits for 30 days"


@pytest.mark.slow("ends")
def test_a_clock_that_is_mended_collects_as_if_nothing_had_been(live: Installation) -> None:
    run_at(live, datetime.now(UTC) + 30 * DAY)
    report = run_at(live, datetime.now(UTC))
    assert report.clock_off() is None
    assert {record.source: record.outcome for record in report.records()}["mixpanel_events"] == "complete"
    today = datetime.now(UTC).date()
    assert live.value("SELECT max(day) FROM event_day WHERE state = 'observed'") < today


@pytest.mark.parametrize(
    "source",
    [
        "customerio_metrics",
        *(
            pytest.param(one, marks=pytest.mark.slow("ends"))
            for one in CUSTOMERIO_SOURCES
            if one != "customerio_metrics"
        ),
    ],
)
def test_without_mixpanel_the_other_service_says_it(live: Installation, source: str) -> None:
    run_at(live, datetime.now(UTC))
    before = stored(live)
    live.extra |= {"CAMPAIGN_HEALTH_TIMEZONE": "Europe/Berlin"}
    live.extra |= dict.fromkeys(("MIXPANEL_PROJECT_ID", "MIXPANEL_SERVICE_ACCOUNT", "MIXPANEL_SERVICE_SECRET"), "")
    sources = frozenset({source, "customerio_campaigns"})
    report = run_at(live, datetime.now(UTC) + 30 * DAY, Order(sources=sources))  # type: ignore[arg-type]
    failure = report.clock_off()
    assert failure is not None
    assert failure.source == "Customer.io"
    assert {record.outcome for record in report.records()} == {"failed"}
    assert stored(live) == before, "not even a day that was not collected"


def test_a_clock_that_is_behind_is_refused_too(live: Installation) -> None:
    live.sandbox.set_now(datetime.now(UTC) + 2 * DAY)
    report = run_at(live, datetime.now(UTC))
    failure = report.clock_off()
    assert failure is not None
    assert failure.message.startswith("This machine's clock is 2 days behind Mixpanel's")
    assert not any(stored(live).values())


@pytest.mark.slow("ends")
def test_a_run_that_had_to_wait_for_its_turn_is_not_taken_for_a_wrong_clock(live: Installation) -> None:
    assert run_at(live, datetime.now(UTC) - HOUR).clock_off() is None


@pytest.mark.slow("ends")
def test_a_replay_of_another_day_collects(installation: Installation) -> None:
    installation.sandbox.set_now(installation.sandbox.now)
    assert installation.settings().http.is_replay
    assert installation.collect().exit_code() == 0


def test_instants_are_corrected_and_days_are_not() -> None:
    clock = RunClock(NOON + 30 * DAY)
    clock.correct(-30 * DAY)
    assert abs(clock.instant() - NOON) < MINUTE
    assert abs(clock.present() - NOON - 30 * DAY) < MINUTE
    assert clock.now == NOON + 30 * DAY


def test_the_doctor_says_that_the_clock_is_off(live: Installation) -> None:
    live.sandbox.set_now(datetime.now(UTC) - 3 * HOUR)
    environment = {name: text for name, text in live.environment.items() if name != "CAMPAIGN_HEALTH_NOW"}
    settings = load_settings(environment, live.data_dir)
    findings = list(examine(settings, environment, live.data_dir, datetime.now(UTC)))
    [clock] = [finding for finding in findings if finding.subject == "Clock"]
    assert clock.level == "wrong"
    assert clock.text == "This machine's clock is 3 hours ahead of the services' clocks."
    assert "Until then no run collects anything." in clock.cure


def test_the_doctor_compares_nothing_in_a_replay(installation: Installation) -> None:
    environment = installation.environment
    findings = examine(installation.settings(), environment, installation.data_dir, installation.sandbox.now)
    assert [finding.level for finding in findings if finding.subject == "Clock"] == ["note"]
