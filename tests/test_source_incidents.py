"""The incident of a source over time: in steps as at once, told to whom it concerns, open to what people say."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaign_health.alerts.channels.configured import Route
from campaign_health.decisions.record_decision import record_decision, undo_decisions
from campaign_health.state.incident import open_incidents
from campaign_health.state.some_lost import read_some_lost
from campaign_health.state.stretches import read_stretches
from tests.judge_cast import World, broken, day, morning_after, steady
from tests.test_judge_together import BAD, DAYS, down

pytestmark = pytest.mark.slow("outages")


def _in_steps(world: World, last: int) -> None:
    for number in range(BAD - 1, last + 1):
        world.collect(max(0, number - 7) if number >= BAD else 0, number)
        world.judge(number)


def _incidents(world: World) -> list[tuple[object, ...]]:
    return world.rows(
        "SELECT incident_id, status, opened_on, recovered_on, cause, campaign_ids, round(missed_sends), summary "
        "FROM incident ORDER BY incident_id"
    )


def test_judged_day_by_day_it_is_what_it_is_judged_at_once(tmp_path: Path) -> None:
    stays = broken(steady(30, DAYS, level=90), BAD, BAD + 12, at="sent")
    few = [broken(steady(50 + number, DAYS, level=3), BAD, BAD + 5) for number in range(4)]
    stories = [*down(until=BAD + 5), stays, *few]
    (tmp_path / "steps").mkdir()
    (tmp_path / "once").mkdir()
    steps, once = World(tmp_path / "steps", stories), World(tmp_path / "once", stories)
    _in_steps(steps, BAD + 18)
    once.collect(0, BAD + 18)
    once.judge(BAD + 18)
    assert _incidents(steps) == _incidents(once)
    (source, own) = _incidents(once)
    assert source[3] == day(BAD + 5)
    assert source[5] == [*range(1, 9), *range(50, 54)]
    assert own[:2] == (f"30-{day(BAD)}", "recovered")


def test_what_breaks_after_it_has_a_cause_of_its_own(tmp_path: Path) -> None:
    world = World(tmp_path, down(until=BAD + 1))
    broken(world.stories[7], BAD + 5)
    _in_steps(world, BAD + 14)
    rows = world.rows("SELECT campaign_id, cause, opened_on, len(campaign_ids) FROM incident ORDER BY 1")
    assert rows == [(0, "source_trouble", day(BAD), 8), (8, "unknown", day(BAD + 5), None)]
    told = world.rows("SELECT campaign_id, kind FROM incident_change WHERE news ORDER BY day, campaign_id")
    assert told == [(0, "opened"), (0, "recovered"), (8, "opened")]


def test_one_of_which_nothing_is_known_any_more_does_not_begin_it_again(tmp_path: Path) -> None:
    world = World(tmp_path, down(until=BAD + 1))
    for number in range(BAD - 1, BAD + 16):
        world.collect(max(0, number - 7) if number >= BAD else 0, number)
        with world.warehouse.open() as connection:
            for table, counts in (("campaign_day", ("sent", "delivered")), ("journey_day", ("started", "activated"))):
                gone = ", ".join(f"{name} = NULL" for name in counts)
                connection.execute(
                    f"UPDATE {table} SET state = 'not_collected', {gone} WHERE campaign_id = 8 AND day > ?",
                    [day(BAD)],
                )
        world.judge(number)
    rows = world.rows("SELECT status, opened_on, recovered_on, campaign_ids FROM incident")
    assert rows == [("recovered", day(BAD), day(BAD + 1), list(range(1, 9)))]
    assert world.rows("SELECT kind FROM incident_change ORDER BY day") == [("opened",), ("recovered",)]


def test_its_campaigns_are_not_called_unchecked_or_losing_some_beside(tmp_path: Path) -> None:
    world = World(tmp_path, down(until=DAYS))
    world.failed = {("customerio_metrics", BAD + 1), ("customerio_journeys", BAD + 1)}
    world.collect(0, BAD + 1)
    with world.warehouse.open() as connection:
        connection.execute("UPDATE campaign_day SET failed = 5, created = sent + 5 WHERE state = 'observed'")
    world.judge(BAD)
    with world.warehouse.read() as connection:
        assert {one.campaign_id for one in read_some_lost(connection, "default")} == {20, 21}
    world.judge(BAD + 1)
    with world.warehouse.read() as connection:
        assert {one.campaign_id for one in read_stretches(connection, "default")} == {20, 21}


def test_it_goes_to_the_channel_of_every_owner_and_tag_of_its_campaigns(tmp_path: Path) -> None:
    world = World(tmp_path, down(until=DAYS))
    world.collect(0, BAD)
    world.judge(BAD)
    with world.warehouse.open() as connection:
        connection.execute("UPDATE campaign SET tags = ['trial'] WHERE campaign_id = 3")
        connection.execute("UPDATE campaign_plan SET owner = '@growth' WHERE campaign_id = 4")
        connection.execute("UPDATE campaign_plan SET owner = '@sales' WHERE campaign_id = 20")
        (one,) = open_incidents(connection, "default")
    routes = [Route("tag", "trial"), Route("owner", "@growth"), Route("owner", "@sales"), Route("tag", "sales")]
    assert [route.takes(one) for route in routes] == [True, True, False, False]


def test_what_people_say_of_it_holds_and_can_be_undone(tmp_path: Path) -> None:
    world = World(tmp_path, down(until=DAYS))
    world.collect(0, BAD + 1)
    world.judge(BAD)
    noon = morning_after(BAD)
    ((incident_id,),) = world.rows("SELECT incident_id FROM incident")
    with world.warehouse.open() as connection:
        said = [
            record_decision(connection, "default", kind, "ada", noon, incident_id=incident_id, reason="their outage",
                            until=day(BAD + 5) if kind == "mute" else None)
            for kind in ("acknowledge", "mute", "expected")
        ]  # fmt: skip
    world.judge(BAD + 1)
    standing = "SELECT acknowledged_by, muted_by, muted_until, expected_by, expected_how FROM incident"
    assert world.rows(standing) == [("ada", "ada", day(BAD + 5), "ada", "decision")]
    with world.warehouse.open() as connection:
        for one in said:
            undo_decisions(connection, "default", [one], "ben", morning_after(BAD + 1))
    assert world.rows(standing) == [(None, None, None, None, None)]
    kinds = [kind for (kind,) in world.rows("SELECT kind FROM incident_change WHERE campaign_id = 0 ORDER BY kind")]
    assert kinds == ["acknowledged", "expected", "muted", "opened", "unacknowledged", "unexpected", "unmuted"]


def test_what_it_costs_is_in_the_manifests_currency(tmp_path: Path) -> None:
    priced = "  - {name: Campaign 1, event: event_1, deal_value: 100}"
    said = f"version: 1\ncurrency: EUR\nevents:\n  event_1: {{}}\ncampaigns:\n{priced}\n"
    (tmp_path / "manifest.yaml").write_text(said)
    world = World(tmp_path, down(until=DAYS))
    world.collect(0, BAD)
    world.judge(BAD)
    with world.warehouse.read() as connection:
        (one,) = open_incidents(connection, "default")
    assert one.is_of_source
    assert one.revenue_at_risk is not None
    assert one.currency == "EUR"
