"""A local time comes once on each day that there is, in every zone, whatever its clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaign_health.schedule.local_times import WORKING_DAYS, due_instant, last_due, next_due
from tests.left_out import examples

MINUTE = timedelta(minutes=1)
# Clocks that are put forward or back at midnight, by half an hour, by two hours; a day that does not exist.
HARD = {
    "Africa/Cairo": date(2024, 4, 26),
    "America/Havana": date(2026, 3, 8),
    "Asia/Beirut": date(2026, 3, 29),
    "America/Asuncion": date(2023, 10, 1),
    "Antarctica/Troll": date(2026, 3, 29),
    "Australia/Lord_Howe": date(2026, 4, 5),
    "Pacific/Apia": date(2011, 12, 30),
    "America/St_Johns": date(2005, 10, 30),
    "America/Toronto": date(1919, 3, 30),
    "Europe/Berlin": date(2026, 10, 25),
}
ZONES = sorted(available_timezones())
TIMES = st.times().map(lambda one: one.replace(second=0, microsecond=0))
DAYS = st.dates(date(1990, 1, 1), date(2036, 12, 31))


def as_seen_on_the_wall(zone: ZoneInfo, begin: datetime, end: datetime, at: time) -> list[datetime]:
    """By looking at the clock each minute: when each day that begins within the span first shows `at` or later.

    On a day whose clocks are put forward over midnight past `at`, that is the next day's first minute.
    """
    found: list[datetime] = []
    days: set[date] = set()
    open_day: date | None = None
    instant = begin
    while instant < end:
        local = instant.astimezone(zone)
        if local.date() not in days:
            if open_day is not None and open_day < local.date():
                found.append(instant)
            days.add(local.date())
            open_day = local.date()
        if open_day == local.date() and local.time().replace(fold=0) >= at:
            found.append(instant)
            open_day = None
        instant += MINUTE
    # The first day was not seen from its beginning, and the last one not to its end.
    return found


def hard_days() -> st.SearchStrategy[tuple[str, date]]:
    near = st.integers(-2, 2)
    return st.tuples(st.sampled_from(sorted(HARD)), near).map(lambda one: (one[0], HARD[one[0]] + timedelta(one[1])))


@settings(max_examples=examples(300, 15), deadline=None)
@given(st.one_of(hard_days(), st.tuples(st.sampled_from(ZONES), DAYS)), TIMES)
@example(("Africa/Cairo", date(2024, 4, 26)), time(0, 30))
@example(("America/Havana", date(2026, 11, 1)), time(0, 30))
@example(("America/Toronto", date(1919, 3, 30)), time(23, 45))
@example(("Pacific/Apia", date(2011, 12, 30)), time(6, 30))
def test_each_day_has_one_instant_and_it_is_the_first_that_shows_the_time(where: tuple[str, date], at: time) -> None:
    zone, day = ZoneInfo(where[0]), where[1]
    middle = datetime.combine(day, time(12), UTC)
    begin, end = middle - timedelta(days=2, hours=12), middle + timedelta(days=2, hours=12)
    expected = set(as_seen_on_the_wall(zone, begin, end, at))
    days = [day + timedelta(days=ahead) for ahead in range(-1, 2)]
    instants = [due_instant(one, at, zone) for one in days]
    found = [instant.replace(second=0) for instant in instants if instant is not None]
    assert found == sorted(set(found)), "in the order of the days, each once"
    # Offsets of seconds are a thing of the years before the clocks agreed.
    assert all(any(abs(instant - seen) < MINUTE for seen in expected) for instant in found)
    for one, instant in zip(days, instants, strict=True):
        exists = any((begin + minutes * MINUTE).astimezone(zone).date() == one for minutes in range(0, 5 * 24 * 60, 15))
        assert (instant is not None) is exists


@given(st.one_of(hard_days(), st.tuples(st.sampled_from(ZONES), DAYS)), TIMES, st.integers(0, 24 * 60 * 2))
def test_what_was_due_last_and_what_is_due_next_lie_side_by_side(
    where: tuple[str, date], at: time, minutes: int
) -> None:
    zone = ZoneInfo(where[0])
    now = datetime.combine(where[1], time(0), UTC) + minutes * MINUTE
    last, following = last_due(now, at, zone), next_due(now, at, zone)
    assert last is not None
    assert following is not None
    assert last <= now < following
    assert last_due(following, at, zone) == following
    assert last_due(following - timedelta(seconds=1), at, zone) == last
    # Two days and a few hours lie between them where a day was left out.
    assert following - last <= timedelta(hours=50)


@pytest.mark.parametrize(
    ("zone", "at", "local"),
    [
        # Clocks go from 00:00 to 01:00: 00:30 has come when they show 01:00.
        ("Africa/Cairo", datetime(2024, 4, 26, 0, 30), "2024-04-26T01:00:00+03:00"),
        # They show 00:30 twice: the first one counts.
        ("America/Havana", datetime(2026, 11, 1, 0, 30), "2026-11-01T00:30:00-04:00"),
        ("Europe/Berlin", datetime(2026, 3, 29, 2, 30), "2026-03-29T03:00:00+02:00"),
        ("Europe/Berlin", datetime(2026, 10, 25, 2, 30), "2026-10-25T02:30:00+02:00"),
        ("Australia/Lord_Howe", datetime(2026, 10, 4, 2, 15), "2026-10-04T02:30:00+11:00"),
    ],
)
def test_the_instant_where_clocks_are_changed(zone: str, at: datetime, local: str) -> None:
    assert due_instant(at.date(), at.time(), ZoneInfo(zone)) == datetime.fromisoformat(local)


def test_only_working_days_where_only_they_count() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    sunday = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert last_due(sunday, time(9), berlin, WORKING_DAYS) == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert next_due(sunday, time(9), berlin, WORKING_DAYS) == datetime(2026, 11, 23, 8, tzinfo=UTC)
