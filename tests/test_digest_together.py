"""One message for all workspaces that have the same channels: worst first, each broken campaign is named once."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from campaign_health.alerts.channels.delivery import Delivery
from campaign_health.alerts.editing import edit_days_message
from campaign_health.alerts.telling import tell_due
from campaign_health.cli.main import campaign_health
from campaign_health.decisions.record_decision import change_warehouse, record_decision
from campaign_health.sandbox.slack.slack_limits import problems_of
from campaign_health.sandbox.slack.slack_service import SlackSandbox
from campaign_health.settings import Settings
from storage.file.database import Warehouse, transaction
from tests.digest_sending_cast import bot, headlines
from tests.digest_warehouse import MONDAY, at, break_campaign, mend_campaign, settings_in

SUNDAY = MONDAY - timedelta(days=1)
TABLES = ("campaign", "verdict", "workspace", "judge_run", "collection", "incident", "incident_change")
NAMES = ("default", "agency", "calm")


@pytest.fixture
def folder(warehouse: Warehouse) -> Path:
    """Three workspaces: `default` with one broken campaign, `agency` with two that miss more, `calm` with none."""
    copied(warehouse, "calm")
    break_campaign(warehouse, 2, SUNDAY, missed=500.0)
    break_campaign(warehouse, 3, SUNDAY - timedelta(days=20), missed=5.0, news=False)
    copied(warehouse, "agency")
    with warehouse.open() as connection:
        for table in ("incident", "incident_change"):
            connection.execute(f"DELETE FROM {table} WHERE workspace = 'default'")
        connection.execute("UPDATE campaign SET name = 'Theirs: ' || name WHERE workspace = 'agency'")
    break_campaign(warehouse, 1, SUNDAY)
    found = warehouse.path.parent.parent
    (found / "campaign-health.toml").write_text("".join(f"[workspace.{name}]\n" for name in NAMES))
    return found


def copied(warehouse: Warehouse, name: str) -> None:
    with warehouse.open() as connection, transaction(connection):
        for table in TABLES:
            connection.execute(
                f"INSERT INTO {table} SELECT * REPLACE ('{name}' AS workspace) FROM {table} WHERE workspace = 'default'"
            )


def settings_of(folder: Path, **environment: str) -> Settings:
    return settings_in(folder, CAMPAIGN_HEALTH_DIGEST_TOGETHER="on", **environment)[0]


def tell(warehouse: Warehouse, folder: Path, now: datetime, **environment: str) -> list[Delivery]:
    settings = settings_of(folder, **environment)
    return [
        one
        for workspace in settings.workspaces
        for one in tell_due(warehouse, settings, workspace, now, sleep=lambda _: None, publish=False)
        if one.outcome != "nothing_due"
    ]


def shown(slack: SlackSandbox, number: int = 0) -> str:
    return json.dumps(slack.messages[number].payload["blocks"], ensure_ascii=False)


def test_one_message_tells_of_all_worst_first_and_names_every_broken_campaign(
    warehouse: Warehouse, folder: Path, slack: SlackSandbox
) -> None:
    assert [one.outcome for one in tell(warehouse, folder, at(MONDAY), **bot(slack))] == ["sent"]
    [message] = slack.messages
    assert problems_of(message.payload) == []
    assert headlines(slack) == ["2 campaigns have broken and 1 is still broken; in 2 of 3 workspaces"]
    text = shown(slack)
    for name in ("Campaign 1 (new)", "Theirs: Campaign 2 (new)", "Theirs: Campaign 3"):
        assert name in text
    assert text.index("agency") < text.index('"default"')
    assert "1 campaign has broken and 1 is still broken" in text
    assert '"calm"' not in text


@pytest.mark.slow("weeks of digests")
def test_each_is_said_once_and_the_ledger_is_each_workspaces_own(
    warehouse: Warehouse, folder: Path, slack: SlackSandbox
) -> None:
    tell(warehouse, folder, at(MONDAY), **bot(slack))
    assert tell(warehouse, folder, at(MONDAY, 14), **bot(slack)) == []
    assert tell(warehouse, folder, at(MONDAY + timedelta(days=1)), **bot(slack)) == []
    assert len(slack.messages) == 1
    with warehouse.open() as connection:
        rows = connection.execute(
            "SELECT workspace, announcement_id, status, len(change_ids) FROM announcement ORDER BY workspace"
        ).fetchall()
    assert [(name, status, told) for name, _, status, told in rows] == [
        ("agency", "sent", 2), ("calm", "sent", 0), ("default", "sent", 1),
    ]  # fmt: skip
    assert len({announcement_id for _, announcement_id, _, _ in rows}) == 1


@pytest.mark.slow("weeks of digests")
def test_what_recovers_is_told_with_whose_it_is(warehouse: Warehouse, folder: Path, slack: SlackSandbox) -> None:
    tell(warehouse, folder, at(MONDAY), **bot(slack))
    mend_campaign(warehouse, f"1-{SUNDAY}", MONDAY)
    tell(warehouse, folder, at(MONDAY + timedelta(days=1)), **bot(slack))
    text = shown(slack, 1)
    assert "default: Campaign 1" in text
    assert "Recovered" in text
    assert "Theirs: Campaign 2" in text


def test_a_workspace_that_is_late_or_failed_is_said(warehouse: Warehouse, folder: Path, slack: SlackSandbox) -> None:
    with warehouse.open() as connection:
        connection.execute("UPDATE judge_run SET as_of = ? WHERE workspace = 'calm'", [SUNDAY - timedelta(days=1)])
        connection.execute(
            "UPDATE collection SET outcome = 'failed', error = 'HTTP 503.' "
            "WHERE workspace = 'default' AND source = 'customerio_metrics'"
        )
    tell(warehouse, folder, at(MONDAY), **bot(slack))
    text = shown(slack)
    assert "It is judged up to Sat 21 Nov only" in text
    assert '"calm"' in text
    assert "default: " in text
    assert "HTTP 503" in text


def test_where_nothing_is_broken_anywhere_one_all_clear_is_said(
    warehouse: Warehouse, folder: Path, slack: SlackSandbox
) -> None:
    with warehouse.open() as connection:
        for table in ("incident", "incident_change"):
            connection.execute(f"DELETE FROM {table}")
    tell(warehouse, folder, at(MONDAY), **bot(slack))
    assert headlines(slack) == ["All clear: every campaign that could be checked sends as expected; 3 workspaces"]


@pytest.mark.slow("weeks of digests")
def test_a_message_that_failed_or_was_cut_off_comes_again_whole(
    warehouse: Warehouse, folder: Path, slack: SlackSandbox
) -> None:
    slack.standing_fault = "down"
    assert {one.outcome for one in tell(warehouse, folder, at(MONDAY), **bot(slack))} == {"failed"}
    slack.standing_fault = None
    tell(warehouse, folder, at(MONDAY, 10), **bot(slack))
    with warehouse.open() as connection:
        connection.execute("UPDATE announcement SET status = 'sending', receipt = NULL WHERE status = 'sent'")
    tell(warehouse, folder, at(MONDAY, 11), **bot(slack))
    first, again = slack.messages
    assert first.payload["blocks"] == again.payload["blocks"]
    assert tell(warehouse, folder, at(MONDAY, 12), **bot(slack)) == []


@pytest.mark.slow("weeks of digests")
def test_what_is_said_on_a_page_stands_in_the_message_of_all(
    warehouse: Warehouse, folder: Path, slack: SlackSandbox
) -> None:
    tell(warehouse, folder, at(MONDAY), **bot(slack))
    change_warehouse(
        warehouse,
        lambda one: record_decision(one, "agency", "acknowledge", "Ada", at(MONDAY, 10), incident_id=f"2-{SUNDAY}"),
    )
    settings = settings_of(folder, **bot(slack))
    agency = next(one for one in settings.workspaces if one.name == "agency")
    assert [one.outcome for one in edit_days_message(warehouse, settings, agency, at(MONDAY, 10))] == ["edited"]
    assert "Theirs: Campaign 2 (new, being worked on)" in shown(slack)
    assert "Campaign 1 (new)" in shown(slack)
    assert (len(slack.messages), slack.messages[0].edits) == (1, 1)
    assert edit_days_message(warehouse, settings, agency, at(MONDAY, 11)) == []


def test_a_workspace_with_channels_of_its_own_is_told_alone(
    warehouse: Warehouse, folder: Path, slack: SlackSandbox
) -> None:
    own = '[workspace.agency]\nSLACK_CHANNEL = "#agency"\n'
    (folder / "campaign-health.toml").write_text(f"[workspace.default]\n{own}[workspace.calm]\n")
    tell(warehouse, folder, at(MONDAY), **bot(slack))
    told = {message.channel: json.dumps(message.payload) for message in slack.messages}
    assert set(told) == {"#lifecycle", "#agency"}
    assert "Theirs" not in told["#lifecycle"]
    assert "Theirs: Campaign 2" in told["#agency"]


def test_a_webhook_hears_of_who_was_late_alone(warehouse: Warehouse, folder: Path, slack: SlackSandbox) -> None:
    with warehouse.open() as connection:
        connection.execute("UPDATE judge_run SET as_of = ? WHERE workspace = 'default'", [SUNDAY - timedelta(days=1)])
        connection.execute("DELETE FROM incident_change WHERE workspace = 'default'")
        connection.execute("DELETE FROM incident WHERE workspace = 'default'")
        sent_at = at(SUNDAY).replace(tzinfo=None)
        told_before = ["default", "sunday", "slack", "all_clear", SUNDAY, "{}", "sent", 1, sent_at]
        connection.execute(
            "INSERT INTO announcement (workspace, announcement_id, channel, kind, day, digest, change_ids, status, "
            "attempts, made_at) VALUES (?, ?, ?, ?, ?, ?, [], ?, ?, ?)",
            told_before,
        )
    webhook = {"SLACK_WEBHOOK_URL": slack.webhook_url}
    tell(warehouse, folder, at(MONDAY), **webhook)
    break_campaign(warehouse, 1, SUNDAY)
    with warehouse.open() as connection:
        connection.execute("UPDATE judge_run SET as_of = ? WHERE workspace = 'default'", [SUNDAY])
    tell(warehouse, folder, at(MONDAY, 13), **webhook)
    assert len(slack.messages) == 2
    assert "Campaign 1 (new)" in shown(slack, 1)
    assert "Theirs" not in shown(slack, 1)


def test_what_would_be_said_is_shown_once_for_all(
    warehouse: Warehouse, folder: Path, slack: SlackSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.publish()
    monkeypatch.chdir(folder)
    environment = bot(slack, CAMPAIGN_HEALTH_DIGEST_TOGETHER="on", CAMPAIGN_HEALTH_NOW=at(MONDAY, 10).isoformat())
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    [shown_one] = json.loads(CliRunner().invoke(campaign_health, ["digest", "--dry-run", "--json"]).stdout)
    assert shown_one["due"] is True
    assert shown_one["workspace"] == "default, agency and calm"
    assert CliRunner().invoke(campaign_health, ["digest"]).exit_code == 0
    assert len(slack.messages) == 1
