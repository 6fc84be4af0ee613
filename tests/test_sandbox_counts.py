"""Each day's number arrives whole, whichever service, zone and bucket it is read through."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_health.sandbox.errors import UnreadableWorld
from campaign_health.sandbox.http.limits import Limits
from campaign_health.sandbox.server import running_sandbox
from campaign_health.sandbox.world.counting import happened_before, happened_between, instants_of
from campaign_health.sandbox.world.csv_world import csv_world
from campaign_health.sandbox.world.day_bounds import bucket_end, bucket_starts, day_starts, local_day, midnight
from campaign_health.sandbox.world.world import Arrivals
from campaign_health.sandbox.world.zone_change import moved
from tests.sandbox_cast import FIRST, counts, export, exported, journeys, metrics, small_world

PAIRS = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "pairs" / "dev"
# West and east of UTC, half and quarter hours, clocks that change at midnight, a day that never was (Apia 2011).
ZONES = (
    *("UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"),
    *("America/Sao_Paulo", "Africa/Cairo", "Pacific/Chatham", "Asia/Beirut", "America/Havana"),
)
DAYS = st.dates(date(2001, 1, 1), date(2035, 12, 31))


@given(
    st.sampled_from(ZONES),
    st.sampled_from(ZONES),
    DAYS,
    st.lists(st.integers(0, 5000), min_size=1, max_size=9),
    st.sampled_from(["hours", "days", "weeks", "months"]),
)
@settings(max_examples=60, deadline=None)
def test_buckets_of_any_zone_hold_every_count_once(
    home: str, asked: str, first: date, daily: list[int], unit: str
) -> None:
    starts = day_starts(first, len(daily), ZoneInfo(home))
    zone = ZoneInfo(asked)
    buckets = bucket_starts(int(starts[0]) - 86_400, int(starts[-1]) + 86_400, unit, zone)
    bounds = np.array([*buckets, bucket_end(buckets[-1], unit, zone)], dtype=np.int64)
    assert np.all(np.diff(bounds) > 0)
    found = happened_between(np.array(daily), starts, bounds, int(bounds[-1]))
    assert found.min() >= 0
    assert found.sum() == sum(daily)


@given(st.sampled_from(ZONES), DAYS, st.lists(st.integers(0, 5000), min_size=1, max_size=9))
@settings(max_examples=60, deadline=None)
def test_each_local_day_holds_exactly_its_number(zone: str, first: date, daily: list[int]) -> None:
    starts = day_starts(first, len(daily), ZoneInfo(zone))
    assert happened_between(np.array(daily), starts, starts, int(starts[-1])).tolist() == daily
    for index in range(len(daily)):
        assert local_day(int(starts[index]), ZoneInfo(zone)) == first + timedelta(days=index)
        assert local_day(int(starts[index]) - 1, ZoneInfo(zone)) < first + timedelta(days=index)


@given(st.integers(0, 400), st.integers(82_800, 90_000), st.integers(0, 90_000))
@settings(max_examples=60, deadline=None)
def test_single_events_agree_with_the_counts(count: int, length: int, instant: int) -> None:
    times = instants_of(count, 0, length)
    counted = happened_before(np.array([count]), np.array([0, length]), np.array([instant]))
    assert int((times < instant - 1e-6).sum()) <= counted[0] <= int((times <= instant + 1e-6).sum())
    assert np.all((times >= 0) & (times < length))


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata", "Pacific/Chatham", "UTC"])
def test_every_source_gives_back_the_days_of_the_world(zone: str) -> None:
    world = small_world(zone)
    names, last = list(world.events), world.last_day - timedelta(days=1)
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        counted = counts(sandbox, names, FIRST, last)
        sent = metrics(sandbox, 17, FIRST, last, zone)["metric"]["series"]["sent"]
        started = journeys(sandbox, 17, FIRST, last, zone)["started"]
    for name in names:
        assert list(counted[name].values()) == world.events[name].daily[:-1].tolist()
    assert sent == world.campaigns[17].series["sent"][:-1].tolist()
    first_hour = datetime.fromtimestamp(midnight(FIRST, ZoneInfo(zone)) // 3600 * 3600, UTC)
    per_day: Counter[date] = Counter()
    for hour, number in enumerate(started):
        middle = first_hour + timedelta(hours=hour, minutes=30)
        per_day[middle.astimezone(ZoneInfo(zone)).date()] += number
    expected = world.campaigns[17].journeys["started"][:-1].tolist()
    if zone in ("UTC", "America/New_York"):
        assert [per_day[FIRST + timedelta(days=index)] for index in range(len(expected))] == expected
    else:
        # Hours of UTC cannot be cut at the half: the night hours at the edges may fall to the neighbour.
        found = np.array([per_day[FIRST + timedelta(days=index)] for index in range(len(expected))])
        assert np.abs(found - expected).max() <= 2


@pytest.mark.parametrize("storage", ["utc", "project"])
@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Sydney", "Asia/Kolkata"])
def test_the_export_gives_back_the_days_of_the_world(zone: str, storage: str) -> None:
    # The clock changes within the window in New York (1 November); Sydney is east, Kolkata at the half hour.
    world = small_world(zone, time_storage=storage)
    first, last = FIRST + timedelta(days=5), FIRST + timedelta(days=20)
    asked = (first - timedelta(days=1), last + timedelta(days=1)) if storage == "utc" else (first, last)
    found: Counter[tuple[str, date]] = Counter()
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        for event in exported(export(sandbox, *asked)):
            zone_of_time = ZoneInfo(zone) if storage == "utc" else UTC
            day = datetime.fromtimestamp(event["properties"]["time"], zone_of_time).date()
            found[event["event"], day] += 1
    for name, event_truth in world.events.items():
        for index in range(world.index(first), world.index(last) + 1):
            assert found[name, world.day(index)] == event_truth.daily[index]
    if storage == "project":
        assert {day for _, day in found} <= {first + timedelta(days=number) for number in range(16)}


def test_nothing_after_the_clock_is_seen_and_the_running_day_is_partial() -> None:
    world = small_world()
    yesterday, today = world.last_day - timedelta(days=1), world.last_day
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        morning = counts(sandbox, ["invite_sent"], yesterday, today)["invite_sent"]
        sent = metrics(sandbox, 17, yesterday, today, world.time_zone)["metric"]["series"]["sent"]
        sandbox.set_today(today, hour=23)
        night = counts(sandbox, ["invite_sent"], yesterday, today)["invite_sent"]
        sandbox.set_today(yesterday)
        before = metrics(sandbox, 17, yesterday, today, world.time_zone)["metric"]["series"]["sent"]
    whole = int(world.events["invite_sent"].daily[-1])
    assert 0 < morning[str(today)] < night[str(today)] <= whole
    assert morning[str(yesterday)] == world.events["invite_sent"].daily[-2]
    assert 0 < sent[1] < world.campaigns[17].series["sent"][-1]
    assert 0 < before[0] < sent[0]
    assert before[1] == 0


def test_late_numbers_grow_on_later_reads_and_end_at_the_truth() -> None:
    world = small_world(arrivals={"events": Arrivals((0.5, 0.8, 0.95, 1.0)), "opened": Arrivals((0.0, 0.5, 1.0))})
    day = world.last_day - timedelta(days=6)
    read: list[tuple[int, int]] = []
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        for later in range(1, 5):
            sandbox.set_today(day + timedelta(days=later))
            events = counts(sandbox, ["invite_sent"], day, day)["invite_sent"][str(day)]
            read.append((events, metrics(sandbox, 17, day, day, world.time_zone)["metric"]["series"]["opened"][0]))
    index = world.index(day)
    events, opened = int(world.events["invite_sent"].daily[index]), int(world.campaigns[17].series["opened"][index])
    assert read == [(int(events * 0.8), opened // 2), (int(events * 0.95), opened), (events, opened), (events, opened)]


@pytest.mark.parametrize("there", ["Asia/Tokyo", "America/Los_Angeles", "UTC", "Pacific/Chatham"])
def test_a_changed_zone_restates_each_day_and_loses_nothing(there: str) -> None:
    world = small_world("Europe/Berlin")
    after = moved(world, there)
    signups = str(world.campaigns[17].event_name)
    yesterday = world.last_day - timedelta(days=2)
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        before = counts(sandbox, [signups], FIRST, yesterday)[signups]
        sandbox.serve(after)
        restated = counts(sandbox, [signups], FIRST, yesterday)[signups]
        created = metrics(sandbox, 17, FIRST, yesterday, there)["metric"]["series"]["created"]
    assert restated != before
    assert list(restated.values()) == created
    for name, event in world.events.items():
        assert after.events[name].daily.sum() == event.daily.sum()


CSV = """pair_id,date,events,sends
a/b:c,2026-03-07,5,4
é 🎉,2026-03-08,,2
a/b:c,2026-03-09,7,
"""


def test_a_csv_becomes_events_and_the_campaigns_they_trigger() -> None:
    world = csv_world(CSV, "America/New_York")
    assert world.events["a/b:c"].daily.tolist() == [5, 0, 7, 0]
    assert world.campaigns[2].series["sent"].tolist() == [0, 2, 0, 0]
    assert world.now.isoformat() == "2026-03-10T09:00:00-04:00"
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        assert counts(sandbox, ["a/b:c"], date(2026, 3, 7), date(2026, 3, 9))["a/b:c"] == {
            "2026-03-07": 5,
            "2026-03-08": 0,
            "2026-03-09": 7,
        }
        assert metrics(sandbox, 2, date(2026, 3, 7), date(2026, 3, 9), "America/New_York")["metric"]["series"][
            "sent"
        ] == [0, 2, 0]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("pair_id,date,events\na,2026-01-01,1\n", "'sends'"),
        ("pair_id,date,events,sends\na,2026-13-01,1,1\n", "Line 2"),
        ("pair_id,date,events,sends\na,2026-01-01,1,1\na,2026-01-02,many,1\n", "Line 3"),
        ("pair_id,date,events,sends\na,2026-01-01,-1,1\n", "Line 2"),
        ("pair_id,date,events,sends\n", "no rows"),
    ],
)
def test_an_unreadable_csv_is_refused_with_its_line(text: str, named: str) -> None:
    with pytest.raises(UnreadableWorld, match=named):
        csv_world(text)


@pytest.mark.slow("faults")
@pytest.mark.parametrize(
    ("file", "zone"),
    [
        ("fhv_tlc_2015.csv", "America/New_York"),
        ("github_aim.csv", "Pacific/Auckland"),
        ("semi_dev.csv", "Asia/Kolkata"),
    ],
)
def test_files_of_real_series_are_served_to_the_number(file: str, zone: str) -> None:
    if not (PAIRS / file).exists():
        pytest.skip("the development pairs are not at hand in ../shared/data/pairs/dev")
    world = csv_world(PAIRS / file, zone)
    last, names = world.day(world.days - 2), list(world.events)
    with running_sandbox(world, limits=Limits.unlimited()) as sandbox:
        for start in range(0, len(names), 40):
            batch = names[start : start + 40]
            counted = counts(sandbox, batch, world.first_day, last)
            for name in batch:
                assert list(counted[name].values()) == world.events[name].daily[:-1].tolist()
        for campaign in world.campaigns.values():
            sent: list[int] = []
            # Customer.io answers for ten years at most; one file spans more.
            for index in range(0, world.days - 1, 3000):
                end = min(world.day(index + 2999), last)
                sent += metrics(sandbox, campaign.id, world.day(index), end, zone)["metric"]["series"]["sent"]
            assert sent == campaign.series["sent"][:-1].tolist()
