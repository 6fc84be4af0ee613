"""What Customer.io's own counters show opens an incident by itself, also on the first day, and every place says it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from storage.file.database import transaction
from tests.judge_cast import Story, World, day, morning_after, steady
from tests.status_world import BREAK, DAYS, LAST, collected, run


def holding(story: Story, lost: np.ndarray) -> Story:
    """The story with so many of its messages not sent."""
    story.sent = story.activated - lost
    story.delivered = story.sent.copy()
    return story


def world_of(directory: Path, story: Story, counter: str, lost: np.ndarray, last: int = LAST) -> World:
    """Campaign 2 makes a message of each journey, and `counter` takes what is not sent; judged and published."""
    (directory / "manifest.yaml").write_text("version: 1\n")
    world = World(directory, [steady(1, DAYS, name="Welcome"), holding(story, lost)])
    world.collect(0, last)
    collected(world)
    with world.warehouse.open() as connection, transaction(connection):
        for number in range(last + 1):
            made = int(story.activated[number])
            connection.execute(
                f"UPDATE campaign_day SET created = ?, {counter} = ? WHERE campaign_id = 2 AND day = ?",
                [made, int(lost[number]), day(number)],
            )
    assert run(world, "judge").exit_code == 0
    return world


def a_third(level: float = 20) -> tuple[Story, np.ndarray]:
    story = steady(2, DAYS, level=level, name="Onboarding")
    share = np.where(np.arange(DAYS) >= BREAK, 0.34, 0.0)
    return story, np.random.default_rng(4).binomial(story.activated, share)


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_of(tmp_path_factory.mktemp("failing"), *_failing())


def _failing() -> tuple[Story, str, np.ndarray]:
    story, lost = a_third()
    return story, "failed", lost


@pytest.mark.slow("histories judged again")
def test_a_third_of_twenty_messages_failing_opens_an_incident(failing: World) -> None:
    ((campaign, opened, detected, kind, stage, cause),) = failing.rows(
        "SELECT campaign_id, opened_on, detected_on, kind, stage, cause FROM incident"
    )
    assert (campaign, kind, stage, cause) == (2, "degraded", "sent", "message_failing")
    assert abs((opened - day(BREAK)).days) <= 1
    assert detected <= day(BREAK + 3)


@pytest.mark.parametrize("command", [("status",), ("digest", "--dry-run"), ("explain", "Onboarding")])
def test_every_place_says_that_messages_fail(failing: World, command: tuple[str, ...]) -> None:
    text = " ".join(run(failing, *command).stdout.replace("│", " ").split())
    assert "of the messages made since" in text
    assert "failed" in text


@pytest.mark.slow("histories judged again")
def test_one_message_of_eight_in_draft_opens_an_incident(tmp_path: Path) -> None:
    story = steady(2, DAYS, level=1870, name="Onboarding")
    lost = np.where(np.arange(DAYS) >= BREAK, story.activated // 8, 0)
    world = world_of(tmp_path, story, "drafted", lost)
    found = world.rows("SELECT campaign_id, stage, cause, detected_on FROM incident")
    assert found == [(2, "sent", "message_draft_or_off", day(BREAK + 1))]


@pytest.mark.slow("histories judged again")
@pytest.mark.parametrize(
    ("counter", "cause"),
    [("failed", "message_failing"), ("drafted", "message_draft_or_off"), ("undeliverable", "recipients_unreachable")],
)
def test_a_campaign_broken_before_anybody_looked_is_told_on_the_first_day(
    tmp_path: Path, counter: str, cause: str
) -> None:
    story = steady(2, DAYS, level=90, name="Onboarding")
    world = world_of(tmp_path, story, counter, story.activated.copy(), last=2)
    assert world.rows("SELECT campaign_id, kind, stage, cause, detected_on FROM incident") == [
        (2, "silent", "sent", cause, day(0))
    ]
    assert world.status(2, 2) == "silent"
    for command in (("status",), ("digest", "--dry-run"), ("explain", "Onboarding")):
        text = " ".join(run(world, *command).stdout.replace("│", " ").split())
        assert "it was so on every day that is known" in text, command
        assert "0 % before" not in text


@pytest.mark.slow("histories judged again")
def test_what_was_broken_before_anybody_looked_does_not_become_normal(tmp_path: Path) -> None:
    story = steady(2, DAYS, level=90, name="Onboarding")
    world = world_of(tmp_path, story, "failed", story.activated.copy())
    assert world.rows("SELECT cause, ended_how FROM incident WHERE campaign_id = 2") == [("message_failing", None)]


@pytest.mark.slow("histories judged again")
def test_a_campaign_whose_messages_always_fail_to_a_twentieth_is_healthy(tmp_path: Path) -> None:
    story = steady(2, DAYS, level=60, name="Onboarding")
    world = world_of(tmp_path, story, "failed", np.random.default_rng(6).binomial(story.activated, 0.05))
    assert world.rows("SELECT * FROM incident") == []
    assert world.status(2, LAST) == "healthy"


@pytest.mark.slow("histories judged again")
def test_the_sentence_tells_of_all_days_since_it_began_and_not_of_one_that_passes_for_healthy(tmp_path: Path) -> None:
    story = steady(2, DAYS, level=1870, name="Onboarding")
    lost = np.where(np.arange(DAYS) >= BREAK, story.activated // 8, 0)
    world = world_of(tmp_path, story, "drafted", lost)
    ((summary,),) = world.rows("SELECT summary FROM incident")
    sent, due = int(story.sent[BREAK : BREAK + 2].sum()), int(story.activated[BREAK : BREAK + 2].sum())
    assert f"{sent:,} came where about {due:,} were expected" in summary


REASON = "Variable 'event.plan' is missing"


def a_tenth(directory: Path, share: float = 0.1, reason: bool = True) -> World:
    story = steady(2, DAYS, level=90, name="Onboarding")
    world = world_of(directory, story, "failed", np.random.default_rng(6).binomial(story.activated, share))
    if reason:
        with world.warehouse.open() as connection, transaction(connection):
            at = morning_after(LAST)
            connection.execute(
                "INSERT INTO campaign_failure VALUES ('default', 2, ?, ?, ?)",
                [REASON, at.replace(tzinfo=None), at.replace(tzinfo=None)],
            )
        assert run(world, "judge").exit_code == 0
    return world


@pytest.mark.slow("histories judged again")
def test_a_tenth_that_fails_for_days_is_worth_a_look_with_its_reason(tmp_path: Path) -> None:
    world = a_tenth(tmp_path)
    assert world.rows("SELECT * FROM incident") == []
    text = " ".join(run(world, "status").stdout.split())
    assert "Worth a look ◒ Onboarding, some messages are lost." in text
    assert "of the messages of the last 10 days failed (" in text
    assert f"Customer.io says: “{REASON}”." in text
    (lost,) = json.loads(run(world, "status", "--json").stdout)["some_lost"]
    assert lost["campaign_id"] == 2
    assert lost["sentence"] in text


@pytest.mark.slow("histories judged again")
@pytest.mark.parametrize("share", [0.0, 0.02])
def test_a_few_that_fail_are_not_worth_a_look(tmp_path: Path, share: float) -> None:
    assert "Worth a look" not in run(a_tenth(tmp_path, share), "status").stdout


@pytest.mark.slow("histories judged again")
def test_what_failed_and_fails_no_longer_is_not_worth_a_look(tmp_path: Path) -> None:
    story = steady(2, DAYS, level=90, name="Onboarding")
    lost = np.where(np.arange(DAYS) < LAST - 3, story.activated // 10, 0)
    assert "Worth a look" not in run(world_of(tmp_path, story, "failed", lost), "status").stdout


@pytest.mark.slow("histories judged again")
@pytest.mark.parametrize("level", [20, 90])
def test_what_never_got_through_and_does_now_has_recovered(tmp_path: Path, level: float) -> None:
    story = steady(2, DAYS, level=level, name="Onboarding")
    lost = np.where(np.arange(DAYS) < BREAK, story.activated, 0)
    world = world_of(tmp_path, story, "failed", lost)
    ((how, recovered, cause),) = world.rows("SELECT ended_how, recovered_on, cause FROM incident")
    assert (how, recovered, cause) == ("sends_back", day(BREAK), "message_failing")


def test_journeys_that_nobody_gets_through_are_told_on_the_third_day(tmp_path: Path) -> None:
    story = steady(2, DAYS, level=90, name="Onboarding")
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    story.activated[:] = story.sent[:] = story.delivered[:] = 0
    world = World(tmp_path, [steady(1, DAYS, name="Welcome"), story])
    world.collect(0, 2)
    collected(world)
    with world.warehouse.open() as connection, transaction(connection):
        connection.execute("UPDATE journey_day SET never_activated = started WHERE campaign_id = 2")
    assert run(world, "judge").exit_code == 0
    found = world.rows("SELECT kind, stage, cause, detected_on FROM incident")
    assert found == [("silent", "activated", "filter_no_longer_matches", day(2))]


@pytest.mark.slow("histories judged again")
@pytest.mark.parametrize(("share", "level"), [(0.34, 60), (0.25, 150)])
def test_a_third_that_fails_no_longer_is_told_as_recovered(tmp_path: Path, share: float, level: float) -> None:
    story = steady(2, DAYS, level=level, name="Onboarding")
    days = np.arange(DAYS)
    failing = np.where((days >= BREAK - 9) & (days < BREAK - 1), share, 0.0)
    lost = np.random.default_rng(4).binomial(story.activated, failing)
    world = world_of(tmp_path, story, "failed", lost)
    ((recovered, how),) = world.rows("SELECT recovered_on, ended_how FROM incident")
    assert how == "sends_back"
    assert abs((recovered - day(BREAK - 1)).days) <= 1
    assert world.status(2, BREAK + 1) == "healthy"
