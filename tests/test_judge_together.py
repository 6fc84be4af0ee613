"""A day of Customer.io's trouble is told once, and what broke by itself is not mistaken for it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from campaign_health.alerts.digest.digest_data import SectionName
from campaign_health.alerts.forms.json_form import digest_as_json, digest_from_json
from campaign_health.alerts.forms.plain_text import plain_text
from tests.digest_cast import TODAY, change, incident, situation
from tests.judge_cast import World, broken, steady
from tests.test_digest_building import build

DAYS, BAD = 100, 70
TROUBLE = {"cause": "source_trouble", "confidence": 0.95, "sentence": "All broke together.", "facts": {}}


@pytest.mark.parametrize("at", ["started", "sent", "delivered"])
def test_a_day_on_which_most_campaigns_break_together_is_customer_ios_trouble(tmp_path: Path, at: str) -> None:
    down = [broken(steady(number, DAYS, level=30 + 10 * number), BAD, BAD + 1, at=at) for number in range(1, 9)]
    world = World(tmp_path, [*down, steady(20, DAYS), steady(21, DAYS)])
    world.collect(0, BAD)
    world.judge(BAD)
    assert world.rows("SELECT cause, count(*) FROM incident GROUP BY cause") == [("source_trouble", 8)]
    ((sentence,),) = world.rows("SELECT DISTINCT evidence->>'$[0].sentence' FROM incident")
    assert sentence.startswith("8 of the 10 campaigns that were due to send broke together on Sat 10 Oct")


def test_a_few_that_break_on_one_day_have_causes_of_their_own(tmp_path: Path) -> None:
    down = [broken(steady(number, DAYS), BAD) for number in range(1, 5)]
    world = World(tmp_path, [*down, *(steady(number, DAYS) for number in range(20, 30))])
    world.collect(0, BAD)
    world.judge(BAD)
    assert world.rows("SELECT cause, count(*) FROM incident GROUP BY cause") == [("unknown", 4)]


def test_campaigns_on_one_trigger_that_break_together_share_that_trigger(tmp_path: Path) -> None:
    down = [broken(steady(number, DAYS, event="signed_up"), BAD, at="started") for number in range(1, 6)]
    for story in down[1:]:
        story.events[:] = 0
        story.event = None
    world = World(tmp_path, down)
    world.collect(0, BAD)
    world.judge(BAD)
    assert ("source_trouble",) not in world.rows("SELECT DISTINCT cause FROM incident")


def test_what_broke_together_is_one_item_that_names_all_and_counts_all() -> None:
    many = [
        incident(number, cause="source_trouble", causes=(TROUBLE,), missed_sends=10.0 * number)
        for number in range(1, 8)
    ]
    own = incident(9)
    digest = build(situation(*many, own, changes=tuple(change(one) for one in (*many, own))))
    section = digest.section(SectionName.NEW)
    assert section is not None
    assert [len(item.campaigns) for item in section.items if item.campaigns] == [7]
    assert len(section.items) == 2
    assert digest.headline.startswith("8 campaigns have broken")
    text = " ".join(plain_text(digest).split())
    assert text.count("All broke together.") == 1
    assert all(f"Campaign {number}" in text for number in range(1, 8))
    assert "bout 280 missed sends" in text
    assert digest_from_json(digest_as_json(digest)) == digest


def test_their_recovery_is_told_once_too() -> None:
    back = TODAY - timedelta(days=1)
    many = [
        incident(number, cause="source_trouble", causes=(TROUBLE,), status="recovered", recovered_on=back)
        for number in range(1, 8)
    ]
    digest = build(situation(*many, changes=tuple(change(one, "recovered") for one in many)))
    section = digest.section(SectionName.RECOVERED)
    assert section is not None
    assert len(section.items) == 1
    assert digest.headline == "7 campaigns have recovered"
