"""A segment that was emptied is told as the cause in every place, and a gap in its counts is no fall."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from storage.file.database import transaction
from storage.records import SegmentRecord
from storage.save import save_segment_counts, save_segments
from tests.judge_cast import World, broken, day, morning_after, steady
from tests.status_world import BREAK, DAYS, LAST, collected, run

SAID = "The segment Trialists fell from 412 to 0 people between the counts of"


def counted(world: World, people: Sequence[int | None]) -> None:
    """Campaign 2 filters by segment 7, of which so many were counted on the morning after each day; None: in vain."""
    with world.warehouse.open() as connection, transaction(connection):
        connection.execute(
            "UPDATE campaign SET definition = ? WHERE campaign_id = 2", [json.dumps({"filter_segment_ids": [7]})]
        )
        save_segments(connection, "default", [SegmentRecord(7, "Trialists", "dynamic", "finished")], morning_after(0))
        for number, found in enumerate(people):
            known = {} if found is None else {7: found}
            save_segment_counts(connection, "default", day(number + 1), known, [7], [], morning_after(number))


def judged(directory: Path, people: Sequence[int | None]) -> World:
    (directory / "manifest.yaml").write_text("version: 1\n")
    stories = [steady(1, DAYS, name="Welcome"), broken(steady(2, DAYS, name="Offer"), BREAK, at="activated")]
    world = World(directory, stories)
    world.collect(0, LAST)
    collected(world)
    counted(world, people)
    assert run(world, "judge").exit_code == 0
    return world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return judged(tmp_path_factory.mktemp("segments"), [412] * BREAK + [0] * (LAST + 1 - BREAK))


@pytest.mark.slow("histories judged again")
@pytest.mark.parametrize("command", [("status",), ("digest", "--dry-run"), ("explain", "Offer")])
def test_every_place_says_the_same(world: World, command: tuple[str, ...]) -> None:
    text = " ".join(run(world, *command).stdout.replace("`", "").replace("│", " ").split())
    assert SAID in text


def test_the_incident_carries_the_cause_with_its_numbers(world: World) -> None:
    [(cause, evidence)] = world.rows("SELECT cause, evidence FROM incident WHERE campaign_id = 2")
    assert cause == "segment_shrank"
    facts = json.loads(evidence)[0]["facts"]
    assert (facts["segment"], facts["people_before"], facts["people_after"]) == ("Trialists", 412, 0)
    assert facts["counted_on"] == day(BREAK + 1).isoformat()


@pytest.mark.slow("histories judged again")
def test_counts_that_failed_are_no_fall(tmp_path: Path) -> None:
    world = judged(tmp_path, [412] * BREAK + [None] * (LAST + 1 - BREAK))
    [(cause,)] = world.rows("SELECT cause FROM incident WHERE campaign_id = 2")
    assert cause == "filter_no_longer_matches"
