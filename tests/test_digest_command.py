"""The digest's command tries out a digest without announcing anything."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from campaign_health.cli.digest import command
from campaign_health.errors import CouldNotStart
from campaign_health.sandbox.slack.slack_service import SlackSandbox
from storage.file.database import Warehouse
from tests.digest_sending_cast import headlines, send
from tests.digest_warehouse import MONDAY, at, break_campaign


@pytest.fixture
def broken(warehouse: Warehouse, slack: SlackSandbox, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    """A published warehouse with one broken campaign, for commands run in its folder with Slack set up."""
    break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    warehouse.publish()
    monkeypatch.chdir(warehouse.path.parent.parent)
    monkeypatch.setenv("CAMPAIGN_HEALTH_NOW", at(MONDAY).isoformat())
    monkeypatch.setenv("CAMPAIGN_HEALTH_TIMEZONE", "UTC")
    monkeypatch.setenv("SLACK_WEBHOOK_URL", slack.webhook_url)
    return warehouse


def test_a_dry_run_prints_the_digest_and_sends_and_stores_nothing(broken: Warehouse, slack: SlackSandbox) -> None:
    before = broken.path.read_bytes()
    result = CliRunner().invoke(command, ["--dry-run"])
    assert result.exit_code == 0, result.output
    assert "Campaign 1 – since Sun 22 Nov (day 1)" in result.stdout
    as_json = CliRunner().invoke(command, ["--dry-run", "--json"])
    assert json.loads(as_json.stdout)[0]["due"] is True
    assert slack.requests == 0
    assert broken.path.read_bytes() == before


def test_a_test_message_announces_nothing(broken: Warehouse, slack: SlackSandbox) -> None:
    result = CliRunner().invoke(command, ["--test"])
    assert result.exit_code == 0, result.output
    send(broken, slack, at(MONDAY))
    assert headlines(slack) == ["Test: 1 campaign has broken", "1 campaign has broken"]


@pytest.mark.parametrize("arguments", [[], ["--dry-run"], ["--test"]])
def test_where_nothing_was_collected_it_stops_and_makes_and_sends_nothing(
    tmp_path: Path, slack: SlackSandbox, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SLACK_WEBHOOK_URL", slack.webhook_url)
    with pytest.raises(CouldNotStart, match=r"Nothing was collected yet\. Run `campaign-health collect` first"):
        CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert slack.requests == 0
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_was_judged_nothing_is_due(
    tmp_path: Path, slack: SlackSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    Warehouse(tmp_path).publish()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAMPAIGN_HEALTH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CAMPAIGN_HEALTH_NOW", at(MONDAY).isoformat())
    monkeypatch.setenv("SLACK_WEBHOOK_URL", slack.webhook_url)
    result = CliRunner().invoke(command, [], catch_exceptions=False)
    assert result.stdout == "default, slack: nothing is due\n"
    assert slack.requests == 0


def test_an_old_newest_judged_day_is_said_and_is_no_all_clear(warehouse: Warehouse, slack: SlackSandbox) -> None:
    send(warehouse, slack, at(MONDAY + timedelta(days=7)))
    (said,) = headlines(slack)
    assert said == "Nothing is known of the last days: the newest judged day is Sun 22 Nov, 8 days ago"
