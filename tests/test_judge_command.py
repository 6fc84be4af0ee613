"""`judge` in the terminal."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from campaign_health.cli.main import campaign_health
from tests.judge_cast import World, day, morning_after, steady
from tests.status_world import DAYS, LAST, MANIFEST, environment, run


@pytest.mark.slow("histories judged again")
def test_a_manifest_with_a_slip_is_said_and_keeps_no_campaign_from_being_judged(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS, name="Upgrade offer")])
    world.collect(0, 20)
    (tmp_path / "manifest.yaml").write_text(MANIFEST)
    run(world, "judge", now=morning_after(20))
    (tmp_path / "manifest.yaml").write_text("version: 1\ncampaigns: what?\n")
    result = run(world, "judge", now=morning_after(20))
    assert result.exit_code == 0
    assert "manifest.yaml:2" in result.stderr
    assert world.rows("SELECT owner, deal_value FROM campaign_plan") == [("@growth", 1200)]


@pytest.mark.slow("histories judged again")
def test_without_its_manifest_owner_and_price_are_kept_and_the_cure_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path / "data", [steady(2, DAYS, name="Upgrade offer")])
    world.collect(0, 20)
    (world.directory / "manifest.yaml").write_text(MANIFEST)
    run(world, "judge", now=morning_after(20))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.delenv("CAMPAIGN_HEALTH_MANIFEST", raising=False)
    settings = environment(world, morning_after(20))
    del settings["CAMPAIGN_HEALTH_MANIFEST"]
    result = CliRunner().invoke(campaign_health, ["judge"], env=settings, catch_exceptions=False)
    assert "name it with CAMPAIGN_HEALTH_MANIFEST" in " ".join(result.stderr.split())
    assert world.rows("SELECT owner, deal_value FROM campaign_plan") == [("@growth", 1200)]
    (world.directory / "manifest.yaml").write_text("version: 1\n")
    forgotten = run(world, "judge", now=morning_after(20))
    assert "manifest" not in forgotten.stderr
    assert world.rows("SELECT owner, deal_value FROM campaign_plan") == [(None, None)]


@pytest.mark.slow("histories judged again")
def test_judging_as_of_a_day_that_is_not_collected_is_said(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS)])
    world.collect(0, LAST)
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    told = " ".join(run(world, "judge", "--as-of", (day(LAST) + timedelta(days=3)).isoformat()).stderr.split())
    assert "was not collected yet, or is not over; judged up to" in told
    assert "warning" not in run(world, "judge", "--as-of", day(LAST).isoformat()).stderr


def test_judging_before_collecting_says_so_and_makes_no_file(tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    with pytest.raises(Exception, match="Nothing was collected yet"):
        run(World(tmp_path, []), "judge")
    assert not (tmp_path / "warehouse.duckdb").exists()


@pytest.mark.slow("histories judged again")
def test_an_announced_rename_still_holds_while_the_manifest_cannot_be_read(tmp_path: Path) -> None:
    old = steady(2, DAYS, name="Upgrade offer")
    new = steady(3, DAYS, name="Nobody", event="event.two", trigger=None, state="draft")
    new.events[:15], new.events[15:] = 0, old.events[15:]
    for name in ("events", "started", "activated", "sent", "delivered"):
        getattr(old, name)[15:] = 0
    world = World(tmp_path, [steady(1, DAYS), old, new, steady(4, DAYS)])
    world.collect(0, 17)
    manifest = MANIFEST + "renames:\n  - {from: event_2, to: event.two, since: 2026-08-16}\n"
    (tmp_path / "manifest.yaml").write_text(manifest)
    run(world, "judge", now=morning_after(17))
    expected = "SELECT campaign_id, expected_by IS NOT NULL FROM incident"
    assert world.rows(expected) == [(2, True)]
    (tmp_path / "manifest.yaml").write_text(manifest + "oops: 1\n")
    assert "still holds" in " ".join(run(world, "judge", now=morning_after(17)).stderr.split())
    assert world.rows(expected) == [(2, True)]
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    run(world, "judge", now=morning_after(17))
    assert world.rows(expected) == [(2, False)]


def test_where_only_the_published_copy_is_left_it_is_restored_and_judged(tmp_path: Path) -> None:
    world = World(tmp_path, [steady(1, DAYS)])
    world.collect(0, 20)
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    said = run(world, "judge", now=morning_after(20)).stdout
    world.warehouse.path.unlink()
    assert run(world, "judge", now=morning_after(20)).stdout == said
    assert world.rows("SELECT count(*) FROM campaign") == [(1,)]


def test_without_campaigns_it_says_that_there_are_none(tmp_path: Path) -> None:
    world = World(tmp_path, [])
    world.collect(0, 20)
    (tmp_path / "manifest.yaml").write_text("version: 1\n")
    said = run(world, "judge", now=morning_after(20)).stdout
    assert said == "no campaigns to judge up to Fri 21 Aug 2026.\n0 incidents open.\n"
