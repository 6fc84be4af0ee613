"""A run and each of its sources have an end; what is whole by then is kept, and the next run goes on from there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from campaign_health.pipeline import Order
from campaign_health.pipeline.order import CUSTOMERIO_SOURCES, MIXPANEL_SOURCES, RUNNING_ORDER
from campaign_health.pipeline.run_time import RunTime, source_seconds
from campaign_health.sandbox.world.csv_world import csv_world
from collectors.customerio.several import WORKERS
from collectors.errors import OutOfTime
from collectors.mixpanel.hourly_budget import HourlyBudget
from tests.collecting_cast import DAYS, FIRST_DAY, LAST_DAY, Install, Installation, cast_world
from tests.digest_receivers_cast import http_settings
from tests.slow_proxy import at_port, slowed

MIXPANEL = ("MIXPANEL_QUERY_URL", "MIXPANEL_EXPORT_URL", "MIXPANEL_APP_URL")
CUSTOMERIO = ("CUSTOMERIO_APP_URL",)
SLOW = pytest.mark.slow("ends")
# Seconds for all that is no waiting, on a busy machine; without an end each of these runs takes many minutes.
LEEWAY = 20

Slow = Callable[..., None]


@pytest.fixture
def slow_down() -> Iterator[Slow]:
    """`slow_down(installation, settings, pause=, bytes_at_once=)`: the addresses of these settings answer slowly."""
    with ExitStack() as running:

        def slow_down(installation: Installation, settings: tuple[str, ...], **how: float) -> None:
            addresses = installation.sandbox.environment
            port = urlsplit(addresses[settings[0]]).port
            assert port is not None
            proxy = running.enter_context(slowed(port, **how))  # type: ignore[arg-type]
            installation.extra |= {name: at_port(addresses[name], proxy) for name in settings}

        yield slow_down


def test_a_source_takes_half_of_what_is_left_and_the_last_one_all() -> None:
    left, taken = 120.0, []
    for sources_left in (5, 4, 3, 2, 1):
        taken.append(source_seconds(left, sources_left, 100.0))
        left -= taken[-1]
    assert taken == [60.0, 30.0, 15.0, 7.5, 7.5]
    assert left == 0
    assert source_seconds(1000.0, 5, 100.0) == 100.0
    assert source_seconds(-1.0, 5, 100.0) < 0


def test_the_setting_that_ended_a_source_is_named() -> None:
    time_of_run = RunTime(http_settings(1.0), wait=False)
    time_of_run.begin_source(8)
    assert 45 * 60 - 60 < time_of_run.deadline.left() <= 45 * 60
    with pytest.raises(OutOfTime) as ended:
        time_of_run.deadline.refuse_late("Mixpanel", needed=45 * 60)
    assert str(ended.value) == (
        "Mixpanel was asked no further: the 45 minutes that one source may take would be over before it may be asked "
        "again. What was whole by then is "
        "saved, and the next run goes on from there. CAMPAIGN_HEALTH_SOURCE_MINUTES gives a source more time."
    )
    short = RunTime(http_settings(1.0).model_copy(update={"run_minutes": 40.0}), wait=False)
    short.begin_source(8)
    with pytest.raises(OutOfTime, match=r"the 20 minutes left to this source of its run's 40 would be .*_RUN_MINUTES"):
        short.deadline.refuse_late("Mixpanel", needed=1201)


def test_who_waits_for_the_services_limits_has_a_day() -> None:
    time_of_run = RunTime(http_settings(1.0), wait=True)
    time_of_run.begin_source(8)
    assert time_of_run.deadline.left() == pytest.approx(12 * 3600, abs=60)


def test_a_wait_for_the_hours_requests_that_would_not_end_in_time_is_not_begun() -> None:
    time_of_run = RunTime(http_settings(1.0), wait=False)
    time_of_run.begin_source(8)
    waited: list[float] = []
    now = cast_world().now
    budget = HourlyBudget(
        1, [now], lambda: now, lambda seconds: time_of_run.deadline.rest(seconds, "Mixpanel", waited.append)
    )
    with pytest.raises(OutOfTime):
        budget.before_query()
    assert waited == []


@pytest.mark.slow("ends")
def test_a_wait_that_a_service_asks_for_is_not_begun_where_it_would_not_end_in_time(install: Install) -> None:
    installation = install(CAMPAIGN_HEALTH_SOURCE_MINUTES="0.5")
    installation.sandbox.fail("unavailable", "customerio", at="every", times=None, retry_after=45)
    report = installation.collect()
    outcomes = {record.source: record for record in report.records()}
    assert {outcomes[source].outcome for source in MIXPANEL_SOURCES} == {"complete"}
    campaigns = outcomes["customerio_campaigns"]
    assert campaigns.outcome == "failed"
    assert campaigns.requests == 1
    assert campaigns.error is not None
    assert "the 0.5 minutes that one source may take would be over before" in campaigns.error
    assert "The last try: Customer.io failed on /campaigns: 503" in campaigns.error
    assert "CAMPAIGN_HEALTH_SOURCE_MINUTES" in campaigns.error


@SLOW
def test_a_service_that_drips_takes_neither_the_others_time_nor_its_own_for_ever(
    install: Install, slow_down: Slow
) -> None:
    installation = install(CAMPAIGN_HEALTH_SOURCE_MINUTES="0.02", CAMPAIGN_HEALTH_RUN_MINUTES="0.1")
    slow_down(installation, CUSTOMERIO, pause=0.05, bytes_at_once=1)
    began = time.monotonic()
    report = installation.collect()
    assert time.monotonic() - began < 6 + LEEWAY
    records = {record.source: record for record in report.records()}
    assert set(records) == set(RUNNING_ORDER)
    assert {records[source].outcome for source in MIXPANEL_SOURCES} == {"complete"}
    assert {records[source].outcome for source in CUSTOMERIO_SOURCES} == {"failed"}
    error = records["customerio_campaigns"].error
    assert error is not None
    assert "Customer.io was asked no further: the 0.02 minutes that one source may take are over." in error
    assert installation.value("SELECT count(*) FROM event_day WHERE state = 'observed'") > 0


@SLOW
def test_all_that_drips_ends_with_the_run(install: Install, slow_down: Slow) -> None:
    installation = install(
        CAMPAIGN_HEALTH_TIMEZONE="Europe/Berlin",
        CAMPAIGN_HEALTH_SOURCE_MINUTES="0.05",
        CAMPAIGN_HEALTH_RUN_MINUTES="0.05",
    )
    slow_down(installation, CUSTOMERIO, pause=0.05, bytes_at_once=1)
    slow_down(installation, MIXPANEL, pause=0.05, bytes_at_once=1)
    began = time.monotonic()
    report = installation.collect()
    assert time.monotonic() - began < 3 + LEEWAY
    asked = [record for record in report.records() if record.requests]
    assert {record.source for record in asked} >= {"customerio_campaigns", "mixpanel_events"}
    assert {record.outcome for record in asked} == {"failed"}
    assert all("CAMPAIGN_HEALTH_RUN_MINUTES" in (record.error or "") for record in asked)


@SLOW
def test_campaigns_that_a_run_had_no_time_for_are_the_next_ones_first(install: Install) -> None:
    names = [f"event {number}" for number in range(2 * WORKERS)]
    days = [FIRST_DAY + timedelta(days=ahead) for ahead in range(DAYS)]
    lines = [f"{name},{day},40,36" for name in names for day in days]
    many = csv_world("\n".join(["pair_id,date,events,sends", *lines, ""]), "Europe/Berlin")
    installation = install(many, CAMPAIGN_HEALTH_TIMEZONE="Europe/Berlin")
    definitions = Order(sources=frozenset({"customerio_campaigns"}))
    metrics = Order(sources=frozenset({"customerio_metrics"}))
    assert installation.collect(definitions).exit_code() == 0
    ids = [campaign_id for (campaign_id,) in installation.rows("SELECT campaign_id FROM campaign ORDER BY 1")]
    installation.sandbox.fail("hang", "customerio", at="every", times=None, campaign=ids[-1])
    quick = dict(installation.extra)
    installation.extra |= {"CAMPAIGN_HEALTH_SOURCE_MINUTES": "0.05", "CAMPAIGN_HEALTH_READ_SECONDS": "30"}
    began = time.monotonic()
    report = installation.collect(metrics)
    assert time.monotonic() - began < 3 + LEEWAY
    [record] = report.records()
    assert record.outcome == "partial"
    assert record.error is not None
    assert f"1 of {len(ids)} campaigns were not read." in record.error
    state = "SELECT DISTINCT state FROM campaign_day WHERE campaign_id = ? AND day = ?"
    assert installation.value(state, ids[-1], LAST_DAY) == "not_collected"
    assert installation.value(state, ids[0], LAST_DAY) == "observed"

    installation.extra = quick
    installation.sandbox.mend()
    installation.next_day()
    installation.sandbox.forget_requests()
    installation.collect(metrics)
    asked = [one.path for one in installation.sandbox.requests if one.path.endswith("/metrics")]
    first = asked[:WORKERS]  # asked at once: which of them arrives first is not decided
    assert any(f"/campaigns/{ids[-1]}/" in path for path in first), "the one that lacks the most days comes first"
    assert installation.value(state, ids[-1], LAST_DAY) == "observed"
    assert installation.value(state, ids[-1], LAST_DAY - timedelta(days=5)) == "observed"


@SLOW
def test_days_that_an_export_had_no_time_for_are_the_next_runs(install: Install, slow_down: Slow) -> None:
    installation = install(
        CAMPAIGN_HEALTH_TIMEZONE="Europe/Berlin", MIXPANEL_COUNT_SOURCE="export", CAMPAIGN_HEALTH_BACKFILL_DAYS="20"
    )
    quick = dict(installation.extra)
    order = Order(sources=frozenset({"mixpanel_events"}))
    slow_down(installation, MIXPANEL, pause=0.15)
    installation.extra["CAMPAIGN_HEALTH_SOURCE_MINUTES"] = "0.025"
    [record] = installation.collect(order).records()
    assert record.outcome == "partial"
    assert record.error is not None
    assert "CAMPAIGN_HEALTH_SOURCE_MINUTES" in record.error
    days = "SELECT day FROM source_day WHERE source = 'mixpanel_events' AND state = ? ORDER BY day"
    counted = installation.rows(days, "observed")
    missing = installation.rows(days, "not_collected")
    assert 0 < len(counted) < DAYS
    assert len(counted) + len(missing) == DAYS
    assert counted[-1] < missing[0], "the oldest days come first"

    installation.extra = quick
    installation.sandbox.forget_requests()
    [record] = installation.collect(order).records()
    assert record.outcome == "complete"
    assert len(installation.rows(days, "observed")) == DAYS
    asked = [dict(one.query)["from_date"] for one in installation.sandbox.requests if "from_date" in dict(one.query)]
    assert min(asked) >= str(counted[-1][0]), "what is counted already is not asked for again"
