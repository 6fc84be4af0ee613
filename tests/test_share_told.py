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
from storage.file.database import Warehouse, transaction
from storage.share.destinations import parse_destination
from storage.share.sharing import share
from storage.share.taking_in import told_folder
from tests.digest_sending_cast import bot, headlines
from tests.digest_warehouse import MONDAY, at, break_campaign, mend_campaign, settings_in, warehouse_in

SUNDAY = MONDAY - timedelta(days=1)
INCIDENT_ID = f"1-{SUNDAY}"


class Team:
    """A machine that collects two workspaces and shares them, and one that only tells of what is shared."""

    def __init__(self, folder: Path, slack: SlackSandbox) -> None:
        self.collects, self._folder, self.slack = warehouse_in(folder / "collects"), folder, slack
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
            **({"CAMPAIGN_HEALTH_DATABASE": self.place} if machine == "tells" else {}), **bot(self.slack),
        }  # fmt: skip
        return CliRunner().invoke(campaign_health, arguments, env=environment)

    @property
    def told(self) -> list[str]:
        return headlines(self.slack)


@pytest.fixture
def team(tmp_path: Path, slack: SlackSandbox, monkeypatch: pytest.MonkeyPatch) -> Team:
    monkeypatch.chdir(tmp_path)
    return Team(tmp_path, slack)


def test_a_break_and_a_recovery_are_told_once_each_though_others_told_them_on_channels_of_theirs(team: Team) -> None:
    settings, workspace = settings_in(team.collects.path.parent.parent, **bot(team.slack))
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
    assert team.tells(MONDAY + timedelta(days=2)).exit_code == 0
    assert len(team.told) == 3, "the place is away, and nothing is known that is new"
    late = team.tells(MONDAY + timedelta(days=7), "--dry-run")
    assert late.exit_code == 0
    assert "Nothing is known of the last days" in late.output


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
    [folder] = (tmp_path / "tells" / "shared").glob("told-*")
    with Warehouse(folder).open() as connection:
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


def test_a_month_is_reported_once_though_others_reported_it_too(team: Team) -> None:
    for number in (1, 2):
        with team.collects.open() as connection:
            connection.execute("UPDATE workspace SET time_zone_since = time_zone_since + INTERVAL (?) DAY", [number])
        team.shares()
        assert team.tells(date(2026, 12, 1)).exit_code == 0
    assert len([one for one in team.told if one.startswith("Caught and saved")]) == 1


def test_what_was_told_is_known_whatever_password_the_address_has(tmp_path: Path) -> None:
    folders = {
        told_folder(tmp_path, parse_destination(f"postgresql://watcher:{password}@db/health{more}"))
        for password, more in (("one", ""), ("two", ""), ("two", "?connect_timeout=3"))
    }
    assert len(folders) == 1
    assert folders != {told_folder(tmp_path, parse_destination("postgresql://watcher:one@db/health?schema=other"))}


def test_a_machine_that_collects_tells_of_its_own(team: Team, tmp_path: Path) -> None:
    team.shares()
    shutil.copytree(tmp_path / "collects" / "data", tmp_path / "tells")
    with Warehouse(tmp_path / "tells").open_and_publish() as connection:
        connection.execute("UPDATE campaign SET name = 'Mine: ' || name")
    assert "Mine: Campaign 1" in team.tells(MONDAY, "--dry-run").output
    assert "Mine: Campaign 1" in team.runs("tells", ["status"], MONDAY).output


def test_a_table_of_the_name_default_means_that_one_only(team: Team) -> None:
    with team.collects.open() as connection, transaction(connection):
        for table in ("campaign", "verdict", "workspace", "judge_run", "collection", "incident", "incident_change"):
            copied = f"SELECT * REPLACE ('acme' AS workspace) FROM {table}"
            connection.execute(f"INSERT INTO {table} {copied}")
    team.shares()
    assert "acme" in team.tells(MONDAY, "--dry-run").output
    only = "[workspace.default]\n"
    assert "acme" not in team.tells(MONDAY, "--dry-run", named=only).output
    shown = team.runs("tells", ["status"], MONDAY, only).output
    assert "acme" in shown, "what is there is shown"
    assert "configured" not in shown


def test_nothing_can_be_decided_where_nothing_is_collected(team: Team) -> None:
    team.shares()
    refused = team.runs("tells", ["decide", "1", "on-it", "--by", "Ada"], MONDAY)
    assert "Decide on the one that collects" in str(refused.exception)


def test_where_nothing_can_be_had_status_says_that_it_is_not_known(team: Team) -> None:
    assert team.runs("tells", ["status", "--exit-code"], MONDAY).exit_code == 2


@pytest.mark.parametrize("command", ["status --json", "report --json"])
def test_what_the_terminal_says_of_what_is_shared_is_what_it_says_where_it_was_collected(
    team: Team, command: str
) -> None:
    team.shares()
    here = team.runs("tells", command.split(), MONDAY)
    there = team.runs("collects/data", command.split(), MONDAY)
    assert there.exit_code == here.exit_code == 0, here.output
    assert json.loads(here.stdout) == json.loads(there.stdout)
