"""A day of Customer.io's trouble is told once, and what broke by itself is not mistaken for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from campaign_health.alerts.digest.digest_data import SectionName
from campaign_health.alerts.digest.lines import section_title
from campaign_health.alerts.forms.json_form import digest_as_json, digest_from_json
from campaign_health.alerts.forms.plain_text import plain_text
from campaign_health.dashboard.parts.campaign.campaign_marks import incident_shades
from campaign_health.dashboard.parts.cost_words import brief_cost
from campaign_health.state.every_campaign import campaigns_now
from campaign_health.state.incident import incidents_of
from campaign_health.state.overview import read_overview
from tests.digest_cast import TODAY, change, incident, situation
from tests.judge_cast import Story, World, broken, day, morning_after, steady
from tests.test_digest_building import build

DAYS, BAD = 100, 70
TROUBLE = {"cause": "source_trouble", "confidence": 0.95, "sentence": "All broke together.", "facts": {}}


def down(until: int, at: str = "sent") -> list[Story]:
    """Eight campaigns that break together and two that go on."""
    down = [broken(steady(number, DAYS, level=30 + 10 * number), BAD, until, at=at) for number in range(1, 9)]
    return [*down, steady(20, DAYS), steady(21, DAYS)]


@pytest.mark.slow("outages")
@pytest.mark.parametrize("at", ["started", "sent", "delivered"])
def test_a_day_on_which_most_campaigns_break_together_is_customer_ios_trouble(tmp_path: Path, at: str) -> None:
    world = World(tmp_path, down(until=BAD + 1, at=at))
    world.collect(0, BAD)
    world.judge(BAD)
    ids = list(range(1, 9))
    assert world.rows("SELECT campaign_id, campaign_ids, cause FROM incident") == [(0, ids, "source_trouble")]
    ((sentence,),) = world.rows("SELECT DISTINCT evidence->>'$[0].sentence' FROM incident")
    assert sentence.startswith("8 of the 10 campaigns that were due to send broke together on Sat 10 Oct")
    did = "delivered" if at == "delivered" else "sent"
    ((summary,),) = world.rows("SELECT summary FROM incident")
    assert summary == f"8 campaigns together have {did} nothing of what was due since Sat 10 Oct."


@pytest.mark.slow("outages")
def test_it_is_told_once_when_it_begins_and_once_when_all_are_back(tmp_path: Path) -> None:
    world = World(tmp_path, down(until=BAD + 2))
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


@pytest.mark.slow("outages")
def test_one_that_stays_broken_when_the_others_are_back_is_an_incident_of_its_own(tmp_path: Path) -> None:
    stays = broken(steady(30, DAYS, level=90), BAD, at="sent")
    world = World(tmp_path, [*down(until=BAD + 1), stays])
    for last in range(BAD - 1, BAD + 6):
        world.collect(max(0, last - 7) if last > BAD - 1 else 0, last)
        world.judge(last)
    rows = world.rows("SELECT campaign_id, status, len(campaign_ids) FROM incident ORDER BY 1")
    assert rows == [(0, "recovered", 8), (30, "open", None)]


@pytest.mark.slow("outages")
def test_every_campaign_of_it_shows_it_and_counts_once(tmp_path: Path) -> None:
    world = World(tmp_path, down(until=DAYS))
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
    assert [shade.text for shade in incident_shades(of_one, day(BAD))] == [
        "Silent since Sat 10 Oct: Customer.io or its connection"
    ]
    assert set(table[table["status"] == "silent"]["incident_id"]) == {one.incident_id}
    days = world.rows("SELECT count(DISTINCT campaign_id) FROM event_vs_campaign WHERE incident_id IS NOT NULL")
    assert days == [(8,)]
    assert world.rows("SELECT count(*) FROM campaign_health WHERE incident_id IS NOT NULL") == [(8,)]


def test_what_it_costs_says_of_how_many_campaigns_that_is_not_known_and_in_which_currency(tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text(
        "version: 1\ncurrency: EUR\nevents: {event_1: {}, event_2: {}}\ncampaigns:\n"
        "  - {name: Campaign 1, event: event_1, deal_value: 1200, conversion_rate: 0.1}\n"
        "  - {name: Campaign 2, event: event_2, deal_value: 500, conversion_rate: 0.1}\n"
    )
    world = World(tmp_path, down(until=DAYS), {"CAMPAIGN_HEALTH_MANIFEST": str(tmp_path / "manifest.yaml")})
    world.collect(0, BAD)
    world.judge(BAD)
    with world.warehouse.read() as connection:
        overview = read_overview(connection, morning_after(BAD))
    (one,) = overview.standing.broken
    assert (one.currency, one.unpriced, overview.standing.risk.unpriced) == ("EUR", 6, 6)
    assert brief_cost(one).endswith("a week; 6 have no deal value set, so their money is not known")
    assert brief_cost(one).count("€") == 2
    assert brief_cost(replace(one, unpriced_campaigns=0)).endswith(" a week")
    assert brief_cost(replace(one, unpriced_campaigns=8)).endswith("; no deal value set, so the money is not known")


@pytest.mark.slow("outages")
@pytest.mark.parametrize(
    ("at", "advice"),
    [("started", "connection that sends it events"), ("sent", "sending is paused"), ("delivered", "sending domain")],
)
def test_what_to_do_fits_where_the_campaigns_broke(tmp_path: Path, at: str, advice: str) -> None:
    world = World(tmp_path, down(until=BAD + 1, at=at))
    world.collect(0, BAD)
    world.judge(BAD)
    ((step,),) = world.rows("SELECT DISTINCT evidence->>'$[0].next_step' FROM incident")
    assert advice in step
    assert ("sends it events" in step) == (at == "started")


@pytest.mark.slow("outages")
def test_a_few_that_break_on_one_day_have_causes_of_their_own(tmp_path: Path) -> None:
    down = [broken(steady(number, DAYS), BAD) for number in range(1, 5)]
    world = World(tmp_path, [*down, *(steady(number, DAYS) for number in range(20, 30))])
    world.collect(0, BAD)
    world.judge(BAD)
    assert world.rows("SELECT cause, count(*) FROM incident GROUP BY cause") == [("unknown", 4)]


@pytest.mark.slow("outages")
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
    assert section.items[0].note.startswith("Muted until Fri 27 Nov by Ada")
    assert "They are First and Second." in plain_text(digest)
