"""Metrics are labelled with the days that were answered, and are an error where those cannot be told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from collectors.customerio import fetch_campaign_metrics, fetch_journey_metrics
from collectors.customerio.echoed_window import echoed_instant
from collectors.errors import UnexpectedShape
from tests.collectors_cast import KEY, ZONES, A, B, C, Reply, customerio_at, sandbox_customerio, scripted
from tests.customerio_cast import NOW, UTC_ZONE
from tests.sandbox_cast import FIRST, small_world

NEW_YORK = ZoneInfo("America/New_York")
ECHO = "2026-11-20 00:00:00 +0000 UTC"


def metrics_answer(series: Any, start: Any = ECHO) -> Reply:
    """A metrics answer that begins on the 20th."""
    return Reply(
        body={"start": start, "end": "2026-11-22 00:00:00 +0000 UTC", "res": "days", "metric": {"series": series}}
    )


def metrics_of(reply: Reply, zone: ZoneInfo = UTC_ZONE) -> Any:
    """Campaign 17's metrics from A to C."""
    with scripted(reply) as server:
        return fetch_campaign_metrics(customerio_at(server.url), 17, A, C, zone, NOW)


def test_metrics_are_asked_for_by_version_two_with_zone_and_window() -> None:
    reply = metrics_answer({"sent": [1, 2, 3]}, "2026-11-20 00:00:00 -0500 EST")
    with scripted(reply) as server:
        fetch_campaign_metrics(customerio_at(server.url), 17, A, C, NEW_YORK, NOW)
        (asked,) = server.asked
    assert asked.path == "/v1/campaigns/17/metrics"
    start = int(datetime(2026, 11, 20, tzinfo=NEW_YORK).timestamp())
    assert asked.query == {
        "version": "2",
        "res": "days",
        "tz": "America/New_York",
        "start": str(start),
        "end": str(start + 3 * 86400 - 1),
    }
    assert asked.headers["authorization"] == f"Bearer {KEY}"


def test_series_are_kept_by_name_also_those_nobody_knows() -> None:
    found = metrics_of(
        metrics_answer({"sent": [118, 117, 0], "opened": [60, None, 0], "brand_new": [1, 2, 3], "2xx": None})
    )
    assert list(found.days) == [A, B, C]
    assert found.series == {"sent": [118, 117, 0], "opened": [60, None, 0], "brand_new": [1, 2, 3]}


@pytest.mark.parametrize(
    ("series", "field"),
    [
        (None, "metric.series"),
        ({}, "metric.series.sent"),
        ({"sent": None, "opened": [1, 2, 3]}, "metric.series.sent"),
        ({"sent": [1, None, 3]}, "metric.series.sent[1]"),
        ({"sent": [1, "2", 3]}, "metric.series.sent[1]"),
        ({"sent": [1, -2, 3]}, "metric.series.sent[1]"),
        ({"sent": [1, True, 3]}, "metric.series.sent[1]"),
        ({"sent": [1, 2]}, "metric.series.sent"),
        ({"sent": [1, 2, 3, 4]}, "metric.series.sent"),
        ({"sent": []}, "metric.series.sent"),
        ({"sent": [1, 2, 3], "opened": [1]}, "metric.series.opened"),
        ({"sent": [1, 2, 3], "opened": 4}, "metric.series.opened"),
    ],
)
def test_a_series_that_cannot_be_trusted_is_an_error_and_never_zero(series: Any, field: str) -> None:
    with pytest.raises(UnexpectedShape) as caught:
        metrics_of(metrics_answer(series))
    assert caught.value.field == field


def test_days_are_labelled_from_the_echo_and_not_from_the_request() -> None:
    found = metrics_of(metrics_answer({"sent": [9, 1, 2, 3]}, "2026-11-19 00:00:00 +0000 UTC"))
    assert list(found.days) == [A, B, C]
    assert found.series["sent"] == [1, 2, 3]
    late = metrics_of(metrics_answer({"sent": [2, 3]}, "2026-11-21 00:00:00 +0000 UTC"))
    assert (list(late.days), late.series["sent"]) == ([B, C], [2, 3]), "the first day was not answered: it has no row"


@pytest.mark.parametrize(
    "start",
    [
        "2026-11-19 00:00:00 +0000 UTC",
        "2026-11-20 05:00:00 +0000 UTC",
        "2026-11-20 00:00:00 -0500 EST",
        "2026-11-23 00:00:00 +0000 UTC",
        "2026-11-20 00:00:00",
        "soon",
        1795651200,
        None,
    ],
)
def test_days_that_cannot_be_told_are_an_error(start: Any) -> None:
    with pytest.raises(UnexpectedShape) as caught:
        metrics_of(metrics_answer({"sent": [1, 2, 3]}, start))
    assert caught.value.field in ("start", "metric.series.sent")


@pytest.mark.parametrize(
    "printed",
    [
        "2026-11-20 00:00:00 +0000 UTC",
        "2026-11-20 00:00:00 +0000 +0000",
        "2026-11-20 00:00:00 +0000 UTC m=+0.000000001",
        "2026-11-19 19:00:00 -0500 EST",
        "2026-11-20T00:00:00Z",
        "2026-11-20T05:30:00+05:30",
        "2026-11-20 00:00:00.000 +0000 UTC",
    ],
)
def test_echoed_times_are_read_as_go_and_as_iso_print_them(printed: str) -> None:
    assert echoed_instant(printed) == datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize("zone", [*ZONES, "America/Santiago", "Africa/Cairo"])
def test_metrics_are_the_worlds_in_every_zone_and_over_a_clock_change(zone: str) -> None:
    world = small_world(time_zone=zone)
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        client = sandbox_customerio(sandbox)
        last = FIRST + timedelta(days=34)
        found = fetch_campaign_metrics(client, 17, FIRST, last, ZoneInfo(zone), sandbox.now)
        journeys = fetch_journey_metrics(client, 17, FIRST, last, ZoneInfo(zone), sandbox.now)
    assert list(found.days) == list(journeys.days) == [FIRST + timedelta(days=i) for i in range(35)]
    truth = world.campaigns[17]
    for name in ("sent", "created", "failed", "opened"):
        assert list(found.series[name]) == truth.series[name][:35].tolist()
    if zone not in ("Australia/Lord_Howe", "Asia/Kolkata"):
        for name in ("started", "activated"):
            assert list(journeys.series[name]) == truth.journeys[name][:35].tolist()
    else:
        total = sum(value or 0 for value in journeys.series["started"])
        assert abs(total - int(truth.journeys["started"][:35].sum())) <= 5, "half an hour moves at each end"


def test_today_is_asked_for_as_far_as_it_has_come() -> None:
    world = small_world(time_zone="America/New_York")
    today = FIRST + timedelta(days=35)
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        client = sandbox_customerio(sandbox)
        found = fetch_campaign_metrics(client, 17, today - timedelta(days=1), today, NEW_YORK, sandbox.now)
        journeys = fetch_journey_metrics(client, 17, today - timedelta(days=1), today, NEW_YORK, sandbox.now)
    truth = world.campaigns[17]
    assert found.series["sent"][0] == truth.series["sent"][34]
    assert 0 < (found.series["sent"][1] or 0) < truth.series["sent"][35]
    assert 0 < (journeys.series["started"][1] or 0) < truth.journeys["started"][35]
