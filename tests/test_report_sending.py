"""The monthly report is sent once on each channel, on the first working day after the month."""

from __future__ import annotations

import email
import email.policy
import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from campaign_health.alerts.channels.delivery import Delivery
from campaign_health.alerts.digest.report_due import month_due
from campaign_health.alerts.report_sending import send_due_report
from campaign_health.cli.main import campaign_health
from campaign_health.sandbox.slack.slack_service import SlackSandbox
from campaign_health.settings import DigestSettings
from storage.file.database import Warehouse
from tests.digest_sending_cast import bot
from tests.digest_warehouse import MONDAY, at, break_campaign, settings_in
from tests.mail_cast import mailing

NOVEMBER = date(2026, 11, 1)
TUESDAY = date(2026, 12, 1)
BERLIN = ZoneInfo("Europe/Berlin")


def due(local: str, *, days: str = "weekdays", since: date | None = NOVEMBER, is_on: bool = True) -> date | None:
    settings = DigestSettings(
        at=time(9), days=days, urgent_missed_sends=None, routes=(), dead_man_url=None, webhook=None, smtp=None,
        monthly_report=is_on,
    )  # type: ignore[arg-type]  # fmt: skip
    return month_due(settings, datetime.fromisoformat(local).replace(tzinfo=BERLIN), BERLIN, since)


def send(warehouse: Warehouse, now: datetime, **environment: str) -> list[Delivery]:
    settings, workspace = settings_in(warehouse.path.parent.parent, **environment)
    return send_due_report(warehouse, settings, workspace, now, sleep=lambda _: None)


@pytest.mark.parametrize(
    ("local", "month"),
    [
        ("2026-12-01T08:59", None),
        ("2026-12-01T09:00", NOVEMBER),
        ("2026-12-02T00:00", NOVEMBER),
        ("2026-12-08T23:00", NOVEMBER),
        ("2026-12-09T09:00", None),
        ("2026-11-30T12:00", None),
    ],
)
def test_it_is_due_from_the_digests_time_on_for_a_week(local: str, month: date | None) -> None:
    assert due(local) == month


def test_it_waits_for_a_working_day_where_digests_do() -> None:
    # 1 August 2026 is a Saturday.
    july = date(2026, 7, 1)
    assert [due(f"2026-08-0{day}T09:00", since=july) for day in (1, 2, 3)] == [None, None, july]
    assert due("2026-08-01T09:00", since=july, days="all") == july


def test_of_a_month_that_nobody_watched_and_where_it_is_switched_off_none_is_due() -> None:
    assert due("2026-12-01T09:00", since=TUESDAY) is None
    assert due("2026-12-01T09:00", since=None) is None
    assert due("2026-12-01T09:00", since=date(2026, 11, 30)) == NOVEMBER
    assert due("2026-12-01T09:00", is_on=False) is None


def test_it_is_sent_once_on_each_channel(warehouse: Warehouse, slack: SlackSandbox) -> None:
    break_campaign(warehouse, 1, MONDAY)
    done = send(warehouse, at(TUESDAY), **bot(slack))
    assert [(one.channel, one.outcome) for one in done] == [("slack, the report of November 2026", "sent")]
    assert send(warehouse, at(TUESDAY, 15), **bot(slack)) == []
    assert send(warehouse, at(TUESDAY + timedelta(days=1)), **bot(slack)) == []
    [message] = slack.messages
    assert message.payload["text"].startswith("Caught and saved in November 2026: 1 break found in November 2026")
    assert "Campaign 1" in json.dumps(message.payload)


def test_a_channel_that_is_down_gets_it_later_under_the_same_id(warehouse: Warehouse, slack: SlackSandbox) -> None:
    slack.standing_fault = "down"
    [failed] = send(warehouse, at(TUESDAY), **bot(slack))
    assert failed.outcome == "failed"
    assert send(warehouse, at(TUESDAY, 9, 5), **bot(slack)) == []
    slack.standing_fault = None
    [sent] = send(warehouse, at(TUESDAY, 10), **bot(slack))
    assert (sent.outcome, sent.announcement_id) == ("sent", failed.announcement_id)
    assert len(slack.messages) == 1


def test_a_crash_after_sending_repeats_it_under_the_same_id(warehouse: Warehouse, slack: SlackSandbox) -> None:
    [first] = send(warehouse, at(TUESDAY), **bot(slack))
    with warehouse.open() as connection:
        connection.execute("UPDATE monthly_report SET status = 'sending', sent_at = NULL")
    [again] = send(warehouse, at(TUESDAY, 10), **bot(slack))
    assert again.announcement_id == first.announcement_id
    assert json.dumps(slack.messages[0].payload["blocks"]) == json.dumps(slack.messages[1].payload["blocks"])


def test_a_route_gets_none_and_a_webhook_gets_it_signed(
    warehouse: Warehouse, slack: SlackSandbox, receiver: tuple[str, list[tuple[dict[str, str], bytes]]]
) -> None:
    url, seen = receiver
    environment = bot(slack, CAMPAIGN_HEALTH_DIGEST_ROUTES="tag:t1=#one", CAMPAIGN_HEALTH_WEBHOOK_URL=f"{url}/hook",
                      CAMPAIGN_HEALTH_WEBHOOK_SECRET="shared")  # fmt: skip
    send(warehouse, at(TUESDAY), **environment)
    assert [message.channel for message in slack.messages] == ["#lifecycle"]
    ((headers, body),) = seen
    said = json.loads(body)
    assert (said["kind"], said["month"], said["headline"]) == (
        "monthly_report", "2026-11", "Nothing broke in November 2026",
    )  # fmt: skip
    assert headers["X-Campaign-Health-Signature"].startswith("v0=")
    assert said["announcement_id"] == headers["X-Campaign-Health-Id"]


def test_the_mail_has_html_with_pictures_and_text(warehouse: Warehouse) -> None:
    break_campaign(warehouse, 1, MONDAY)
    with mailing() as server:
        smtp = {"SMTP_HOST": "localhost", "SMTP_PORT": str(server.port), "SMTP_SECURITY": "none",
                "SMTP_FROM": "a@example.com", "SMTP_TO": "b@example.com"}  # fmt: skip
        assert [one.outcome for one in send(warehouse, at(TUESDAY), **smtp)] == ["sent"]
    message = email.message_from_bytes(server.messages[0], policy=email.policy.default)
    assert message["Subject"] == "[campaign-health] Caught and saved in November 2026"
    html, text = message.get_body(("html",)), message.get_body(("plain",))
    assert html is not None
    assert text is not None
    for part in (html, text):
        assert "Campaign 1" in part.get_content()
    assert "How long they lasted" in html.get_content()


def test_the_command_says_it_and_sends_a_test(
    warehouse: Warehouse, slack: SlackSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_campaign(warehouse, 1, MONDAY)
    warehouse.publish()
    monkeypatch.chdir(warehouse.path.parent.parent)
    for name, value in {**bot(slack), "CAMPAIGN_HEALTH_NOW": at(TUESDAY, 12).isoformat()}.items():
        monkeypatch.setenv(name, value)
    run = CliRunner().invoke
    plain = run(campaign_health, ["report"], catch_exceptions=False)
    assert "Caught and saved in November 2026" in plain.stdout
    [values] = json.loads(run(campaign_health, ["report", "--month", "2026-11", "--json"]).stdout)
    assert values["breaks"] == 1
    assert values["headline"] in " ".join(plain.stdout.split())
    assert run(campaign_health, ["report", "--test"]).exit_code == 0
    assert slack.messages[0].payload["text"].startswith("Test: Caught and saved")
    slack.standing_fault = "archived"
    failed = run(campaign_health, ["report", "--test"])
    assert (failed.exit_code, "FAILED" in failed.stdout) == (1, True)
    assert run(campaign_health, ["report", "--month", "November"]).exit_code == 2
