"""A machine that collects nothing tells of what others share: each thing once, on its own channels."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from campaign_health.alerts.telling import tell_due
from campaign_health.cli.main import campaign_health
from campaign_health.sandbox.slack.slack_service import SlackSandbox
from storage.file.database import Warehouse
from storage.share.destinations import parse_destination
from storage.share.sharing import share
from tests.digest_sending_cast import bot, headlines
from tests.digest_warehouse import MONDAY, at, break_campaign, mend_campaign, settings_in, warehouse_in

SUNDAY = MONDAY - timedelta(days=1)
INCIDENT_ID = f"1-{SUNDAY}"


class Team:
    """A machine that collects two workspaces and shares them, and one that only tells of what is shared."""

    def __init__(self, folder: Path, slack: SlackSandbox) -> None:
        self.collects, self._folder, self._slack = warehouse_in(folder / "collects"), folder, slack
        self.place = f"file://{folder}/team"
        break_campaign(self.collects, 1, SUNDAY)

    def shares(self) -> None:
        self.collects.publish()
        share(self.collects.published_path, parse_destination(self.place))

    def tells(self, day: date, *arguments: str, named: str = "") -> Result:
        return self.runs("tells", ["digest", *arguments], day, named)

    def runs(self, machine: str, arguments: list[str], day: date, named: str = "") -> Result:
        (self._folder / "campaign-health.toml").write_text(named)
        environment = {
            "CAMPAIGN_HEALTH_NOW": at(day).isoformat(), "CAMPAIGN_HEALTH_DATA_DIR": str(self._folder / machine),
            **({"CAMPAIGN_HEALTH_DATABASE": self.place} if machine == "tells" else {}), **bot(self._slack),
        }  # fmt: skip
        return CliRunner().invoke(campaign_health, arguments, env=environment)

    @property
    def told(self) -> list[str]:
        return headlines(self._slack)


@pytest.fixture
def team(tmp_path: Path, slack: SlackSandbox, monkeypatch: pytest.MonkeyPatch) -> Team:
    monkeypatch.chdir(tmp_path)
    return Team(tmp_path, slack)


def test_a_break_and_a_recovery_are_told_once_each_though_others_told_them_on_channels_of_theirs(team: Team) -> None:
    settings, workspace = settings_in(team.collects.path.parent.parent, **bot(team._slack))
    tell_due(team.collects, settings, workspace, at(MONDAY))
    team.shares()
    assert len(team.told) == 1
    assert team.tells(MONDAY).exit_code == 0
    assert team.told[1] == team.told[0]
    assert team.tells(MONDAY).exit_code == 0
    assert team.tells(MONDAY + timedelta(days=1)).exit_code == 0
    assert len(team.told) == 2

    mend_campaign(team.collects, INCIDENT_ID, MONDAY)
    team.shares()
    assert team.tells(MONDAY + timedelta(days=1)).exit_code == 0
    assert "recovered" in team.told[2].lower()
    shutil.rmtree(team.place.removeprefix("file://"))
    away = team.tells(MONDAY + timedelta(days=2))
    assert away.exit_code != 0
    assert len(team.told) == 3


def test_all_that_is_shared_is_taken_in_anew_but_what_was_told(team: Team, tmp_path: Path) -> None:
    team.shares()
    team.tells(MONDAY)
    with team.collects.open() as connection:
        connection.execute("UPDATE workspace SET workspace = 'acme'; UPDATE campaign SET workspace = 'acme'")
        connection.execute("UPDATE incident SET workspace = 'acme'; UPDATE incident_change SET workspace = 'acme'")
        connection.execute("UPDATE verdict SET workspace = 'acme'; UPDATE judge_run SET workspace = 'acme'")
        connection.execute("UPDATE collection SET workspace = 'acme'")
    team.shares()
    assert team.tells(MONDAY).exit_code == 0
    assert len(team.told) == 2, "of a workspace of another name nothing was told yet"
    [folder] = (tmp_path / "tells" / "shared").iterdir()
    with Warehouse(folder / "told").open() as connection:
        rows = connection.execute("SELECT workspace FROM campaign GROUP BY ALL").fetchall()
        assert rows == [("acme",)]
        assert len(connection.execute("FROM announcement").fetchall()) == 2
    assert not (tmp_path / "tells" / "warehouse.duckdb").exists(), "nothing is mixed with what is collected here"


def test_the_names_in_the_settings_choose_who_is_told_of(team: Team) -> None:
    team.shares()
    other = team.tells(MONDAY, named="[workspace.acme]\n")
    assert other.exit_code != 0, other.output
    assert "No workspace of the settings (acme)" in str(other.exception)
    assert team.told == []
    shown = team.tells(MONDAY, "--dry-run", named="[workspace.default]\n[workspace.acme]\n")
    assert "Campaign 1" in shown.output
    assert team.told == []


@pytest.mark.parametrize("command", ["status --json", "report --json"])
def test_what_the_terminal_says_of_what_is_shared_is_what_it_says_where_it_was_collected(
    team: Team, command: str
) -> None:
    team.shares()
    here = team.runs("tells", command.split(), MONDAY)
    there = team.runs("collects/data", command.split(), MONDAY)
    assert there.exit_code == here.exit_code == 0, here.output
    assert json.loads(here.stdout) == json.loads(there.stdout)
