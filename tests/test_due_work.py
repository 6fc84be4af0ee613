"""What is due is decided from the clock on the wall and from what was done, whatever the clock did in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_health.schedule.due_work import Facts, Task, due_tasks, next_instant, refresh_times
from campaign_health.settings.model import DigestSettings, ScheduleSettings

BERLIN = ZoneInfo("Europe/Berlin")
SCHEDULE = ScheduleSettings(collect_at=time(6, 30), refresh_every_hours=4)
DIGEST = DigestSettings(
    at=time(9), days="weekdays", urgent_missed_sends=None, routes=(), dead_man_url=None, webhook=None, smtp=None
)
MORNING = datetime(2026, 11, 24, 6, 30, tzinfo=BERLIN)
COLLECT, REFRESH, TELL = Task("acme", "collect"), Task("acme", "refresh"), Task("acme", "tell")
NEVER = Facts("acme", BERLIN, SCHEDULE, DIGEST)


def done(*instants: datetime, looked: datetime | None = None) -> Facts:
    """Collected at these instants; its digest looked at just now, where nothing else is said."""
    return replace(NEVER, collected=instants, refreshed=instants, looked=(looked or max(instants),))


def test_all_is_due_where_nothing_was_ever_done() -> None:
    assert due_tasks(MORNING, [NEVER]) == [COLLECT, TELL]


def test_the_morning_is_due_once_its_time_has_come() -> None:
    yesterday = MORNING - timedelta(hours=7, minutes=50)
    for minutes, due in ((-1, []), (0, [COLLECT]), (1, [COLLECT])):
        assert due_tasks(MORNING + timedelta(minutes=minutes), [done(yesterday)]) == due
    assert due_tasks(MORNING + timedelta(minutes=1), [done(MORNING)]) == []


def test_what_was_missed_is_due_once() -> None:
    facts = done(MORNING - timedelta(days=5))
    assert due_tasks(MORNING - timedelta(hours=1), [facts]) == [COLLECT, TELL]
    assert due_tasks(MORNING - timedelta(hours=1), [done(MORNING - timedelta(hours=1))]) == []


def test_refreshes_follow_the_morning_until_midnight() -> None:
    assert refresh_times(SCHEDULE) == [time(10, 30), time(14, 30), time(18, 30), time(22, 30)]
    assert refresh_times(ScheduleSettings(collect_at=time(23, 0), refresh_every_hours=4)) == []
    assert refresh_times(ScheduleSettings(collect_at=time(6, 30), refresh_every_hours=0)) == []
    facts = done(MORNING, looked=MORNING + timedelta(hours=3))
    assert due_tasks(MORNING + timedelta(hours=3, minutes=59), [facts]) == []
    assert due_tasks(MORNING + timedelta(hours=4), [facts]) == [REFRESH]


def test_the_digest_is_looked_at_on_working_days() -> None:
    friday = datetime(2026, 11, 20, 9, tzinfo=BERLIN)
    ran = friday - timedelta(hours=2)
    assert due_tasks(friday, [done(ran)]) == [TELL]
    told = done(friday + timedelta(days=2, hours=-1), looked=friday)
    assert TELL not in due_tasks(friday + timedelta(days=2), [told])
    assert TELL in due_tasks(friday + timedelta(days=3), [told])
    every_day = replace(told, digest=DIGEST.model_copy(update={"days": "all"}))
    assert TELL in due_tasks(friday + timedelta(days=2), [every_day])


@pytest.mark.parametrize("days", [1, 30, 365])
def test_a_clock_that_was_ahead_and_is_mended_silences_nothing(days: int) -> None:
    """While it was ahead, a run was made and its digest looked at: what lies in the future counts for nothing."""
    ahead = MORNING + timedelta(days=days)
    facts = done(MORNING, ahead, looked=ahead)
    facts = replace(facts, looked=(MORNING + timedelta(hours=3), ahead))
    mended = MORNING + timedelta(hours=3, minutes=30)
    assert due_tasks(mended, [facts]) == []
    for later in range(1, min(days, 40)):
        assert COLLECT in due_tasks(MORNING + timedelta(days=later), [facts])
    assert next_instant(mended, [facts]) == datetime(2026, 11, 24, 10, 30, tzinfo=BERLIN)


def test_a_clock_put_back_by_a_second_does_nothing_twice() -> None:
    begun = MORNING + timedelta(milliseconds=900)
    assert due_tasks(MORNING + timedelta(milliseconds=100), [done(begun)]) == []


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)), st.integers(-400, 400))
def test_what_was_done_at_once_is_not_due_again_and_comes_the_next_day(now: datetime, days_off: int) -> None:
    jumped = now + timedelta(days=days_off)
    facts = replace(NEVER, collected=(jumped, now), refreshed=(jumped, now), looked=(jumped, now))
    assert due_tasks(now, [facts]) == []
    following = next_instant(now, [facts])
    assert following is not None
    assert now < following <= now + timedelta(days=1, hours=1)
    if abs(days_off) > 5:
        assert due_tasks(now + timedelta(days=1), [facts])
