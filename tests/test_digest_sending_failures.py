"""Whatever fails while sending, the news is kept, sent later, and no secret is told."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from campaign_health.alerts.channels.delivery import Delivery
from campaign_health.alerts.channels.slack_webhook import SlackWebhook
from campaign_health.sandbox.slack.slack_service import SlackSandbox
from campaign_health.schedule.daily_run import tell
from campaign_health.schedule.jobs import Job
from storage.file.database import Warehouse, open_published
from tests.digest_sending_cast import bot, headlines, send
from tests.digest_warehouse import MONDAY, at, break_campaign, settings_in


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


@pytest.mark.slow("histories judged again")
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


def test_an_answer_that_never_came_is_sent_again_with_the_same_id(warehouse: Warehouse, slack: SlackSandbox) -> None:
    break_campaign(warehouse, 1, MONDAY - timedelta(days=1))
    slack.faults = ["hang_up_after"]
    (delivery,) = send(warehouse, slack, at(MONDAY))
    assert delivery.outcome == "sent"
    ids = [json.dumps(message.payload).count(str(delivery.announcement_id)) for message in slack.messages]
    assert ids == [1, 1]


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
    problems = tell(Job("tell", settings, (workspace.name,)), at(MONDAY)).problems[workspace.name]
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
    problems = tell(Job("tell", settings, (workspace.name,)), at(MONDAY)).problems[workspace.name]
    assert problems == ["The digest of default to slack: It failed in an unforeseen way (RecursionError)."]
