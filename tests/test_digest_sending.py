"""Sending: each change once, whatever fails; against a stand-in Slack over real HTTP and a real database file."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from campaign_health.alerts.dead_man import ping
from campaign_health.alerts.delivery import Delivery
from campaign_health.alerts.sending import send_due_digest
from campaign_health.alerts.slack_webhook import SlackWebhook
from campaign_health.cli.digest import command
from campaign_health.daily_run import tell
from campaign_health.errors import SettingsError
from campaign_health.sandbox.slack_service import TOKEN, SlackSandbox, running_slack
from storage.database import Warehouse, open_published
from tests.digest_warehouse import (
    MONDAY,
    at,
    break_campaign,
    mend_campaign,
    run_ended,
    settings_in,
    warehouse_in,
)


@pytest.fixture
def slack() -> Iterator[SlackSandbox]:
    with running_slack() as service:
        yield service


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return warehouse_in(tmp_path)


def send(warehouse: Warehouse, slack: SlackSandbox, now, **environment: str) -> list[Delivery]:  # type: ignore[no-untyped-def]
    environment = environment or {"SLACK_WEBHOOK_URL": slack.webhook_url}
    settings, workspace = settings_in(warehouse.path.parent.parent, **environment)
    return send_due_digest(warehouse, settings, workspace, now, sleep=lambda _: None)


def headlines(slack: SlackSandbox) -> list[str]:
    return [message.payload["blocks"][0]["text"]["text"] for message in slack.messages]


def bot(slack: SlackSandbox, **more: str) -> dict[str, str]:
    return {"SLACK_BOT_TOKEN": TOKEN, "SLACK_CHANNEL": "#lifecycle", "SLACK_API_URL": slack.api_url, **more}


def test_a_break_and_its_recovery_are_told_once_each(warehouse: Warehouse, slack: SlackSandbox) -> None:
    incident = break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    for hour in (8, 9, 10, 11):
        send(warehouse, slack, at(MONDAY, hour))
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    send(warehouse, slack, at(tuesday))
    mend_campaign(warehouse, incident, tuesday)
    send(warehouse, slack, at(wednesday))
    send(warehouse, slack, at(wednesday, 12))
    assert headlines(slack) == ["1 campaign has broken", "1 campaign has recovered"]


def test_without_a_channel_it_says_so_and_stores_nothing(warehouse: Warehouse, slack: SlackSandbox) -> None:
    settings, workspace = settings_in(warehouse.path.parent.parent)
    assert [d.outcome for d in send_due_digest(warehouse, settings, workspace, at(MONDAY))] == ["not_set_up"]


def test_quiet_weeks_have_one_sign_of_life_each(warehouse: Warehouse, slack: SlackSandbox) -> None:
    for day in range(21):
        send(warehouse, slack, at(MONDAY + timedelta(days=day)))
    assert headlines(slack) == ["All clear: every campaign sends as expected"] * 3


def test_a_failed_source_is_told_once_until_it_works_again(warehouse: Warehouse, slack: SlackSandbox) -> None:
    for day in range(3):
        run_ended(warehouse, at(MONDAY + timedelta(days=day), 6), "failed")
        send(warehouse, slack, at(MONDAY + timedelta(days=day)))
    run_ended(warehouse, at(MONDAY + timedelta(days=3), 6), "complete")
    send(warehouse, slack, at(MONDAY + timedelta(days=3)))
    run_ended(warehouse, at(MONDAY + timedelta(days=4), 6), "partial")
    send(warehouse, slack, at(MONDAY + timedelta(days=4)))
    assert headlines(slack) == ["Some data could not be checked"] * 2


def test_slack_down_keeps_the_news_and_sends_it_when_it_is_back(warehouse: Warehouse, slack: SlackSandbox) -> None:
    break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    slack.standing_fault = "down"
    assert [d.outcome for d in send(warehouse, slack, at(MONDAY))] == ["failed"]
    assert send(warehouse, slack, at(MONDAY, 9, 5)) == [Delivery("slack", "nothing_due")]  # not hammered
    slack.standing_fault = None
    assert [d.outcome for d in send(warehouse, slack, at(MONDAY + timedelta(days=1)))] == ["sent"]
    assert headlines(slack) == ["1 campaign has broken"]
    assert "could not be sent since Mon 23 Nov" in json.dumps(slack.messages[0].payload)


@pytest.mark.parametrize("fault", ["down", "rate_limited", "hang_up"])
def test_a_passing_fault_is_tried_again_at_once(warehouse: Warehouse, slack: SlackSandbox, fault: str) -> None:
    break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    slack.faults = [fault]  # type: ignore[list-item]
    assert [d.outcome for d in send(warehouse, slack, at(MONDAY))] == ["sent"]
    assert len(slack.messages) == 1
    assert slack.requests == 2


def test_a_long_wait_that_slack_asks_for_is_kept(warehouse: Warehouse, slack: SlackSandbox) -> None:
    break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    slack.faults, slack.retry_after = ["rate_limited"], 3600
    assert [d.outcome for d in send(warehouse, slack, at(MONDAY))] == ["failed"]
    assert [d.outcome for d in send(warehouse, slack, at(MONDAY, 9, 59))] == ["nothing_due"]
    assert [d.outcome for d in send(warehouse, slack, at(MONDAY, 10, 0))] == ["sent"]


@pytest.mark.parametrize(
    ("fault", "uses_bot", "cure"),
    [
        ("revoked", False, "set SLACK_WEBHOOK_URL"),
        ("archived", False, "unarchive"),
        ("revoked", True, "set SLACK_BOT_TOKEN"),
        ("archived", True, "unarchive"),
        ("wrong_token", True, "set SLACK_BOT_TOKEN anew"),
    ],
)
def test_what_somebody_must_mend_is_given_up_with_the_cure_and_sent_afterwards(
    warehouse: Warehouse, slack: SlackSandbox, fault: str, uses_bot: bool, cure: str
) -> None:
    break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    environment = bot(slack) if uses_bot else {"SLACK_WEBHOOK_URL": slack.webhook_url}
    slack.standing_fault = fault  # type: ignore[assignment]
    (delivery,) = send(warehouse, slack, at(MONDAY), **environment)
    assert delivery.outcome == "failed"
    assert cure in delivery.reason
    assert slack.requests == 1
    slack.standing_fault = None
    assert [d.outcome for d in send(warehouse, slack, at(MONDAY, 10), **environment)] == ["sent"]
    assert headlines(slack) == ["1 campaign has broken"]


def test_no_secret_reaches_the_database_or_a_reason(warehouse: Warehouse, slack: SlackSandbox) -> None:
    break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    closed = "http://127.0.0.1:9/services/T1/B1/topsecret"
    (delivery,) = send(warehouse, slack, at(MONDAY), SLACK_WEBHOOK_URL=closed)
    assert delivery.outcome == "failed"
    assert "topsecret" not in delivery.reason
    with open_published(warehouse.path.parent) as connection:
        rows = connection.execute("SELECT * FROM announcement").fetchall()
    assert rows
    assert "topsecret" not in str(rows)
    assert b"topsecret" not in warehouse.path.read_bytes()


def test_a_bot_edits_the_days_message_and_says_what_changed_in_its_thread(
    warehouse: Warehouse, slack: SlackSandbox
) -> None:
    break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    send(warehouse, slack, at(MONDAY), **bot(slack))
    break_campaign(warehouse, 2, MONDAY - timedelta(days=1))
    send(warehouse, slack, at(MONDAY, 14), **bot(slack))
    first, reply = slack.messages
    assert first.edits == 1
    assert reply.thread_ts == first.ts
    text = json.dumps(first.payload)
    assert "Campaign 1" in text
    assert "Campaign 2" in text
    send(warehouse, slack, at(MONDAY, 15), **bot(slack))
    assert len(slack.messages) == 2


def test_a_days_message_that_was_deleted_is_no_loss(warehouse: Warehouse, slack: SlackSandbox) -> None:
    break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    send(warehouse, slack, at(MONDAY), **bot(slack))
    slack.messages.clear()
    break_campaign(warehouse, 2, MONDAY - timedelta(days=1))
    assert [d.outcome for d in send(warehouse, slack, at(MONDAY, 14), **bot(slack))] == ["sent"]
    assert "Campaign 2" in json.dumps(slack.messages[-1].payload)


def test_routes_tell_each_channel_its_own_campaigns(warehouse: Warehouse, slack: SlackSandbox) -> None:
    break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    break_campaign(warehouse, 2, MONDAY - timedelta(days=1))
    send(warehouse, slack, at(MONDAY), **bot(slack, CAMPAIGN_HEALTH_DIGEST_ROUTES="tag:t1=#one, tag:t3=#three"))
    told = {message.channel: json.dumps(message.payload) for message in slack.messages}
    assert set(told) == {"#lifecycle", "#one"}
    assert "Campaign 2" in told["#lifecycle"]
    assert "Campaign 2" not in told["#one"]


def test_routes_without_a_bot_are_refused(warehouse: Warehouse, slack: SlackSandbox) -> None:
    with pytest.raises(SettingsError, match="SLACK_BOT_TOKEN"):
        send(
            warehouse, slack, at(MONDAY), SLACK_WEBHOOK_URL=slack.webhook_url, CAMPAIGN_HEALTH_DIGEST_ROUTES="tag:a=#b"
        )


def test_a_heavy_new_incident_is_announced_at_once_and_not_again(warehouse: Warehouse, slack: SlackSandbox) -> None:
    environment = {"SLACK_WEBHOOK_URL": slack.webhook_url, "CAMPAIGN_HEALTH_URGENT_MISSED_SENDS": "100"}
    break_campaign(warehouse, 1, MONDAY - timedelta(days=1), missed=900)
    break_campaign(warehouse, 2, MONDAY - timedelta(days=1), missed=5)
    send(warehouse, slack, at(MONDAY, 7), **environment)
    assert "Campaign 2" not in json.dumps(slack.messages[0].payload)
    send(warehouse, slack, at(MONDAY, 9), **environment)
    send(warehouse, slack, at(MONDAY, 10), **environment)
    assert headlines(slack) == ["1 campaign has broken", "1 campaign has broken and 1 is still broken"]


def test_an_answer_that_never_came_is_sent_again_with_the_same_id(warehouse: Warehouse, slack: SlackSandbox) -> None:
    break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    slack.faults = ["hang_up_after"]
    (delivery,) = send(warehouse, slack, at(MONDAY))
    assert delivery.outcome == "sent"
    ids = [json.dumps(message.payload).count(str(delivery.announcement_id)) for message in slack.messages]
    assert ids == [1, 1]


class _Receiver(BaseHTTPRequestHandler):
    seen: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((dict(self.headers), body))
        self.send_response(204)
        self.end_headers()

    def do_GET(self) -> None:
        self.seen.append(({}, self.path.encode()))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Keeps the terminal quiet."""


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    seen: list[tuple[dict[str, str], bytes]] = []
    server = HTTPServer(("127.0.0.1", 0), type("Receiver", (_Receiver,), {"seen": seen}))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()


def test_the_webhooks_signature_can_be_checked_by_anyone(
    warehouse: Warehouse, slack: SlackSandbox, receiver: tuple[str, list[tuple[dict[str, str], bytes]]]
) -> None:
    break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    url, seen = receiver
    environment = {"CAMPAIGN_HEALTH_WEBHOOK_URL": f"{url}/hook", "CAMPAIGN_HEALTH_WEBHOOK_SECRET": "shared"}
    assert [d.outcome for d in send(warehouse, slack, at(MONDAY), **environment)] == ["sent"]
    ((headers, body),) = seen
    # What a receiver has to write, from the documentation alone:
    signed = b"v0:" + headers["X-Campaign-Health-Timestamp"].encode() + b":" + body
    assert headers["X-Campaign-Health-Signature"] == "v0=" + hmac.new(b"shared", signed, hashlib.sha256).hexdigest()
    said = json.loads(body)
    assert said["headline"] == "1 campaign has broken"
    assert said["announcement_id"] == headers["X-Campaign-Health-Id"]


def test_the_dead_man_switch_is_pinged_where_one_is_set(
    tmp_path: Path, receiver: tuple[str, list[tuple[dict[str, str], bytes]]]
) -> None:
    url, seen = receiver
    settings, workspace = settings_in(tmp_path, CAMPAIGN_HEALTH_DEAD_MAN_URL=f"{url}/ping/topsecret")
    assert ping(workspace, settings.http) is None
    assert seen == [({}, b"/ping/topsecret")]
    settings, workspace = settings_in(tmp_path, CAMPAIGN_HEALTH_DEAD_MAN_URL="http://127.0.0.1:9/topsecret")
    reason = ping(workspace, settings.http)
    assert reason is not None
    assert "topsecret" not in reason


def test_an_unforeseen_failure_of_one_channel_stops_neither_the_others_nor_the_round(
    warehouse: Warehouse,
    slack: SlackSandbox,
    receiver: tuple[str, list[tuple[dict[str, str], bytes]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise RecursionError(slack.webhook_url)

    break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    monkeypatch.setattr(SlackWebhook, "deliver", broken)
    url, seen = receiver
    environment = {"SLACK_WEBHOOK_URL": slack.webhook_url, "CAMPAIGN_HEALTH_WEBHOOK_URL": url}
    settings, workspace = settings_in(warehouse.path.parent.parent, **environment)
    problems: list[str] = []
    tell(settings, workspace, at(MONDAY), problems.append)
    assert len(seen) == 1
    assert problems == ["The digest of default to slack: It failed in an unforeseen way (RecursionError)."]
    with warehouse.read() as connection:
        stored = connection.execute("SELECT channel, status, error FROM announcement ORDER BY status").fetchall()
    assert [row[:2] for row in stored] == [("slack", "failed"), ("webhook", "sent")]
    assert slack.webhook_url not in str(stored)


def test_what_fails_before_anything_is_sent_does_not_end_the_round(
    warehouse: Warehouse, slack: SlackSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RecursionError(slack.webhook_url)

    monkeypatch.setattr("campaign_health.alerts.sending.read_situation", broken)
    settings, workspace = settings_in(warehouse.path.parent.parent, SLACK_WEBHOOK_URL=slack.webhook_url)
    problems: list[str] = []
    tell(settings, workspace, at(MONDAY), problems.append)
    assert problems == ["The digest of default to slack: It failed in an unforeseen way (RecursionError)."]


def test_two_at_once_send_once(warehouse: Warehouse, slack: SlackSandbox) -> None:
    break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    threads = [threading.Thread(target=send, args=(warehouse, slack, at(MONDAY))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    send(warehouse, slack, at(MONDAY, 10))
    assert headlines(slack) == ["1 campaign has broken"]


def test_a_dry_run_prints_the_digest_and_sends_and_stores_nothing(
    warehouse: Warehouse, slack: SlackSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    warehouse.publish()
    monkeypatch.chdir(warehouse.path.parent.parent)
    monkeypatch.setenv("CAMPAIGN_HEALTH_NOW", at(MONDAY).isoformat())
    monkeypatch.setenv("CAMPAIGN_HEALTH_TIMEZONE", "UTC")
    monkeypatch.setenv("SLACK_WEBHOOK_URL", slack.webhook_url)
    before = warehouse.path.read_bytes()
    result = CliRunner().invoke(command, ["--dry-run"])
    assert result.exit_code == 0, result.output
    assert "Campaign 1 – since Sun 22 Nov (day 1)" in result.stdout
    as_json = CliRunner().invoke(command, ["--dry-run", "--json"])
    assert json.loads(as_json.stdout)[0]["due"] is True
    assert slack.requests == 0
    assert warehouse.path.read_bytes() == before


def test_a_test_message_announces_nothing(
    warehouse: Warehouse, slack: SlackSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    warehouse.publish()
    monkeypatch.chdir(warehouse.path.parent.parent)
    monkeypatch.setenv("CAMPAIGN_HEALTH_NOW", at(MONDAY).isoformat())
    monkeypatch.setenv("CAMPAIGN_HEALTH_TIMEZONE", "UTC")
    monkeypatch.setenv("SLACK_WEBHOOK_URL", slack.webhook_url)
    result = CliRunner().invoke(command, ["--test"])
    assert result.exit_code == 0, result.output
    send(warehouse, slack, at(MONDAY))
    assert headlines(slack) == ["Test: 1 campaign has broken", "1 campaign has broken"]
