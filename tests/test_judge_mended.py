"""What was mended is told as mended within two days, however it broke and whatever the weeks before sum up to."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.judge_cast import Story, World, day, morning_after, steady

DAYS, BREAK = 110, 70


SLOW = pytest.mark.slow("repairs")
RARELY = ((1.0, 12, 20), (1.0, 8, 60), (0.4, 8, 300))
REPAIRS = [(1.0, 3, 20), *(pytest.param(*one, marks=SLOW) for one in RARELY)]


def _renamed(days: int, since: int, until: int, share: float, level: float) -> list[Story]:
    """A campaign of which a share of the event goes to a new name from one day to before another; and the new name."""
    story = steady(2, days, level=level, event="report.exported", trigger="report.exported")
    new = steady(3, days, name="Nobody", event="report_exported", trigger=None, state="draft")
    moved = np.random.default_rng(5).binomial(story.events[since:until], share)
    left = 1 - moved / np.maximum(story.events[since:until], 1)
    new.events[:] = 0
    new.events[since:until] = moved
    story.events[since:until] -= moved
    for name in ("started", "activated", "sent", "delivered"):
        series = getattr(story, name)
        series[since:until] = np.round(series[since:until] * left)
    return [steady(1, days), story, new, *(steady(number, days) for number in range(4, 10))]


@pytest.mark.slow("repairs")
@pytest.mark.parametrize(
    ("share", "lasted", "level"),
    REPAIRS,
)
def test_an_old_name_that_is_sent_again_ends_the_break_within_two_days(
    tmp_path: Path, share: float, lasted: int, level: float
) -> None:
    back = BREAK + lasted
    world = World(tmp_path, _renamed(DAYS, BREAK, back, share, level))
    world.collect(0, back - 1)
    world.judge(back - 1)
    told = world.rows("SELECT status, cause FROM incident")
    assert told == [("open", "event_renamed" if share == 1.0 else "part_of_traffic_broke")]
    for number in range(back, back + 2):
        world.collect(number, number)
        world.judge(number)
    assert world.rows("SELECT status, cause, recovered_on FROM incident") == [("recovered", told[0][1], day(back))]
    world.collect(back + 2, back + 20)
    world.judge(back + 20)
    assert world.rows("SELECT status, cause, recovered_on FROM incident") == [("recovered", told[0][1], day(back))]


@pytest.mark.slow("repairs")
def test_a_part_that_goes_missing_again_after_some_whole_days_is_missing_again(tmp_path: Path) -> None:
    stories = _renamed(DAYS, BREAK, BREAK + 14, 0.5, 200)
    whole = _renamed(DAYS, BREAK, BREAK, 0.5, 200)
    for story, healthy in zip(stories[1:3], whole[1:3], strict=True):
        for name in ("events", "started", "activated", "sent", "delivered"):
            getattr(story, name)[BREAK + 6 : BREAK + 8] = getattr(healthy, name)[BREAK + 6 : BREAK + 8]
    world = World(tmp_path, stories)
    world.collect(0, BREAK + 7)
    world.judge(BREAK + 7)
    assert world.rows("SELECT status FROM incident") == [("recovered",)]
    world.collect(BREAK + 8, BREAK + 12)
    world.judge(BREAK + 12)
    assert world.rows("SELECT status FROM incident WHERE status = 'open'") == [("open",)]


@pytest.mark.slow("repairs")
def test_a_trigger_moved_to_the_new_name_ends_the_break_on_the_next_day(tmp_path: Path) -> None:
    stories = _renamed(DAYS, BREAK, DAYS, 1.0, 40)
    healthy = steady(2, DAYS, level=40)
    for name in ("started", "activated", "sent", "delivered"):
        getattr(stories[1], name)[BREAK + 10 :] = getattr(healthy, name)[BREAK + 10 :]
    world = World(tmp_path, stories)
    world.collect(0, BREAK + 9)
    world.judge(BREAK + 9)
    stories[1].trigger, stories[1].edited_at = "report_exported", morning_after(BREAK + 9) + timedelta(hours=1)
    world.collect(BREAK + 10, BREAK + 11)
    world.judge(BREAK + 11)
    assert world.rows("SELECT status, cause, recovered_on FROM incident") == [
        ("recovered", "event_renamed", day(BREAK + 10))
    ]
