"""Days on which the events say nothing: not collected, or the whole project at zero."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from campaign_health.detection.event.project_outage import project_outages
from campaign_health.state.overview import read_overview
from tests.judge_cast import Story, World, broken, day, morning_after, steady

DAYS = 45
LAST = 37
NUMBERS = ("events", "started", "activated", "sent", "delivered")


def zero(story: Story, since: int, until: int | None = None, names: tuple[str, ...] = NUMBERS) -> Story:
    for name in names:
        getattr(story, name)[since:until] = 0
    return story


def judged(directory: Path, stories: list[Story], failed: range = range(0), journeys: bool = True) -> World:
    world = World(directory, stories, journeys=journeys, failed={("mixpanel_events", number) for number in failed})
    world.collect(0, LAST)
    world.judge(LAST)
    return world


def statuses(world: World, number: int) -> set[str | None]:
    return {world.status(story.campaign_id, number) for story in world.stories}


@pytest.mark.parametrize("journeys", [True, False])
def test_without_the_event_count_a_fall_to_nothing_says_nothing(tmp_path: Path, journeys: bool) -> None:
    stories = [
        broken(steady(1, DAYS), LAST, at="started"),
        broken(steady(2, DAYS, level=6), LAST, at="started"),
        broken(steady(3, DAYS, level=6, trigger=None), LAST, at="started"),
    ]
    world = judged(tmp_path, stories, range(LAST, LAST + 1), journeys)
    assert statuses(world, LAST) == {"not_collected"}
    assert world.rows("SELECT * FROM incident") == []


@pytest.mark.slow("histories judged again")
def test_without_the_event_count_the_rest_of_the_chain_still_tells_what_broke(tmp_path: Path) -> None:
    world = judged(tmp_path, [broken(steady(1, DAYS), LAST)], range(LAST, LAST + 1))
    assert world.rows("SELECT status, stage FROM verdict WHERE day = ?", day(LAST)) == [("silent", "sent")]


@pytest.mark.slow("histories judged again")
def test_no_journeys_of_a_campaign_without_event_are_no_fall_in_volume(tmp_path: Path) -> None:
    world = judged(tmp_path, [broken(steady(1, DAYS, level=6, trigger=None), LAST, at="started"), steady(2, DAYS)])
    assert world.status(1, LAST) == "too_quiet"


@pytest.mark.slow("histories judged again")
@pytest.mark.parametrize("campaigns", [3, 7])
@pytest.mark.parametrize("begins", [LAST, LAST - 3])
def test_a_whole_project_at_zero_is_told_once_and_is_no_campaigns_lost_event(
    tmp_path: Path, campaigns: int, begins: int
) -> None:
    stories = [zero(steady(number, DAYS), begins) for number in range(1, campaigns + 1)]
    stories.append(zero(steady(9, DAYS, trigger=None), begins))
    world = judged(tmp_path, stories)
    assert statuses(world, LAST) == {"volume_down"}
    assert world.rows("SELECT * FROM incident") == []
    with world.warehouse.read() as connection:
        overview = read_overview(connection, morning_after(LAST))
    assert not overview.standing.broken
    assert [text for text in overview.stale if "Not one event" in text] == [
        f"Not one event of default on {_said(day(LAST))}: tracking stopped, or everything dropped together."
        " No campaign is blamed for it."
    ]


def _said(of: date) -> str:
    return f"{of:%a} {of.day} {of:%b %Y}"


def _only_on(story: Story, weekdays: range) -> Story:
    for number in range(DAYS):
        if day(number).weekday() not in weekdays:
            zero(story, number, number + 1)
    return story


def test_a_project_that_never_has_events_at_weekends_is_not_told_to_have_stopped(tmp_path: Path) -> None:
    stories = [_only_on(steady(number, DAYS), range(5)) for number in range(1, 5)]
    world = World(tmp_path, stories)
    last = next(number for number in range(LAST, DAYS) if day(number).weekday() == 6)
    world.collect(0, last)
    world.judge(last)
    assert world.rows("SELECT * FROM incident") == []
    with world.warehouse.read() as connection:
        assert not [text for text in read_overview(connection, morning_after(last)).stale if "Not one event" in text]


def _project(events: int, days: int = 49) -> np.ndarray:
    return np.random.default_rng(1).poisson(50, (events, days)).astype(float)


def test_a_weekday_that_is_always_quiet_is_no_outage_and_any_other_is() -> None:
    counts = _project(4)
    weekend = np.arange(counts.shape[1]) % 7 >= 5
    counts[:, weekend] = 0
    assert not project_outages(counts).any()
    counts[:, 45:] = 0
    assert np.flatnonzero(project_outages(counts)).tolist() == [45, 46]


def test_a_project_that_stopped_for_weeks_is_still_one_that_stopped() -> None:
    counts = _project(4)
    counts[:, 20:] = 0
    assert project_outages(counts)[20:].all()


def test_a_day_on_which_the_busy_events_were_not_counted_is_no_outage() -> None:
    counts = np.vstack([_project(5), np.zeros(49)])
    counts[5, 3] = 1
    counts[:5, 48], counts[5, 48] = np.nan, 0
    assert not project_outages(counts).any()
    counts[:4, 48] = 0
    assert not project_outages(counts).any()
    counts[4, 48] = 0
    assert np.flatnonzero(project_outages(counts)).tolist() == [48]


@pytest.mark.slow("histories judged again")
def test_what_was_broken_before_the_project_stood_still_stays_broken(tmp_path: Path) -> None:
    stories = [zero(steady(number, DAYS), LAST) for number in range(1, 5)]
    world = judged(tmp_path, [*stories, zero(broken(steady(5, DAYS), LAST - 5), LAST)])
    assert world.rows("SELECT campaign_id, kind, status FROM incident") == [(5, "silent", "open")]


@pytest.mark.slow("histories judged again")
def test_events_after_an_outage_are_judged_as_before(tmp_path: Path) -> None:
    world = judged(tmp_path, [zero(steady(number, DAYS), LAST - 3, LAST - 1) for number in range(1, 5)])
    assert statuses(world, LAST) == {"healthy"}
    assert world.rows("SELECT * FROM incident") == []


@pytest.mark.slow("histories judged again")
def test_a_mixpanel_that_counts_nothing_while_journeys_run_on_is_judged_by_the_journeys(tmp_path: Path) -> None:
    stories = [zero(steady(number, DAYS), LAST, names=("events",)) for number in range(1, 5)]
    assert statuses(judged(tmp_path / "with", stories), LAST) == {"journeys_only"}
    assert statuses(judged(tmp_path / "without", stories, journeys=False), LAST) == {"not_collected"}


@pytest.mark.slow("histories judged again")
def test_a_project_whose_events_were_all_renamed_at_once_has_lost_them_all(tmp_path: Path) -> None:
    stories = []
    for number in range(1, 8):
        old = steady(number, DAYS)
        new = steady(100 + number, DAYS, trigger=None, event=f"Event {number}", state="draft")
        new.events[: LAST - 1] = 0
        new.events[LAST - 1 :] = old.events[LAST - 1 :]
        stories += [zero(old, LAST - 1), new]
    world = judged(tmp_path, stories)
    found = world.rows("SELECT kind, opened_on, count(*) FROM incident GROUP BY ALL")
    assert found == [("event_lost", day(LAST - 1), 7)]


@pytest.mark.slow("histories judged again")
@pytest.mark.parametrize("linger", [0.05, 0.08])
def test_a_rename_of_which_a_few_old_apps_linger_is_an_incident_from_its_first_day(
    tmp_path: Path, linger: float
) -> None:
    since, days = 60, 80
    old = steady(1, days, level=200, event="report.exported", trigger="report.exported")
    usual = old.events.copy()
    broken(old, since, at="events", keep=linger)
    new = steady(50, days, name="Nobody", event="report_exported", trigger=None, state="draft")
    new.events[:] = 0
    new.events[since:] = usual[since:] - old.events[since:]
    world = World(tmp_path, [old, *(steady(number, days) for number in range(2, 9)), new])
    world.collect(0, since + 3)
    world.judge(since + 3)
    assert world.rows("SELECT stage, cause, opened_on, detected_on FROM incident") == [
        ("event", "event_renamed", day(since), day(since))
    ]


@pytest.mark.parametrize(("gone", "of"), [(1, 3), (4, 5)])
@pytest.mark.slow("histories judged again")
def test_campaigns_that_run_on_after_their_events_vanished_from_mixpanel_do_not_surge(
    tmp_path: Path, gone: int, of: int
) -> None:
    begins = LAST - 7
    stories = [zero(steady(number, DAYS), begins, names=("events",)) for number in range(gone)]
    world = judged(tmp_path, [*stories, *(steady(number, DAYS) for number in range(gone, of))])
    found = [statuses(world, number) for number in range(begins, LAST + 1)]
    assert set().union(*found) <= {"healthy", "journeys_only"}
    named = world.rows("SELECT campaign_id FROM verdict WHERE day = ? AND status = 'journeys_only'", day(LAST))
    assert sorted(number for (number,) in named) == list(range(gone))
