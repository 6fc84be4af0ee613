"""The clock that entry points read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaign_health.errors import SettingsError
from campaign_health.pipeline.context import RunClock
from campaign_health.process.clock import local_day, read_clock


def test_without_the_setting_it_is_the_real_clock() -> None:
    assert abs(read_clock({}) - datetime.now(UTC)) < timedelta(seconds=5)


def test_with_the_setting_it_is_that_instant_in_utc() -> None:
    now = read_clock({"CAMPAIGN_HEALTH_NOW": "2026-11-24T06:30:00+01:00"})
    assert now == datetime(2026, 11, 24, 5, 30, tzinfo=UTC)
    assert now.tzinfo is UTC


@pytest.mark.parametrize("text", ["2026-11-24T06:30:00", "yesterday", "2026-11-24"])
def test_an_instant_without_an_offset_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="CAMPAIGN_HEALTH_NOW"):
        read_clock({"CAMPAIGN_HEALTH_NOW": text})


@pytest.mark.parametrize("year", ["0001", "1969", "2201", "9999"])
def test_an_instant_in_a_year_that_no_campaign_ran_in_is_refused(year: str) -> None:
    with pytest.raises(SettingsError, match=r"CAMPAIGN_HEALTH_NOW.*1970 to 2200"):
        read_clock({"CAMPAIGN_HEALTH_NOW": f"{year}-06-01T00:00:00+00:00"})


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        ("2026-11-24T07:59:00+00:00", "America/Los_Angeles", date(2026, 11, 23)),
        ("2026-11-24T08:00:00+00:00", "America/Los_Angeles", date(2026, 11, 24)),
        ("2026-11-23T13:00:00+00:00", "Australia/Sydney", date(2026, 11, 24)),
        ("2026-10-25T00:30:00+00:00", "Europe/Berlin", date(2026, 10, 25)),
    ],
)
def test_the_local_day_changes_at_local_midnight(instant: str, zone: str, day: date) -> None:
    assert local_day(datetime.fromisoformat(instant), ZoneInfo(zone)) == day


def test_a_run_that_begins_at_a_clock_that_stands_still_comes_after_what_is_stored() -> None:
    now = datetime(2026, 11, 24, 9, tzinfo=UTC)
    stored = now + timedelta(seconds=30)
    clock = RunClock(now, stored)
    assert clock.now == now
    assert clock.instant() >= stored
    assert RunClock(now, now - timedelta(days=1)).instant() - now < timedelta(seconds=5)
