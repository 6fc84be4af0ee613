"""A new campaign that waits for weeks, judged as a whole: learning, then healthy, and its first break found at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.judge_cast import Story, World, day, morning_after, steady
from tests.status_world import run

DAYS, BORN = 110, 20


SLOW = pytest.mark.slow("waits")


def waiting(wait: int, level: float = 300, stop: int = DAYS) -> Story:
    """Campaign 2, begun on the day BORN, of which each message is sent `wait` days after its journey began."""
    story = steady(2, DAYS, level=level, name="Onboarding", first_day=BORN)
    for name in ("started", "activated"):
        getattr(story, name)[:BORN] = 0
    sent = np.zeros(DAYS, dtype=np.int64)
    sent[wait:] = story.activated[: DAYS - wait]
    sent[stop:] = 0
    story.sent = story.delivered = sent
    return story


def judged(directory: Path, story: Story, last: int = DAYS - 1) -> World:
    (directory / "manifest.yaml").write_text("version: 1\n")
    world = World(directory, [steady(1, DAYS, name="Welcome"), story])
    world.collect(0, last)
    assert run(world, "judge", now=morning_after(last)).exit_code == 0
    return world


@pytest.mark.slow("waits")
@pytest.mark.parametrize("wait", [5, *(pytest.param(days, marks=SLOW) for days in (1, 14, 30))])
def test_a_new_campaign_that_waits_is_learned_and_then_healthy(tmp_path: Path, wait: int) -> None:
    world = judged(tmp_path, waiting(wait))
    assert world.rows("SELECT * FROM incident") == []
    statuses = [world.status(2, number) for number in range(BORN, DAYS)]
    known = statuses.index("healthy")
    assert set(statuses[:known]) == {"learning"}
    assert known <= wait + 16
    assert set(statuses[known:]) <= {"healthy", "volume_down"}


@pytest.mark.parametrize("wait", [5, pytest.param(14, marks=SLOW)])
def test_its_first_full_stop_is_found_on_its_first_day(tmp_path: Path, wait: int) -> None:
    stop = BORN + wait + 25
    world = judged(tmp_path, waiting(wait, stop=stop), last=stop + 3)
    found = world.rows("SELECT campaign_id, opened_on, detected_on, kind FROM incident")
    assert found == [(2, day(stop), day(stop), "silent")]
