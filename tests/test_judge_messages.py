"""One silent message of twelve opens an incident of its own, named in every place, and its return closes it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pytest

from campaign_health.dashboard.parts.campaign.message_sends import (
    last_sent_text,
    message_rows,
    week_before_text,
    week_text,
)
from campaign_health.words.dates import day_text
from campaign_health.words.numbers import count
from storage.file.database import transaction
from storage.read.one_campaign import campaign_days, campaign_messages
from storage.records import MessageMetrics, MessageRecord
from storage.save import save_message_metrics
from tests.judge_cast import World, day, morning_after, steady
from tests.status_world import BREAK, DAYS, LAST, collected, run

SAID = "The message Day 5 (email) has sent nothing since"
MESSAGES = 12


def world_of(directory: Path, back: int = DAYS, unknown: Collection[int] = ()) -> World:
    """Each journey of campaign 2 gets twelve messages; the fifth sends nothing from BREAK to before `back`."""
    (directory / "manifest.yaml").write_text("version: 1\n")
    story = steady(2, DAYS, level=60, name="Onboarding")
    chance = np.random.default_rng(8)
    sent = np.array([chance.binomial(story.activated, 0.95) for _ in range(MESSAGES)])
    sent[4, BREAK:back] = 0
    story.sent = story.delivered = sent.sum(axis=0)
    world = World(directory, [steady(1, DAYS, name="Welcome"), story])
    world.collect(0, LAST)
    collected(world)
    known = [number for number in range(LAST + 1) if number not in unknown]
    numbers = [
        MessageMetrics(
            2, 200 + place, [day(number) for number in known],
            {name: [int(sent[place, number]) for number in known] for name in ("sent", "created")},
        )
        for place in range(MESSAGES)
    ]  # fmt: skip
    records = [
        MessageRecord(200 + n, f"Day {n + 1}", "email", "automatic", [], [], None, None) for n in range(MESSAGES)
    ]
    with world.warehouse.open() as connection, transaction(connection):
        for one in records:
            connection.execute(
                "INSERT INTO campaign_message VALUES ('default', 2, ?, ?, 'email', 'automatic', [], [], NULL, NULL)",
                [one.message_id, one.name],
            )
        channels = {(2, one.message_id): "email" for one in records}
        save_message_metrics(connection, "default", numbers, channels, lambda _, __: "observed", morning_after(LAST))
    assert run(world, "judge").exit_code == 0
    return world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_of(tmp_path_factory.mktemp("messages"))


@pytest.mark.slow("histories judged again")
def test_the_incident_opens_on_the_first_silent_day_and_names_the_message(world: World) -> None:
    found = world.rows("SELECT campaign_id, detected_on, opened_on, kind, stage, cause FROM incident")
    assert found == [(2, day(BREAK), day(BREAK), "degraded", "sent", "message_silent")]


@pytest.mark.slow("histories judged again")
@pytest.mark.parametrize("command", [("status",), ("digest", "--dry-run"), ("explain", "Onboarding")])
def test_every_place_says_the_same(world: World, command: tuple[str, ...]) -> None:
    text = " ".join(run(world, *command).stdout.replace("`", "").replace("│", " ").split())
    assert SAID in text


@pytest.mark.slow("histories judged again")
def test_days_that_were_not_answered_open_nothing(tmp_path: Path) -> None:
    world = world_of(tmp_path, unknown=range(BREAK, LAST + 1))
    assert world.rows("SELECT * FROM incident WHERE detected_on = ?", day(BREAK)) == []


@pytest.mark.slow("histories judged again")
def test_days_that_are_not_known_yet_close_nothing(tmp_path: Path) -> None:
    world = world_of(tmp_path, unknown=range(BREAK + 2, LAST + 1))
    assert world.rows("SELECT cause, recovered_on FROM incident") == [("message_silent", None)]


def test_when_the_message_sends_again_the_incident_ends(tmp_path: Path) -> None:
    world = world_of(tmp_path, back=BREAK + 2)
    told = world.rows("SELECT day FROM incident_change WHERE kind = 'recovered'")
    assert told == [(day(BREAK + 2),)]


def test_judging_again_from_memory_changes_nothing(world: World) -> None:
    before = world.table("incident", "campaign_id, detected_on, status, cause"), world.table("verdict")
    world.judge(LAST)
    assert (world.table("incident", "campaign_id, detected_on, status, cause"), world.table("verdict")) == before


def test_the_page_shows_what_each_message_sent_in_the_week_that_is_known(world: World) -> None:
    with world.warehouse.read() as connection:
        shown = campaign_messages(connection, "default", 2)
    [(sent,)] = world.rows(
        "SELECT sum(sent) FROM message_day WHERE message_id = '203' AND day > ? AND day <= ?", day(LAST - 7), day(LAST)
    )
    rows = shown.set_index("message_id")
    assert rows.loc[203, "sent_in_week"] == sent > 0
    assert rows.loc[204, "sent_in_week"] < sent / 2
    assert set(rows["known_until"].dt.date) == {day(LAST)}
    [(before,)] = world.rows(
        "SELECT sum(sent) FROM message_day WHERE message_id = '203' AND day > ? AND day <= ?",
        day(LAST - 14), day(LAST - 7),
    )  # fmt: skip
    assert rows.loc[203, "sent_week_before"] == before
    assert rows.loc[204, "last_sent"].date() == day(BREAK - 1)
    assert rows.loc[203, "last_sent"].date() == day(LAST)
    last = world.rows("SELECT sent FROM message_day WHERE message_id = '203' AND day > ? ORDER BY day", day(LAST - 28))
    assert list(rows.loc[203, "sends_28d"]) == [sent for (sent,) in last]


def test_the_only_message_of_a_campaign_has_the_campaigns_sends(world: World) -> None:
    world.warehouse.publish()
    with world.warehouse.read() as connection:
        days = campaign_days(connection, "default", 1, "signed_up")
        one = campaign_messages(connection, "default", 2).head(1).assign(known_until=None, sends_28d=None)
    (row,) = message_rows(one, days)
    observed = days[days["campaign_state"] == "observed"]
    assert row["sends_28d"] == [float(sent) for sent in observed["sent"].tail(28)]
    assert row["sent_in_week"] == observed["sent"].tail(7).sum()
    assert week_before_text(row) == count(observed["sent"].iloc[-14:-7].sum())
    today = day(LAST + 1)
    assert last_sent_text(row, today) == day_text(day(LAST), today)
    assert week_text(row, today).endswith(f" until {day_text(day(LAST), today)}")
    lacking = days.assign(sent=days["sent"].astype(float).where(days["day"] != days["day"].iloc[-9]))
    assert week_before_text(message_rows(one, lacking)[0]) == "–"
    assert week_text(message_rows(one, days.iloc[:0])[0], today) == "–"
    young = days.copy()
    young.loc[young.index[:-3], ["campaign_state", "sent"]] = ["not_expected", 0]
    (row,) = message_rows(one, young)
    assert row["sends_28d"] == [0.0] * 25 + [float(sent) for sent in observed["sent"].tail(3)]
