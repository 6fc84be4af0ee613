"""A platform or an app version that no longer sends an event is found at once, and what only looks like it is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from campaign_health.detection.parts.new_versions import find_versions_that_never_sent
from campaign_health.detection.parts.part_stops import PartStop, find_part_stops
from tests.parts_cast import day, drawn, parts

DAYS, STOP = 40, 30
Counts = dict[tuple[str, str, str], np.ndarray]


def traffic(level: float = 30.0, seed: int = 1) -> Counts:
    """Two events, each from iOS, Android and the web."""
    return {
        (event, os, version): drawn(DAYS, level, seed * 100 + place)
        for place, (event, os, version) in enumerate(
            (event, os, version)
            for event in ("trial", "invite")
            for os, version in (("iOS", "4.2"), ("Android", "7"), ("Mac OS X", ""))
        )
    }


def silent(counts: Counts, key: tuple[str, str, str], since: int = STOP, until: int = DAYS) -> Counts:
    series = counts[key].copy()
    series[since:until] = 0
    return counts | {key: series}


def found(counts: Counts, profiled: list[int] | None = None) -> list[PartStop]:
    return find_part_stops(parts(counts, profiled))


@pytest.mark.parametrize("level", [15.0, 30.0, 300.0])
def test_one_platform_of_three_is_found_on_its_first_silent_day(level: float) -> None:
    [stop] = found(silent(traffic(level), ("trial", "iOS", "4.2")))
    assert (stop.event, stop.kind, stop.part) == ("trial", "os", "iOS")
    assert (stop.began, stop.last_before, stop.ended) == (day(STOP), day(STOP - 1), None)
    assert (stop.known_on - stop.began).days <= (1 if level < 30 else 0)
    assert stop.share == pytest.approx(1 / 3, abs=0.06)


def test_of_two_versions_of_a_platform_the_one_that_stopped_is_named() -> None:
    counts = traffic() | {(event, "iOS", "4.1"): drawn(DAYS, 30, 7) for event in ("trial", "invite")}
    [stop] = found(silent(counts, ("trial", "iOS", "4.2")))
    assert (stop.kind, stop.part) == ("app_version", "iOS 4.2")


def test_a_platform_that_came_back_has_ended() -> None:
    [stop] = found(silent(traffic(), ("trial", "iOS", "4.2"), until=STOP + 4))
    assert stop.ended == day(STOP + 4)
    assert stop.silent_days == {day(STOP + ahead) for ahead in range(4)}


def test_days_that_were_not_profiled_are_not_silent() -> None:
    profiled = [*range(STOP), STOP + 3, STOP + 4]
    [stop] = found(silent(traffic(), ("trial", "iOS", "4.2")), profiled)
    assert (stop.began, stop.last_before) == (day(STOP + 3), day(STOP - 1))
    assert stop.silent_days == {day(STOP + 3), day(STOP + 4)}


def test_the_first_runs_few_profiles_are_enough() -> None:
    profiled = [STOP - 28, STOP - 14, STOP - 7, STOP - 1, STOP]
    [stop] = found(silent(traffic(), ("trial", "iOS", "4.2")), profiled)
    assert stop.known_on == day(STOP)


@pytest.mark.parametrize("seed", range(1, 13))
def test_healthy_traffic_has_no_stop(seed: int) -> None:
    assert found(traffic(6.0, seed)) == []
    assert found(traffic(60.0, seed)) == []


def test_a_version_that_people_leave_is_no_stop() -> None:
    counts = traffic()
    for event in ("trial", "invite"):
        old = drawn(DAYS, 30, 8).copy()
        old[STOP:] = 0
        new = drawn(DAYS, 30, 9).copy()
        new[:STOP] = 0
        counts |= {(event, "iOS", "4.1"): old, (event, "iOS", "4.3"): new}
    assert found(counts) == []


def test_a_part_that_fades_out_is_no_stop() -> None:
    fading = np.round(40 * np.exp(-np.maximum(np.arange(DAYS) - 15, 0) / 4)).astype(int)
    assert found(traffic() | {("trial", "iOS", "4.2"): fading}) == []


def test_traffic_that_moved_to_another_platform_is_no_stop() -> None:
    counts = silent(traffic(), ("trial", "iOS", "4.2"))
    renamed = drawn(DAYS, 30, 10).copy()
    renamed[:STOP] = 0
    assert found(counts | {("trial", "Windows", "1"): renamed}) == []
    web = counts["trial", "Mac OS X", ""].copy()
    web[STOP:] *= 2
    assert found(counts | {("trial", "Mac OS X", ""): web}) == []


def test_an_event_that_fell_silent_as_a_whole_is_no_stop_of_a_part() -> None:
    counts = traffic()
    for os, version in (("iOS", "4.2"), ("Android", "7"), ("Mac OS X", "")):
        counts = silent(counts, ("trial", os, version))
    assert found(counts) == []


def test_a_small_part_and_a_new_one_are_left_alone() -> None:
    few = np.ones(DAYS, dtype=int)
    few[STOP:] = 0
    assert found(traffic() | {("trial", "Windows", "1"): few}) == []
    lately = drawn(DAYS, 30, 11).copy()
    lately[: STOP - 2] = 0
    lately[STOP:] = 0
    assert found(traffic() | {("trial", "Windows", "1"): lately}) == []


def test_without_profiles_nothing_is_said() -> None:
    empty = parts(traffic(), [])
    assert find_part_stops(empty) == find_versions_that_never_sent(empty) == []


def new_version(sends: bool, adoption: float = 0.5) -> pd.DataFrame:
    """iOS 4.3 comes out on the day STOP and brings half of iOS's events, of `trial` only if it `sends` it."""
    counts = traffic(80.0) | {("view", "iOS", "4.2"): drawn(DAYS, 80, 12)}
    for place, event in enumerate(("trial", "invite", "view")):
        old = counts[event, "iOS", "4.2"].copy()
        moved = np.where(np.arange(DAYS) >= STOP, np.round(old * adoption), 0).astype(int)
        counts[event, "iOS", "4.2"] = old - moved
        if sends or place:
            counts[event, "iOS", "4.3"] = moved
    return parts(counts)


def test_a_new_version_that_never_sent_the_event_is_named() -> None:
    [stop] = find_versions_that_never_sent(new_version(sends=False))
    assert (stop.event, stop.kind, stop.part) == ("trial", "new_version", "iOS 4.3")
    assert stop.began == day(STOP)
    assert (stop.known_on - stop.began).days <= 1


def test_a_new_version_that_sends_everything_is_none() -> None:
    assert find_versions_that_never_sent(new_version(sends=True)) == []
    assert find_versions_that_never_sent(new_version(sends=False, adoption=0.02)) == []


def test_a_new_version_of_another_app_on_the_same_platform_is_none() -> None:
    counts = traffic(80.0)
    for event in ("ride", "shift"):
        old = drawn(DAYS, 80, 13).copy()
        new = np.where(np.arange(DAYS) >= STOP, old, 0)
        counts |= {(event, "iOS", "9.1"): old - new, (event, "iOS", "9.2"): new}
    assert find_versions_that_never_sent(parts(counts)) == []
