"""`status` in the terminal."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from campaign_health.alerts.digest.situation_reads import read_situation
from campaign_health.decisions.record_decision import record_decision
from campaign_health.state.incident import open_incidents
from storage.file.database import open_published, transaction
from storage.records import SOURCES, CollectionRecord
from storage.save import save_collection, save_workspace_zone
from tests.judge_cast import World, broken, day, morning_after, steady
from tests.status_world import BREAK, DAYS, HOSTILE, LAST, MANIFEST, collected, run


def test_one_sentence_on_top_says_the_state_of_everything(status_world: World) -> None:
    text = " ".join(run(status_world, "status").stdout.split())
    assert text.startswith("1 campaign is silent and 1 is losing sends; about $")
    assert "1 is healthy; 1 is surging; all sources collected today at 06:32." in text


def test_what_is_not_watched_is_said(status_world: World) -> None:
    text = " ".join(run(status_world, "status").stdout.split())
    assert "Watched: 4 campaigns by their events." in text
    assert "newsletters" in json.loads(run(status_world, "status", "--json").stdout)["not_watched"]


def test_each_broken_campaign_says_what_since_when_why_what_it_costs_and_what_to_do(status_world: World) -> None:
    text = run(status_world, "status").stdout
    block = text[text.index("Upgrade offer") : text.index("◧")]
    plain = " ".join(block.split())
    assert "silent since Fri 4 Sep, 4 days" in plain
    assert "0 sends for" in plain
    assert "were expected" in plain
    for label in ("Seen", "Why", "Cost", "Do", "Who"):
        assert f"  {label}" in block
    assert "missed sends (" in plain
    assert "at risk" in plain
    assert "@growth" in plain


def test_the_worst_stands_first(status_world: World) -> None:
    text = run(status_world, "status").stdout
    assert text.index("Upgrade offer") < text.index("Evil") < text.index("Worth a look")
    assert "▲ Survey, surging since " in text


def test_it_fits_eighty_columns_and_is_plain_when_piped(status_world: World) -> None:
    text = run(status_world, "status").stdout
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text
    assert "\r" not in text
    assert "[bold]name[/bold]" in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_the_exit_code_is_for_scripts_alone(status_world: World) -> None:
    assert run(status_world, "status").exit_code == 0
    assert run(status_world, "status", "--exit-code").exit_code == 1


def test_json_has_the_numbers_behind_the_words(status_world: World) -> None:
    found = json.loads(run(status_world, "status", "--json").stdout)
    assert found["counts"] == {"healthy": 1, "silent": 1, "degraded": 1, "surging": 1}
    assert found["as_of"] == {"default": day(LAST).isoformat()}
    assert [item["campaign"] for item in found["broken"]] == ["Upgrade offer", HOSTILE]
    first = found["broken"][0]
    missed, risk = first["missed_sends"][0], first["revenue_at_risk"][0]
    assert risk == pytest.approx(missed * 0.1 * 1200)
    assert first["dollars_a_week"] == pytest.approx(risk / 4 * 7)


def test_an_old_collection_is_said_to_be_old(status_world: World) -> None:
    later = morning_after(LAST) + timedelta(days=3)
    text = run(status_world, "status", now=later).stdout
    assert "The newest collection is 3 days old" in text
    assert json.loads(run(status_world, "status", "--json", now=later).stdout)["could_not_tell"] is True


def test_a_source_that_was_last_asked_long_ago_is_named_though_the_others_are_fresh(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS, name="Welcome")])
    world.collect(0, LAST)
    collected(world)
    fresh = morning_after(LAST + 20)
    with world.warehouse.open() as connection, transaction(connection):
        for source in SOURCES:
            if source.startswith("customerio"):
                record = CollectionRecord(
                    "new", "default", source, fresh, fresh, "complete", day(0), day(LAST), 1, 1, None
                )
                save_collection(connection, record)
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    run(world, "judge", now=fresh)
    text = " ".join(run(world, "status", now=fresh).stdout.split())
    assert "all sources collected 20 days ago at 06:32" in text
    assert "The newest collection of Mixpanel event counts is 20 days old: what follows is not of today." in text


@pytest.mark.parametrize(("hours", "days"), [(37, 1), (38.9, 1), (39, 2), (62.9, 2), (63, 3)])
def test_the_header_and_the_warning_count_the_same_local_days(status_world: World, hours: float, days: int) -> None:
    now = morning_after(LAST) + timedelta(hours=hours)
    text = " ".join(run(status_world, "status", now=now).stdout.split())
    passed = "yesterday" if days == 1 else f"{days} days ago"
    assert f"all sources collected {passed} at 06:32" in text
    assert f"The newest collection is {days} day{'' if days == 1 else 's'} old" in text


def test_a_clock_before_the_newest_collection_is_said_with_its_cure(status_world: World) -> None:
    now = morning_after(LAST) - timedelta(days=2520)
    result = run(status_world, "status", "--exit-code", now=now)
    text = " ".join(result.stdout.split())
    assert "all sources collected on Tue 8 Sep 2026 at 06:32" in text
    said = (
        "The clock says Tue 15 Oct 2019 at 09:00, which is before the newest collection (Tue 8 Sep 2026 at 06:32):"
        " set this machine's clock, or remove CAMPAIGN_HEALTH_NOW."
    )
    assert said in text
    assert json.loads(run(status_world, "status", "--json", now=now).stdout)["could_not_tell"] is True
    a_little = run(status_world, "status", now=morning_after(LAST) - timedelta(hours=3)).stdout
    assert "all sources collected today at 06:32" in " ".join(a_little.split())
    assert "The clock says" not in a_little


def test_a_collection_of_yesterday_is_one_day_old(status_world: World) -> None:
    text = run(status_world, "status", now=morning_after(LAST) + timedelta(hours=36)).stdout
    assert "The newest collection is 1 day old" in text


COSTLY = [pytest.param(at, marks=pytest.mark.slow("costs of a week")) for at in ("events", "started", "delivered")]


@pytest.mark.slow("histories judged again")
@pytest.mark.parametrize("at", ["sent", *COSTLY])
def test_a_week_costs_as_much_as_the_days_that_were_collected_say(tmp_path: Path, at: str) -> None:
    gap = {(source, n) for source in ("customerio_metrics", "customerio_journeys") for n in range(BREAK + 2, BREAK + 7)}
    costs = []
    for name, failed in (("whole", set()), ("gap", gap)):
        stories = [steady(1, DAYS), broken(steady(2, DAYS, name="Upgrade offer"), BREAK, at=at)]
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.yaml").write_text(MANIFEST)
        world = World(tmp_path / name, stories, failed=failed)
        world.collect(0, DAYS - 1)
        run(world, "judge", now=morning_after(DAYS - 1))
        found = json.loads(run(world, "status", "--json", now=morning_after(DAYS - 1)).stdout)["broken"][0]
        costs.append(found["dollars_a_week"])
        with open_published(world.directory) as connection:
            (shown,) = open_incidents(connection, "default")
        assert (shown.risk_a_week, shown.missed_a_day) == pytest.approx(
            (found["dollars_a_week"], found["missed_a_day"])
        )
        with world.warehouse.open() as connection:
            (told,) = read_situation(connection, "default", "slack", morning_after(DAYS - 1)).incidents
        assert told.missed_sends is not None
        assert told.missed_sends / (told.counted_days or 0) == pytest.approx(found["missed_a_day"])
    assert costs[1] == pytest.approx(costs[0], rel=0.15)


@pytest.mark.slow("costs of a week")
def test_a_campaign_that_fell_with_its_event_is_worth_a_look_with_its_numbers_and_since_when(tmp_path: Path) -> None:
    fallen = steady(2, DAYS, name="Mobile tips", level=200.0)
    for name in ("events", "started", "activated", "sent", "delivered"):
        counts = getattr(fallen, name)
        counts[BREAK:] = counts[BREAK:] // 4
    world = World(tmp_path, [steady(1, DAYS), fallen, *(steady(number, DAYS) for number in range(3, 9))])
    world.collect(0, LAST)
    collected(world)
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    run(world, "judge")
    text = " ".join(run(world, "status").stdout.split())
    assert "▽ Mobile tips, volume down since " in text
    assert "events and " in text
    assert "sends a day, down from " in text
    assert "fewer people do what starts this campaign; nothing is cut off." in text


@pytest.mark.slow("costs of a week")
def test_a_muted_incident_stands_apart_with_owner_and_reason(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS), broken(steady(2, DAYS, name="Upgrade offer"), BREAK)])
    world.collect(0, LAST)
    collected(world)
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    run(world, "judge")
    with world.warehouse.open() as connection, transaction(connection):
        record_decision(
            connection, "default", "mute", "ada", morning_after(LAST), incident_id="2-2026-09-04",
            reason="Migration", until=day(LAST + 9),
        )  # fmt: skip
    world.warehouse.publish()
    text = " ".join(run(world, "status").stdout.split())
    assert "Muted ■ Upgrade offer, silent since Fri 4 Sep. Muted until Wed 16 Sep by ada: Migration." in text
    assert run(world, "status", "--exit-code").exit_code == 1


@pytest.mark.slow("costs of a week")
def test_a_source_that_failed_is_could_not_tell_and_never_all_clear(tmp_path: Path) -> None:
    failed = {("customerio_metrics", LAST)}
    world = World(tmp_path, [steady(1, DAYS, name="Welcome")], failed=failed)
    world.collect(0, LAST)
    collected(world, "failed", "Customer.io refused the key. Make a new one.")
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    run(world, "judge")
    result = run(world, "status", "--exit-code")
    assert result.exit_code == 2
    assert result.stdout.startswith("1 campaign could not be checked; collected today at 06:32, except part of")
    text = " ".join(result.stdout.split())
    said = "Customer.io gave no usable numbers for it. The next run asks again;"
    assert f"× Welcome, Mon 7 Sep: {said}" in text
    assert "Details: Customer.io sends: Customer.io refused the key." in text
    (one,) = json.loads(run(world, "status", "--json").stdout)["unchecked"]
    assert (one["campaigns"], one["first_day"], one["last_day"]) == (["Welcome"], "2026-09-07", "2026-09-07")


@pytest.mark.slow("costs of a week")
def test_what_could_not_be_checked_names_its_workspace_where_there_are_several(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS, name="Welcome")], failed={("customerio_metrics", LAST)})
    world.collect(0, LAST)
    collected(world, "failed", "Customer.io refused the key.")
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    run(world, "judge")
    assert "× Welcome, Mon 7 Sep: " in run(world, "status").stdout
    at = morning_after(LAST)
    with world.warehouse.open_and_publish() as connection, transaction(connection):
        save_workspace_zone(connection, "shop", "UTC", at)
        record = CollectionRecord(
            "run", "shop", "mixpanel_events", at, at, "failed", day(0), day(LAST), 1, 1, "HTTP 500."
        )
        save_collection(connection, record)
    text = " ".join(run(world, "status").stdout.split())
    assert "× Welcome (default), Mon 7 Sep: Customer.io gave no usable numbers" in text
    assert "× Mixpanel event counts (shop), Mon 7 Sep: It could not be read in full." in text
    found = json.loads(run(world, "status", "--json").stdout)["unchecked"]
    assert [(one["workspace"], one["campaigns"]) for one in found] == [("default", ["Welcome"]), ("shop", [])]


def test_collected_campaigns_that_were_never_judged_are_counted_and_the_cure_is_said(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS), steady(2, DAYS)])
    world.collect(0, LAST)
    collected(world)
    world.warehouse.publish()
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    result = run(world, "status", "--exit-code")
    text = " ".join(result.stdout.split())
    assert text.startswith("2 campaigns are collected; nothing was judged yet; all sources collected today at 06:32.")
    assert text.count("`campaign-health judge`") == 1
    assert "No campaigns are known" not in text
    assert result.exit_code == 2


def test_without_a_published_file_the_cure_is_said(tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    assert run(World(tmp_path, []), "status", "--exit-code").exit_code == 2
    with pytest.raises(Exception, match="collect"):
        run(World(tmp_path, []), "status")
