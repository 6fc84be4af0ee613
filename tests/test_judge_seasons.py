"""The first end of a seasonal event is a question, and the answer is remembered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from campaign_health.decisions.record_decision import record_decision
from storage.file.database import transaction
from tests.judge_cast import Story, World, day, morning_after, steady

DAYS, END = 140, 90
SERIES = ("events", "started", "activated", "sent", "delivered")


def _ends(weekly: float) -> Story:
    """A campaign whose event falls by a share every week for five weeks and then stops."""
    story = steady(2, DAYS, level=60)
    fall = np.ones(DAYS)
    for number in range(END - 35, DAYS):
        fall[number] = weekly ** ((number - END + 35) / 7) if number < END else 0.0
    for name in SERIES:
        setattr(story, name, np.round(getattr(story, name) * fall).astype(np.int64))
    return story


def _world(directory: Path, story: Story, *more: Story) -> World:
    return World(directory, [story, *more, *(steady(number, DAYS) for number in range(4, 12))])


@pytest.mark.slow("seasons")
def test_an_event_that_dwindled_and_stopped_is_asked_about_after_some_days_and_misses_nothing(tmp_path: Path) -> None:
    world = _world(tmp_path, _ends(0.65))
    world.collect(0, END + 15)
    world.judge(END + 15)
    assert world.rows("SELECT cause, missed_sends, status FROM incident") == [("season_ended", None, "open")]
    ((sentence,),) = world.rows("SELECT evidence->>'$[0].sentence' FROM incident")
    assert sentence.endswith("Has its season ended?")
    asked = world.rows("SELECT count(*) FROM incident_change WHERE detail->>'to' = 'season_ended'")
    world.collect(END + 16, END + 40)
    world.judge(END + 40)
    assert world.rows("SELECT count(*) FROM incident_change WHERE detail->>'to' = 'season_ended'") == asked
    assert world.rows("SELECT missed_sends FROM incident") == [(None,)]


@pytest.mark.slow("seasons")
def test_the_answer_is_remembered(tmp_path: Path) -> None:
    world = _world(tmp_path, _ends(0.65))
    world.collect(0, END + 10)
    world.judge(END + 10)
    ((incident_id,),) = world.rows("SELECT incident_id FROM incident")
    with world.warehouse.open() as connection, transaction(connection):
        record_decision(
            connection, "default", "expected", "ada", morning_after(END + 10), incident_id=incident_id, reason="Over"
        )
    world.collect(END + 11, END + 40)
    world.judge(END + 40)
    assert world.rows("SELECT DISTINCT expected_by FROM incident") == [("ada",)]
    assert world.rows("SELECT * FROM incident_change WHERE news AND day > ?", day(END + 11)) == []


@pytest.mark.parametrize("how", ["at once", "a new event"])
@pytest.mark.slow("seasons")
def test_a_sudden_end_or_one_with_a_new_event_beside_it_is_no_season(tmp_path: Path, how: str) -> None:
    story = _ends(1.0 if how == "at once" else 0.65)
    new = steady(3, DAYS, level=40, name="Nobody", event="wholly.other", trigger=None, state="draft")
    new.events[: END - 10] = 0
    world = _world(tmp_path, story, *([] if how == "at once" else [new]))
    world.collect(0, END + 15)
    world.judge(END + 15)
    assert "season_ended" not in {cause for (cause,) in world.rows("SELECT cause FROM incident")}
