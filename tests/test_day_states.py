"""What is known about a day, to the minute, in any zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from campaign_health.pipeline.day_states import (
    campaign_life,
    count_state,
    count_states,
    end_of_day,
    engagement_state,
    newest_complete_day,
    unbroken,
)

BERLIN = ZoneInfo("Europe/Berlin")
SYDNEY = ZoneInfo("Australia/Sydney")
DAY = date(2026, 11, 23)
ZONES = some.sampled_from([ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata")])
INSTANTS = some.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31)).map(lambda moment: moment.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("hour", "minute", "state"),
    [(1, 59, "provisional"), (2, 0, "observed"), (2, 1, "observed")],
    ids=["a minute before", "on the minute", "a minute after"],
)
def test_a_days_counts_are_a_fact_two_hours_after_its_end(hour: int, minute: int, state: str) -> None:
    now = datetime(2026, 11, 24, hour, minute, tzinfo=BERLIN)
    assert count_state(DAY, now, BERLIN) == state


def test_the_two_hours_are_real_ones_also_in_the_night_of_a_clock_change() -> None:
    # In Sydney the clock goes from 01:59 to 03:00 on 4 October 2026.
    saturday, end = date(2026, 10, 3), datetime(2026, 10, 3, 14, tzinfo=UTC)
    assert end_of_day(saturday, SYDNEY) == end
    assert count_state(saturday, end + timedelta(minutes=119), SYDNEY) == "provisional"
    assert count_state(saturday, end + timedelta(minutes=120), SYDNEY) == "observed"
    # And Sunday has 23 hours.
    assert end_of_day(saturday + timedelta(days=1), SYDNEY) - end == timedelta(hours=23)


def test_yesterdays_engagement_is_provisional_all_day_and_the_day_befores_is_not() -> None:
    for hour in (0, 12, 23):
        now = datetime(2026, 11, 24, hour, 30, tzinfo=BERLIN)
        assert engagement_state(DAY, now, BERLIN) == "provisional"
        assert engagement_state(DAY - timedelta(days=1), now, BERLIN) == "observed"


def test_a_leap_day_is_a_day() -> None:
    assert list(count_states(date(2028, 2, 28), date(2028, 3, 1), datetime(2028, 3, 5, tzinfo=UTC), BERLIN)) == [
        date(2028, 2, 28),
        date(2028, 2, 29),
        date(2028, 3, 1),
    ]


@given(now=INSTANTS, zone=ZONES)
def test_no_day_that_has_not_begun_has_a_state_and_none_that_is_running_is_a_fact(
    now: datetime, zone: ZoneInfo
) -> None:
    today = now.astimezone(zone).date()
    states = count_states(today - timedelta(days=9), today + timedelta(days=3), now, zone)
    assert max(states) == today
    assert states[today] == "provisional"
    assert states[today - timedelta(days=2)] == "observed"
    assert states[newest_complete_day(now, zone)] == "observed"


@given(some.sets(some.integers(0, 60)))
def test_unbroken_runs_hold_exactly_the_days_given(ahead: set[int]) -> None:
    days = sorted(DAY + timedelta(days=number) for number in ahead)
    runs = unbroken(days)
    assert [first + timedelta(days=n) for first, last in runs for n in range((last - first).days + 1)] == days
    assert all(later[0] - earlier[1] > timedelta(days=1) for earlier, later in pairwise(runs))


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=BERLIN)


def expected_days(life: object) -> list[int]:
    return [day for day in range(1, 31) if life.is_expected(date(2026, 11, day))]  # type: ignore[attr-defined]


def test_a_draft_that_never_ran_is_never_expected_to_send() -> None:
    assert expected_days(campaign_life(None, [(at(1), "draft")], at(1), None, BERLIN)) == []


def test_a_running_campaign_is_expected_from_the_day_it_first_ran() -> None:
    assert expected_days(campaign_life(at(10, 23), [(at(20), "running")], at(20), None, BERLIN)) == list(range(10, 31))


def test_a_campaign_found_stopped_when_first_read_is_taken_to_have_stopped_when_it_was_last_changed() -> None:
    life = campaign_life(at(2), [(at(20), "stopped")], at(15), None, BERLIN)
    assert expected_days(life) == list(range(2, 15))


def test_a_stop_that_was_seen_ends_on_its_own_day_and_a_restart_begins_on_its_own() -> None:
    versions = [(at(1), "running"), (at(10), "stopped"), (at(13), "stopped"), (at(17), "running")]
    life = campaign_life(at(1), versions, at(17), None, BERLIN)
    assert expected_days(life) == [*range(1, 10), *range(17, 31)]


def test_only_running_is_expected_to_send_whatever_else_the_state_says() -> None:
    life = campaign_life(at(1), [(at(1), "running"), (at(5), "archived?!")], at(5), None, BERLIN)
    assert expected_days(life) == [1, 2, 3, 4]


def test_a_deleted_campaign_is_expected_until_it_was_found_to_be_gone() -> None:
    life = campaign_life(at(1), [(at(1), "running")], at(1), at(8), BERLIN)
    assert expected_days(life) == list(range(1, 8))


def test_the_day_of_a_change_is_the_local_one() -> None:
    late = datetime(2026, 11, 9, 23, 30, tzinfo=UTC)
    life = campaign_life(at(1), [(at(1), "running"), (late, "stopped")], late, None, BERLIN)
    assert expected_days(life) == list(range(1, 10))
