"""A platform that stopped sending the trigger event opens an incident at once, named, and its return closes it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from storage.file.database import transaction
from storage.records import PropertyProfile
from storage.save import save_event_parts
from tests.judge_cast import World, day, morning_after, steady
from tests.status_world import BREAK, DAYS, LAST, collected, run

SAID = "iOS no longer sends event_2 since"
PLATFORMS = (("swift", "iOS", "4.2"), ("android", "Android", "7"), ("web", "Mac OS X", ""))


def world_of(directory: Path, back: int = DAYS, profiled: range = range(DAYS)) -> World:
    """Campaign 2's event lacks the third that iOS brought from BREAK to before `back`; journeys follow the rest."""
    (directory / "manifest.yaml").write_text("version: 1\n")
    story = steady(2, DAYS, level=90, name="Offer")
    by_platform = np.random.default_rng(5).multinomial(story.events, [1 / 3] * 3)
    by_platform[BREAK:back, 0] = 0
    story.events = story.started = by_platform.sum(axis=1)
    story.activated = story.sent = story.delivered = np.random.default_rng(6).binomial(story.events, 0.9)
    world = World(directory, [steady(1, DAYS, name="Welcome"), story])
    world.collect(0, LAST)
    collected(world)
    profiles = [
        PropertyProfile(
            "event_2", day(number), int(story.events[number]), False, {},
            {part: int(count) for part, count in zip(PLATFORMS, by_platform[number], strict=True) if count},
        )
        for number in profiled if number <= LAST
    ]  # fmt: skip
    with world.warehouse.open() as connection, transaction(connection):
        save_event_parts(connection, "default", profiles, morning_after(LAST))
    assert run(world, "judge").exit_code == 0
    return world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_of(tmp_path_factory.mktemp("parts"))


@pytest.mark.slow("histories judged again")
def test_the_incident_opens_on_the_first_silent_day_and_names_the_platform(world: World) -> None:
    found = world.rows("SELECT campaign_id, detected_on, opened_on, stage, cause, evidence FROM incident")
    [(campaign, detected, opened, stage, cause, evidence)] = found
    assert (campaign, detected, opened) == (2, day(BREAK), day(BREAK))
    assert (stage, cause) == ("event", "part_of_traffic_broke")
    facts = json.loads(evidence)[0]["facts"]
    assert (facts["part"], facts["part_kind"]) == ("iOS", "os")
    assert facts["part_share_before"] == pytest.approx(1 / 3, abs=0.03)


@pytest.mark.parametrize("command", [("status",), ("digest", "--dry-run"), ("explain", "Offer")])
def test_every_place_says_the_same(world: World, command: tuple[str, ...]) -> None:
    text = " ".join(run(world, *command).stdout.replace("`", "").replace("│", " ").split())
    assert SAID in text


def test_without_profiles_it_is_as_before(tmp_path: Path) -> None:
    world = world_of(tmp_path, profiled=range(0))
    assert world.rows("SELECT detected_on FROM incident WHERE detected_on = ?", day(BREAK)) == []


@pytest.mark.slow("histories judged again")
def test_when_the_platform_is_back_the_incident_ends(tmp_path: Path) -> None:
    world = world_of(tmp_path, back=BREAK + 2)
    assert world.rows("SELECT status FROM incident WHERE campaign_id = 2") == [("recovered",)]
    told = world.rows("SELECT day FROM incident_change WHERE campaign_id = 2 AND kind = 'recovered'")
    assert told == [(day(BREAK + 2),)]


def test_judging_day_by_day_gives_what_judging_at_once_gives(world: World) -> None:
    columns = "campaign_id, detected_on, opened_on, stage, cause, status"
    before = world.table("incident", columns), world.table("verdict", "campaign_id, day, status, stage")
    world.judge(LAST)
    assert (world.table("incident", columns), world.table("verdict", "campaign_id, day, status, stage")) == before
