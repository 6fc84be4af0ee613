"""Owner, money and timing said on the page hold at once, everywhere, until undone or the manifest speaks again."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from campaign_health.decisions.fact_entry import read_entry
from campaign_health.decisions.record_decision import change_warehouse, record_decision, undo_decisions
from campaign_health.decisions.stated_facts import as_said, declared_facts, facts_in_force
from campaign_health.state.facts_view import stated_campaigns
from campaign_health.state.incident import Incident, open_incidents
from storage.file.database import open_published
from storage.read.judged import campaign_plans
from tests.judge_cast import World, morning_after
from tests.status_world import LAST, MANIFEST, run

NOW = morning_after(LAST)
OFFER, OTHER = 2, 3


@pytest.fixture
def world(status_world: World, tmp_path: Path) -> World:
    here = tmp_path / "copy"
    shutil.copytree(status_world.directory, here)
    return World(here, status_world.stories, {"CAMPAIGN_HEALTH_MANIFEST": str(here / "manifest.yaml")})


def plan(world: World, campaign_id: int = OFFER) -> dict[str, Any]:
    with open_published(world.directory) as connection:
        [row] = [row for row in campaign_plans(connection, "default") if row["campaign_id"] == campaign_id]
    return row


def incident(world: World, campaign_id: int = OFFER) -> Incident:
    with open_published(world.directory) as connection:
        [found] = [one for one in open_incidents(connection, "default") if one.campaign_id == campaign_id]
    return found


def say(world: World, campaign_id: int = OFFER, at: datetime = NOW, **wanted: Any) -> str:
    row = plan(world, campaign_id)
    facts = {name: row[name] for name in ("owner", "deal_value", "conversion_rate", "timing")} | wanted
    about = as_said(declared_facts(row), facts)
    return change_warehouse(
        world.warehouse,
        lambda connection: record_decision(
            connection, "default", "campaign_facts", "Ada", at, campaign_id=campaign_id, about=about
        ),
    )


def judge(world: World) -> None:
    world.judge(LAST)
    world.warehouse.publish()


def undo(world: World, decision_id: str) -> None:
    change_warehouse(
        world.warehouse, lambda connection: undo_decisions(connection, "default", [decision_id], "Ada", NOW)
    )


def stated(world: World) -> list[tuple[int, dict[str, Any]]]:
    with open_published(world.directory) as connection:
        return [(one.campaign_id, dict(one.facts)) for one in stated_campaigns(connection, "default")]


def test_money_follows_at_once_and_judging_again_says_the_same(world: World) -> None:
    before = incident(world)
    assert before.revenue_at_risk is not None
    first = say(world, deal_value=2400.0, conversion_rate=0.05, owner="@ada")
    assert incident(world).revenue_at_risk == pytest.approx(before.revenue_at_risk)
    assert incident(world).owner == "@ada"
    second = say(world, deal_value=2400.0, conversion_rate=0.1, at=NOW + timedelta(minutes=1))
    after = incident(world)
    assert after.revenue_at_risk == pytest.approx(2 * before.revenue_at_risk)
    assert after.risk_range == pytest.approx([2 * one for one in before.risk_range or ()])
    told = json.loads(run(world, "status", "--json").stdout)["broken"]
    assert [one["revenue_at_risk"][0] for one in told if one["campaign_id"] == OFFER] == [after.revenue_at_risk]
    judge(world)
    assert incident(world).revenue_at_risk == pytest.approx(after.revenue_at_risk)
    assert incident(world).owner == "@ada"
    assert stated(world) == [(OFFER, {"owner": "@ada", "deal_value": 2400.0})]
    undo(world, second)
    assert incident(world).revenue_at_risk == pytest.approx(before.revenue_at_risk)
    assert plan(world)["conversion_rate"] == 0.05
    undo(world, first)
    assert stated(world) == []
    judge(world)
    assert incident(world) == before


def test_a_first_deal_value_prices_the_incident_at_once(world: World) -> None:
    assert incident(world, OTHER).revenue_at_risk is None
    assert incident(world, OTHER).unpriced == 1
    say(world, OTHER, deal_value=10.0)
    at_once = incident(world, OTHER)
    assert at_once.revenue_at_risk
    assert at_once.unpriced == 0
    judge(world)
    assert incident(world, OTHER).revenue_at_risk == pytest.approx(at_once.revenue_at_risk)


def test_what_the_manifest_says_later_holds_and_what_it_never_changed_does_not(world: World) -> None:
    say(world, deal_value=50.0, timing="daily")
    manifest = world.directory / "manifest.yaml"
    manifest.write_text(MANIFEST.replace("deal_value: 1200", "deal_value: 900"))
    judge(world)
    row = plan(world)
    assert (row["deal_value"], row["timing"], row["owner"]) == (900.0, "daily", "@growth")
    assert stated(world) == [(OFFER, {"timing": "daily"})]


def test_a_manifest_that_cannot_be_read_does_not_turn_a_word_into_the_manifests(world: World) -> None:
    said = say(world, owner="@ada")
    manifest = world.directory / "manifest.yaml"
    manifest.write_text("campaigns: [")
    judge(world)
    assert plan(world)["owner"] == "@ada"
    change_warehouse(world.warehouse, lambda connection: undo_decisions(connection, "default", [said], "Ada", NOW))
    assert plan(world)["owner"] == "@growth"


def test_a_plan_of_before_the_manifest_was_kept_apart_is_the_manifests() -> None:
    old = {"owner": "@a", "deal_value": 5.0, "conversion_rate": None, "timing": None, "currency": "EUR"}
    assert declared_facts(old) == old
    wanted = {"owner": "@b", "deal_value": 5.0, "conversion_rate": None, "timing": None}
    assert json.loads(as_said(old, wanted)) == {"owner": ["@a", "@b"]}
    assert facts_in_force(old, as_said(old, wanted)) == wanted
    assert facts_in_force(old | {"owner": "@c"}, as_said(old, wanted))["owner"] == "@c"


@pytest.mark.parametrize(
    ("typed", "facts"),
    [
        (("@growth", "1,200", "10", "within 5 min"), ("@growth", 1200.0, 0.1, "within 5 minutes")),
        (("", "$49.50", "2.5 %", "Within an hour"), (None, 49.5, 0.025, "within 1 hour")),
        (("Ada \n Lovelace", "500 EUR", "0", "daily at nine"), ("Ada Lovelace", 500.0, 0.0, "daily at nine")),
        (("", "", "", ""), (None, None, None, None)),
        (("", "0", "100", "  "), (None, 0.0, 1.0, None)),
    ],
)
def test_what_is_typed_is_read(typed: tuple[str, str, str, str], facts: tuple[Any, ...]) -> None:
    entry = read_entry(*typed)
    assert entry.problems == ()
    assert tuple(entry.facts.values()) == facts


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("", "twelve", "", ""), "amount of money"),
        (("", "-5", "", ""), "amount of money"),
        (("", "1,2,3", "", ""), "amount of money"),
        (("", "", "120", ""), "from 0 to 100"),
        (("", "", "ten", ""), "from 0 to 100"),
        (("", "", "", "within five mintues"), "within 5 minutes"),
    ],
)
def test_what_cannot_be_meant_is_said(typed: tuple[str, str, str, str], told: str) -> None:
    [problem] = read_entry(*typed).problems
    assert told in problem
