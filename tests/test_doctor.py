"""The doctor says what is wrong and how to mend it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from campaign_health.cli.doctor import command
from campaign_health.doctor import Finding, examine
from campaign_health.doctor.customerio import examine_customerio
from campaign_health.doctor.files import examine_files
from campaign_health.doctor.mixpanel import examine_mixpanel
from campaign_health.doctor.slack import examine_slack
from campaign_health.doctor.surroundings import DateHeaders
from campaign_health.process.clock import read_clock
from campaign_health.process.run_lock import SCHEDULE, only_one
from campaign_health.sandbox.slack.slack_service import running_slack
from campaign_health.settings import load_settings
from storage.file.database import Warehouse
from tests.collecting_cast import Install, Installation
from tests.openapi import request_violations, require_descriptions


def findings(installation: Installation) -> list[Finding]:
    settings, environment = installation.settings(), installation.environment
    return list(examine(settings, environment, installation.data_dir, read_clock(environment)))


def one(found: list[Finding], subject: str) -> Finding:
    [finding] = [finding for finding in found if finding.subject == subject]
    return finding


def test_where_all_is_well_nothing_is_wrong(installation: Installation) -> None:
    installation.collect()
    found = findings(installation)
    assert [finding for finding in found if finding.level == "wrong"] == []
    subjects = {finding.subject for finding in found if finding.level == "fine"}
    assert {
        "Data directory",
        "Warehouse",
        "Published file",
        "Time zone",
        "Mixpanel queries",
        "Mixpanel export",
    } <= subjects
    assert {"Customer.io key", "Customer.io numbers"} <= subjects


def test_a_warehouse_that_is_missing_beside_its_copy_is_said_to_come_back(installation: Installation) -> None:
    (installation.data_dir / "warehouse.duckdb").unlink()
    assert one(findings(installation), "Warehouse").text == "Nothing was collected yet."
    Warehouse(installation.data_dir).publish()
    Warehouse(installation.data_dir).path.unlink()
    finding = one(findings(installation), "Warehouse")
    assert (finding.level, finding.text) == ("note", "warehouse.duckdb is missing.")
    assert finding.cure == "The next run restores it from campaign_health.duckdb."


def test_its_requests_are_as_the_official_descriptions_say(installation: Installation) -> None:
    require_descriptions()
    findings(installation)
    assert request_violations(installation.sandbox.requests) == []


@pytest.mark.parametrize(
    ("kind", "endpoint", "subject", "level", "told"),
    [
        ("unauthorized", "mixpanel", "Mixpanel key", "wrong", "MIXPANEL_SERVICE_SECRET"),
        ("expired", "mixpanel", "Mixpanel key", "wrong", "expired"),
        ("payment_required", "mixpanel.query", "Mixpanel queries", "note", "raw export"),
        ("forbidden", "mixpanel.query", "Mixpanel queries", "wrong", "MIXPANEL_PROJECT_ID"),
        ("payment_required", "mixpanel.export", "Mixpanel export", "wrong", "plan"),
        ("forbidden", "mixpanel.app.schemas", "Mixpanel Lexicon", "note", "optional"),
        ("unauthorized", "customerio", "Customer.io key", "wrong", "CUSTOMERIO_APP_API_KEY"),
        ("forbidden", "customerio.campaigns", "Customer.io key", "wrong", "scope"),
        ("forbidden", "customerio.metrics", "Customer.io numbers", "wrong", "scope"),
    ],
)
def test_what_a_key_may_not_do_is_named_with_the_cure(
    installation: Installation, kind: str, endpoint: str, subject: str, level: str, told: str
) -> None:
    installation.sandbox.fail(kind, endpoint=endpoint, at="every", times=None)
    finding = one(findings(installation), subject)
    assert finding.level == level
    assert told in f"{finding.text} {finding.cure}"


def test_a_key_of_another_region_is_found_there(install: Install) -> None:
    us, eu = install(), install()
    us.sandbox.fail("unauthorized", at="every", times=None)
    settings, there = us.settings(), eu.settings().workspaces[0]
    mixpanel, customerio = settings.workspaces[0].mixpanel, settings.workspaces[0].customerio
    assert mixpanel is not None
    assert customerio is not None
    assert there.mixpanel is not None
    assert there.customerio is not None
    bases = {
        region: (one.query_url, one.export_url, one.app_url)
        for region, one in (("us", mixpanel), ("eu", there.mixpanel))
    }
    regions = {"us": customerio.app_url, "eu": there.customerio.app_url}
    with requests.Session() as session:
        [finding] = examine_mixpanel(mixpanel, settings.http, session, us.sandbox.now, None, bases)
        assert finding.cure == "The key works in the region eu: set MIXPANEL_REGION=eu."
        [finding] = examine_customerio(customerio, settings.http, session, us.sandbox.now, None, regions)
        assert finding.cure == "The key works in the region eu: set CUSTOMERIO_REGION=eu."


def test_two_zones_that_differ_are_wrong(installation: Installation) -> None:
    installation.extra["CAMPAIGN_HEALTH_TIMEZONE"] = "Asia/Tokyo"
    finding = one(findings(installation), "Time zone")
    assert finding.level == "wrong"
    assert "Asia/Tokyo" in finding.text
    assert "Europe/Berlin" in finding.text


def test_missing_keys_and_unknown_names_are_told(tmp_path: Path) -> None:
    environment = {"MIXPANEL_PROJECT": "4242", "CAMPAIGN_HEALTH_DATA_DIR": str(tmp_path)}
    settings = load_settings(environment, tmp_path)
    found = list(examine(settings, environment, tmp_path, datetime(2026, 11, 24, tzinfo=UTC)))
    assert one(found, "Settings").cure == "Did you mean MIXPANEL_PROJECT_ID?"
    assert one(found, "Mixpanel key").level == one(found, "Customer.io key").level == "wrong"
    assert "CAMPAIGN_HEALTH_TIMEZONE" in one(found, "Time zone").cure


def test_a_data_directory_that_cannot_be_written_is_wrong(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    [finding] = examine_files(in_the_way, ())
    assert (finding.subject, finding.level) == ("Data directory", "wrong")
    assert str(in_the_way) in finding.text


def test_a_corrupt_file_and_secrets_that_all_may_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "campaign_health.duckdb").write_bytes(b"nonsense" * 5000)
    secrets = tmp_path / "campaign-health.toml"
    secrets.write_text("")
    secrets.chmod(0o644)
    found = list(examine_files(tmp_path, (secrets,)))
    assert one(found, "Published file").level == "wrong"
    assert one(found, "Published file").cure
    assert one(found, "campaign-health.toml").cure == f"chmod 600 {secrets}"
    secrets.chmod(0o600)
    assert one(list(examine_files(tmp_path, (secrets,))), "campaign-health.toml").level == "fine"


def test_a_running_scheduler_is_seen(tmp_path: Path) -> None:
    assert one(list(examine_files(tmp_path, ())), "Scheduler").level == "note"
    with only_one(tmp_path, SCHEDULE):
        assert one(list(examine_files(tmp_path, ())), "Scheduler").level == "fine"


def test_a_clock_that_is_wrong_is_seen_by_the_services_answers() -> None:
    with requests.Session() as session:
        dates = DateHeaders(session)
        assert dates.finding() is None
        answer = requests.Response()
        answer.headers["Date"] = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
        [read] = session.hooks["response"]
        read(answer)
        finding = dates.finding()
        assert finding is not None
        assert finding.level == "wrong"
        assert "10 minutes behind" in finding.text
        answer.headers["Date"] = format_datetime(datetime.now(UTC), usegmt=True)
        read(answer)
        finding = dates.finding()
        assert finding is not None
        assert finding.level == "fine"


def test_slack_is_looked_at_without_sending(tmp_path: Path) -> None:
    with running_slack() as slack:
        environment = {
            "SLACK_WEBHOOK_URL": slack.webhook_url,
            "SLACK_BOT_TOKEN": "xoxb-wrong",
            "SLACK_API_URL": slack.api_url,
        }
        environment["SLACK_CHANNEL"] = "#lifecycle"
        settings = load_settings(environment, tmp_path)
        webhook, bot = examine_slack(settings.workspaces[0].slack, settings.http)
        assert webhook.level == "fine"
        assert (bot.level, bot.cure) == ("wrong", "Set SLACK_BOT_TOKEN anew.")
        assert slack.messages == []
    settings = load_settings({"SLACK_WEBHOOK_URL": "https://hooks.slack.com/nothing"}, tmp_path)
    [webhook] = examine_slack(settings.workspaces[0].slack, settings.http)
    assert webhook.level == "wrong"
    [nothing] = examine_slack(load_settings({}, tmp_path).workspaces[0].slack, settings.http)
    assert nothing.level == "note"


def test_the_command_writes_a_line_each_and_its_exit_code_says_whether_something_is_wrong(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(installation.data_dir)
    for name, value in installation.environment.items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(command, [])
    assert done.exit_code == 0, done.output
    assert "✓ fine  Time zone: Europe/Berlin, as Mixpanel says." in done.stdout
    monkeypatch.setenv("CUSTOMERIO_APP_API_KEY", "a-wrong-key")
    done = CliRunner().invoke(command, ["--json"])
    assert done.exit_code == 1
    assert "a-wrong-key" not in done.output
    wrong = [finding for finding in json.loads(done.stdout)["findings"] if finding["level"] == "wrong"]
    assert [finding["subject"] for finding in wrong] == ["Customer.io key"]
