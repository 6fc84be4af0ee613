"""What was found out once is kept, dated where the newest numbers no longer show it, and never the new normal."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from campaign_health.detection.causes.established import as_of_then, with_established
from campaign_health.detection.incident.lifecycle import cause_stands
from tests.judge_cast import World, broken, steady

TODAY = date(2026, 11, 20)
DAYS, BAD = 100, 70


def _cause(name: str, confidence: float, **more: Any) -> dict[str, Any]:
    return {"cause": name, "confidence": confidence, "sentence": f"It is {name}.", "facts": {}, "stage": "sent",
            "seen_on": "2026-11-18"} | more  # fmt: skip


def test_an_established_cause_that_no_longer_shows_is_told_as_of_the_day_that_showed_it() -> None:
    before = (_cause("message_failing", 0.95),)
    (kept,) = with_established(before, (_cause("unknown", 0.0, seen_on="2026-11-20"),), TODAY, refused=())
    assert kept["sentence"] == "As of Wed 18 Nov: It is message_failing."
    again = as_of_then((kept,), TODAY)
    assert again == (kept,)


def test_one_that_shows_today_is_told_with_todays_numbers() -> None:
    today = (_cause("unknown", 0.0), _cause("message_failing", 0.7, sentence="It is still failing."))
    head = with_established((_cause("message_failing", 0.95),), today, TODAY, refused=())[0]
    assert head["sentence"] == "It is still failing."


@pytest.mark.parametrize(
    ("cause", "stands"),
    [
        (_cause("property_missing", 0.95), True),
        (_cause("property_missing", 0.95, told_as_of="2026-11-18"), False),
        (_cause("property_missing", 0.5), False),
        (_cause("filter_no_longer_matches", 0.95), False),
        (_cause("message_draft_or_off", 0.95, facts={"draft_messages": ["Mail"]}), True),
        (_cause("message_draft_or_off", 0.95), False),
    ],
)
def test_a_lower_level_is_not_normal_while_its_sure_cause_shows(cause: dict[str, Any], stands: bool) -> None:
    assert cause_stands(cause) is stands


@pytest.mark.slow("histories judged again")
def test_on_the_first_day_back_what_was_seen_before_is_dated(tmp_path: Path) -> None:
    story = broken(steady(1, DAYS, level=12), BAD, BAD + 6, at="activated")
    world = World(tmp_path, [story, steady(2, DAYS)])
    world.collect(0, BAD + 6)
    told = []
    for last in range(BAD + 3, BAD + 7):
        world.judge(last, as_of=last)
        told += world.rows("SELECT status, evidence->>'$[0].sentence' FROM incident")
    assert "nobody passed" in told[0][1]
    assert not told[0][1].startswith("As of")
    assert all(sentence.startswith("As of Thu 15 Oct: ") for status, sentence in told[3:] if status == "open")
    assert told[-1][0] == "recovered" or told[-1][1].startswith("As of Thu 15 Oct: ")
