"""Journeys are asked for by the hour and summed into the days of the project's clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from collectors.customerio import fetch_journey_metrics
from collectors.customerio.journeys import hour_bounds
from collectors.errors import UnexpectedShape
from tests.collectors_cast import A, C, Reply, customerio_at, scripted
from tests.customerio_cast import NOW, UTC_ZONE


def journeys_of(value: Any, zone: ZoneInfo = UTC_ZONE) -> Any:
    """Campaign 17's journeys from A to C, and what was asked."""
    with scripted(Reply(body={"journey_metric": value})) as server:
        return fetch_journey_metrics(customerio_at(server.url), 17, A, C, zone, NOW), server.asked[0].query


def test_journeys_are_asked_for_by_the_hour_and_summed_into_days() -> None:
    started = [1] * 24 + [2] * 24 + [0] * 24
    found, asked = journeys_of({"started": started, "activated": [None, *started[1:]]})
    start = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp())
    assert asked == {"start": str(start), "end": str(start + 3 * 86400 - 1), "resolution": "hours", "res": "hours"}
    assert found.series["started"] == [24, 48, 0]
    assert found.series["activated"] == [None, 48, 0], "a day with an unknown hour is unknown, not less"


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (None, "journey_metric"),
        ({}, "journey_metric.started"),
        ({"started": None}, "journey_metric.started"),
        ({"started": [1] * 71}, "journey_metric.started"),
        ({"started": [1] * 73}, "journey_metric.started"),
        ({"started": [None] + [1] * 71}, "journey_metric.started[0]"),
        ({"started": [1] * 72, "exited_early": [1]}, "journey_metric.exited_early"),
    ],
)
def test_journeys_that_cannot_be_trusted_are_an_error(value: Any, field: str) -> None:
    with pytest.raises(UnexpectedShape) as caught:
        journeys_of(value)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Asia/Kolkata", date(2026, 11, 20), 24),
        ("Asia/Kathmandu", date(2026, 11, 20), 24),
        ("UTC", date(2028, 2, 29), 24),
    ],
)
def test_a_day_has_as_many_hours_as_its_clocks_show(zone: str, day: date, hours: int) -> None:
    begin, end = hour_bounds(day, day, ZoneInfo(zone), datetime(2030, 1, 1, tzinfo=UTC))
    assert end - begin == hours


def test_half_hour_zones_are_moved_to_the_nearest_hour() -> None:
    far = datetime(2030, 1, 1, tzinfo=UTC)
    midnight = int(datetime(2026, 11, 19, 18, 0, tzinfo=UTC).timestamp()) // 3600
    assert hour_bounds(A, A, ZoneInfo("Asia/Kolkata"), far)[0] == midnight + 1, "18:30 UTC, the later hour"
    assert hour_bounds(A, A, ZoneInfo("Asia/Kathmandu"), far)[0] == midnight, "18:15 UTC, the nearer hour"
