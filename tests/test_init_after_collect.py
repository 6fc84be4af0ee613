"""`init` after `collect` writes what is really there, and a fresh manifest passes `check`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from campaign_health.cli.main import campaign_health
from campaign_health.decisions.record_decision import change_warehouse, record_decision
from campaign_health.errors import CampaignHealthError
from campaign_health.judge.judging import judge_all
from campaign_health.manifest.manifest_reading import read_manifest
from campaign_health.manifest.template import TEMPLATE
from campaign_health.process.clock import read_clock
from storage.file.database import Warehouse
from tests.collecting_cast import CAST, Installation


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(campaign_health, list(arguments), env=environment, catch_exceptions=False)


def test_before_anything_was_collected_it_is_an_example_without_money_that_holds(here: Path) -> None:
    said = run("init", CAMPAIGN_HEALTH_DATA_DIR=str(here / "data")).output
    assert "nothing was collected here yet" in said
    manifest = read_manifest(here / "manifest.yaml")
    assert [(one.deal_value, one.conversion_rate) for one in manifest.campaigns] == [(None, None)] * 5
    assert TEMPLATE.count("    # deal_value: ") == 5
    checked = run("check")
    assert (checked.exit_code, "The manifest holds." in checked.output) == (0, True)


def test_after_the_first_collection_it_writes_what_is_there_and_check_passes(
    installation: Installation, here: Path
) -> None:
    installation.collect()
    said = run("init", **installation.environment).output
    assert "3 campaigns and 3 events, from what was collected." in said
    manifest = read_manifest(here / "manifest.yaml")
    assert {one.event for one in manifest.campaigns} == set(CAST) == set(manifest.events)
    assert run("check").exit_code == 0
    assert run("check", "--published", str(installation.data_dir), **installation.environment).exit_code == 0
    assert run("check", "--live", **installation.environment).exit_code == 0


def test_what_was_said_on_the_page_is_written_down(installation: Installation, here: Path) -> None:
    installation.collect()
    at = read_clock(installation.environment)
    warehouse = Warehouse(installation.data_dir)
    judge_all(warehouse, installation.settings(), at)
    about = '{"owner": [null, "@ada"], "deal_value": [null, 49.5]}'
    number = installation.value("SELECT min(campaign_id) FROM campaign")
    change_warehouse(
        warehouse,
        lambda connection: record_decision(
            connection, "default", "campaign_facts", "Ada", at + timedelta(minutes=1), campaign_id=number, about=about
        ),
    )
    run("init", **installation.environment)
    [entry] = [one for one in read_manifest(here / "manifest.yaml").campaigns if one.id == number]
    assert (entry.owner, entry.deal_value, entry.timing) == ("@ada", 49.5, None)


def test_settings_that_are_half_there_do_not_stand_in_its_way_but_a_file_that_is_named_does(here: Path) -> None:
    assert run("init", MIXPANEL_PROJECT_ID="1").exit_code == 0
    assert (here / "manifest.yaml").read_text() == TEMPLATE
    with pytest.raises(CampaignHealthError):
        CliRunner().invoke(
            campaign_health, ["init", "--from-data", "nowhere"], catch_exceptions=False, standalone_mode=False
        )
