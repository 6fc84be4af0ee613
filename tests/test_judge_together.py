"""A day of Customer.io's trouble is told once, and what broke by itself is not mistaken for it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from campaign_health.alerts.channels.configured import Route
from campaign_health.alerts.digest.digest_data import SectionName
from campaign_health.alerts.digest.lines import section_title
from campaign_health.alerts.forms.json_form import digest_as_json, digest_from_json
from campaign_health.alerts.forms.plain_text import plain_text
from campaign_health.decisions.record_decision import record_decision, undo_decision
from campaign_health.state.every_campaign import campaigns_now
from campaign_health.state.incident import incidents_of, open_incidents
from campaign_health.state.overview import read_overview
from campaign_health.state.some_lost import read_some_lost
from campaign_health.state.stretches import read_stretches
from tests.digest_cast import TODAY, change, incident, situation
from tests.judge_cast import Story, World, broken, day, morning_after, steady
from tests.test_digest_building import build

DAYS, BAD = 100, 70
TROUBLE = {"cause": "source_trouble", "confidence": 0.95, "sentence": "All broke together.", "facts": {}}


def _down(until: int, at: str = "sent") -> list[Story]:
    """Eight campaigns that break together and two that go on."""
    down = [broken(steady(number, DAYS, level=30 + 10 * number), BAD, until, at=at) for number in range(1, 9)]
    return [*down, steady(20, DAYS), steady(21, DAYS)]


@pytest.mark.parametrize("at", ["started", "sent", "delivered"])
def test_a_day_on_which_most_campaigns_break_together_is_customer_ios_trouble(tmp_path: Path, at: str) -> None:
    world = World(tmp_path, _down(until=BAD + 1, at=at))
    world.collect(0, BAD)
    world.judge(BAD)
    ids = list(range(1, 9))
    assert world.rows("SELECT campaign_id, campaign_ids, cause FROM incident") == [(0, ids, "source_trouble")]
    ((sentence,),) = world.rows("SELECT DISTINCT evidence->>'$[0].sentence' FROM incident")
    assert sentence.startswith("8 of the 10 campaigns that were due to send broke together on Sat 10 Oct")


def test_it_is_told_once_when_it_begins_and_once_when_all_are_back(tmp_path: Path) -> None:
    world = World(tmp_path, _down(until=BAD + 2))
    for last in range(BAD - 1, BAD + 12):
        world.collect(max(0, last - 7) if last > BAD - 1 else 0, last)
        world.judge(last)
    ((status, opened, recovered, campaigns),) = world.rows(
        "SELECT status, opened_on, recovered_on, len(campaign_ids) FROM incident"
    )
    assert (status, (recovered - opened).days, campaigns) == ("recovered", 2, 8)
    assert world.rows("SELECT kind FROM incident_change WHERE news ORDER BY day") == [("opened",), ("recovered",)]
    before = world.rows("SELECT * FROM incident")
    world.judge(BAD + 11)
    assert world.rows("SELECT * FROM incident") == before


def test_one_that_stays_broken_when_the_others_are_back_is_an_incident_of_its_own(tmp_path: Path) -> None:
    stays = broken(steady(30, DAYS, level=90), BAD, at="sent")
    world = World(tmp_path, [*_down(until=BAD + 1), stays])
    for last in range(BAD - 1, BAD + 6):
        world.collect(max(0, last - 7) if last > BAD - 1 else 0, last)
        world.judge(last)
    rows = world.rows("SELECT campaign_id, status, len(campaign_ids) FROM incident ORDER BY 1")
    assert rows == [(0, "recovered", 8), (30, "open", None)]


def test_every_campaign_of_it_shows_it_and_counts_once(tmp_path: Path) -> None:
    world = World(tmp_path, _down(until=DAYS))
    world.collect(0, BAD)
    world.judge(BAD)
    with world.warehouse.read() as connection:
        overview = read_overview(connection, morning_after(BAD))
        (one,) = overview.standing.broken
        of_one = incidents_of(connection, "default", 3)
        table = campaigns_now(connection, "default")
    assert one.campaign == "8 campaigns together"
    assert len(one.campaigns) == 8
    assert one.missed_sends is not None
    assert overview.counts["silent"] == 8
    assert [each.incident_id for each in of_one] == [one.incident_id]
    assert set(table[table["status"] == "silent"]["incident_id"]) == {one.incident_id}
    days = world.rows("SELECT count(DISTINCT campaign_id) FROM event_vs_campaign WHERE incident_id IS NOT NULL")
    assert days == [(8,)]
    assert world.rows("SELECT count(*) FROM campaign_health WHERE incident_id IS NOT NULL") == [(8,)]


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
    source = incident(
        0,
        campaign="7 campaigns together",
        campaign_ids=tuple(range(1, 8)),
        campaigns=tuple(f"Campaign {number}" for number in range(1, 8)),
        cause="source_trouble",
        causes=(TROUBLE,),
        missed_sends=280.0,
    )
    own = incident(9)
    digest = build(situation(source, own, changes=tuple(change(one) for one in (source, own))))
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


def test_a_muted_one_stands_under_muted_and_names_all_the_same() -> None:
    muted = incident(
        0,
        campaign_ids=(1, 2),
        campaigns=("First", "Second"),
        muted_by="Ada",
        muted_reason="their outage",
        muted_until=TODAY + timedelta(days=3),
    )
    digest = build(situation(muted, changes=(change(muted),)))
    section = digest.section(SectionName.MUTED)
    assert section is not None
    assert section_title(section) == "Muted"
    assert section.items[0].note.endswith("They are First and Second.")


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
    stories = [*_down(until=BAD + 5), stays, *few]
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
    world = World(tmp_path, _down(until=BAD + 1))
    broken(world.stories[7], BAD + 5)
    _in_steps(world, BAD + 14)
    rows = world.rows("SELECT campaign_id, cause, opened_on, len(campaign_ids) FROM incident ORDER BY 1")
    assert rows == [(0, "source_trouble", day(BAD), 8), (8, "unknown", day(BAD + 5), None)]
    told = world.rows("SELECT campaign_id, kind FROM incident_change WHERE news ORDER BY day, campaign_id")
    assert told == [(0, "opened"), (0, "recovered"), (8, "opened")]


def test_one_of_which_nothing_is_known_any_more_does_not_begin_it_again(tmp_path: Path) -> None:
    world = World(tmp_path, _down(until=BAD + 1))
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
    world = World(tmp_path, _down(until=DAYS))
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
    world = World(tmp_path, _down(until=DAYS))
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
    world = World(tmp_path, _down(until=DAYS))
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
            undo_decision(connection, "default", one, "ben", morning_after(BAD + 1))
    assert world.rows(standing) == [(None, None, None, None, None)]
    kinds = [kind for (kind,) in world.rows("SELECT kind FROM incident_change WHERE campaign_id = 0 ORDER BY kind")]
    assert kinds == ["acknowledged", "expected", "muted", "opened", "unacknowledged", "unexpected", "unmuted"]


def test_what_it_costs_is_in_the_manifests_currency(tmp_path: Path) -> None:
    priced = "  - {name: Campaign 1, event: event_1, deal_value: 100}"
    said = f"version: 1\ncurrency: EUR\nevents:\n  event_1: {{}}\ncampaigns:\n{priced}\n"
    (tmp_path / "manifest.yaml").write_text(said)
    world = World(tmp_path, _down(until=DAYS))
    world.collect(0, BAD)
    world.judge(BAD)
    with world.warehouse.read() as connection:
        (one,) = open_incidents(connection, "default")
    assert one.is_of_source
    assert one.revenue_at_risk is not None
    assert one.currency == "EUR"
