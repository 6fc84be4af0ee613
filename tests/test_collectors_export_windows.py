"""Windows of the raw export cover each local day once and never ask for tomorrow."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from campaign_health.sandbox.world.day_bounds import midnight
from collectors.mixpanel.export.export_windows import MOST_WINDOWS, export_windows
from collectors.zone_days import day_of
from tests.collectors_cast import ZONES


@given(
    st.sampled_from([*ZONES, "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "America/Los_Angeles"]),
    st.dates(date(2020, 1, 1), date(2026, 12, 31)),
    st.integers(1, 400),
)
def test_windows_cover_each_day_once_within_the_hourly_limit(zone: str, first: date, days: int) -> None:
    last = first + timedelta(days=days - 1)
    now = datetime(2030, 1, 1, tzinfo=UTC)
    windows = export_windows(first, last, ZoneInfo(zone), "utc", now)
    assert len(windows) <= MOST_WINDOWS
    assert [day for window in windows for day in window.completes] == [first + timedelta(days=i) for i in range(days)]
    assert all(b.from_date - a.to_date == timedelta(days=1) for a, b in itertools.pairwise(windows))
    assert windows[0].from_date <= day_of(midnight(first, ZoneInfo(zone)), UTC)
    assert windows[-1].to_date >= day_of(midnight(last + timedelta(days=1), ZoneInfo(zone)) - 1, UTC)


def test_no_utc_day_after_today_is_asked_for() -> None:
    now = datetime(2026, 11, 24, 20, tzinfo=UTC)  # noon of the 24th in Los Angeles
    (window,) = export_windows(date(2026, 11, 24), date(2026, 11, 24), ZoneInfo("America/Los_Angeles"), "utc", now)
    assert (window.from_date, window.to_date) == (date(2026, 11, 24), date(2026, 11, 24))
