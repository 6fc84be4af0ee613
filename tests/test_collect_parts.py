"""The daily profile counts each event by library, operating system and app version, and stores no person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from campaign_health.pipeline.order import order_from_names
from campaign_health.pipeline.sources.mixpanel_properties import not_whole
from campaign_health.sandbox.world.world import MISSING, Property, World
from collectors.event_parts import MOST_PARTS, OTHER, common_parts, part_of
from collectors.mixpanel import fetch_property_profiles
from storage.records import PropertyProfile
from tests.collecting_cast import DAYS, INVITED, LAST_DAY, SIGNED_UP, Install, Installation, cast_world
from tests.collectors_cast import mixpanel_at, scripted
from tests.export_cast import DAY, NOW, exported, line

PROFILES = order_from_names(["customerio_campaigns", "mixpanel_events", "mixpanel_properties"], None, None)
PARTS = (
    "SELECT library, os, app_version, events, events_read FROM event_part_day WHERE event = ? AND day = ? ORDER BY ALL"
)


def platforms(since: int) -> World:
    """A third of the sign-ups each from the web, iOS 4.2 and Android 7; from a day on none from iOS."""
    world = cast_world()
    lib, system = ("web", "swift", "android"), ("Mac OS X", "iOS", "Android")
    event = world.events[SIGNED_UP]
    event.daily = np.full(DAYS + 1, 60)
    event.daily[since:] = 40
    event.properties = (
        Property("mp_lib", lib, until=since),
        Property("$os", system, until=since),
        Property("$app_version_string", (MISSING, "4.2", "7"), until=since),
        Property("mp_lib", ("web", "android"), since=since),
        Property("$os", ("Mac OS X", "Android"), since=since),
        Property("$app_version_string", (MISSING, "7"), since=since),
    )
    return world


@pytest.fixture
def installation(install: Install) -> Installation:
    return install(platforms(DAYS - 1))


@pytest.mark.slow("faults")
def test_the_profiled_days_are_counted_by_part(installation: Installation) -> None:
    assert installation.collect(PROFILES).exit_code() == 0
    assert installation.rows(PARTS, SIGNED_UP, LAST_DAY) == [
        ("android", "Android", "7", 20, 40),
        ("web", "Mac OS X", "", 20, 40),
    ]
    week_before = installation.rows("SELECT max(day) FROM event_part_day WHERE os = 'iOS'")
    assert week_before == [(LAST_DAY.replace(day=LAST_DAY.day - 7),)]
    shares = "SELECT DISTINCT round(sum(share), 9) FROM event_part_day GROUP BY event, day"
    assert installation.rows(shares) == [(1.0,)]


@pytest.mark.slow("faults")
def test_no_further_request_is_sent_for_it(installation: Installation) -> None:
    installation.collect(PROFILES)
    assert installation.sandbox.count("mixpanel.export") == 4


@pytest.mark.slow("faults")
@pytest.mark.parametrize("kind", ["cut", "terminated_early", "payment_required", "forbidden", "drop", "server_error"])
def test_an_export_that_is_not_whole_leaves_the_day_unknown(installation: Installation, kind: str) -> None:
    installation.sandbox.fail(kind, "mixpanel.export", at="every", times=None)
    installation.collect(PROFILES)
    assert installation.rows("SELECT * FROM event_part_day") == []


@pytest.mark.slow("faults")
def test_a_failure_keeps_what_was_counted(installation: Installation) -> None:
    installation.collect(PROFILES)
    before = installation.rows(PARTS, INVITED, LAST_DAY)
    installation.sandbox.fail("cut", "mixpanel.export", at="every", times=None)
    installation.collect(PROFILES)
    assert installation.rows(PARTS, INVITED, LAST_DAY) == before


def parts_of(*rows: str) -> Any:
    with scripted(exported("\n".join(rows))) as server:
        [one] = fetch_property_profiles(mixpanel_at(server.url), ("A",), DAY, ZoneInfo("UTC"), NOW)
    return one.parts


def test_duplicates_count_once_and_by_the_copy_processed_last() -> None:
    same = {"event": "A", "$insert_id": "x", "mp_lib": "web"}
    rows = (line(**same, **{"$os": os, "mp_processing_time_ms": at}) for os, at in (("iOS", 1), ("Android", 2)))
    assert parts_of(*rows) == {("web", "Android", ""): 1}


@pytest.mark.parametrize("strange", [None, True, [], {}, ["iOS"]])
def test_what_is_no_name_is_no_part(strange: Any) -> None:
    assert part_of({"$os": strange, "mp_lib": "web"}) == ("web", "", "")


def test_numbers_are_versions_and_long_names_are_cut() -> None:
    assert part_of({"$app_version_string": 4.2, "$os": "x" * 500}) == ("", "x" * 64, "4.2")


@given(some.dictionaries(some.tuples(*[some.sampled_from("abcde")] * 2, some.text(max_size=3)), some.integers(1, 9)))
def test_however_many_parts_there_are_none_is_lost(counts: dict[tuple[str, str, str], int]) -> None:
    kept = common_parts(counts)
    assert sum(kept.values()) == sum(counts.values())


def test_very_many_versions_become_few_rows() -> None:
    kept = common_parts({("swift", "iOS", f"1.{number}"): 500 - number for number in range(400)})
    assert len(kept) == MOST_PARTS + 1
    assert kept["swift", "iOS", OTHER] == sum(500 - number for number in range(MOST_PARTS, 400))


@pytest.mark.slow("faults")
def test_an_event_that_the_days_export_leaves_out_is_profiled_again(install: Install) -> None:
    installation = install(cast_world(days=40))
    installation.sandbox.set_today(LAST_DAY + timedelta(days=1))
    installation.collect(PROFILES)
    installation.next_day()
    installation.sandbox.fail("half_list", "mixpanel.export", at="every", times=None)
    report = installation.collect(PROFILES)
    day = LAST_DAY + timedelta(days=1)
    profiled = "SELECT DISTINCT event FROM event_property WHERE day = ? ORDER BY event"
    counted = installation.rows("SELECT event FROM event_day WHERE day = ? AND events > 0 ORDER BY event", day)
    assert installation.outcomes(report)["mixpanel_properties"] == "partial"
    assert 0 < len(installation.rows(profiled, day)) < len(counted)
    installation.sandbox.mend()
    assert installation.collect(PROFILES).exit_code() == 0
    assert installation.rows(profiled, day) == counted


@pytest.mark.parametrize(
    ("read", "counted", "doubted"),
    [(60, 60, False), (31, 60, False), (29, 60, True), (0, 60, True), (0, 0, False), (0, 7, False), (0, None, True),
     (1, None, False)],
)  # fmt: skip
def test_less_than_half_of_what_is_counted_is_not_whole(read: int, counted: int | None, doubted: bool) -> None:
    profiles = [PropertyProfile("E", DAY, read, False, {}, {})] if read else []
    assert not_whole(profiles, {"E": counted}) == (["E"] if doubted else [])
