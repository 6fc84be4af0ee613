"""A Slack bot edits the day's message, answers in its thread and tells each channel its own campaigns."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from campaign_health.alerts.channels.slack_bot import SlackBot
from campaign_health.alerts.channels.slack_webhook import SlackWebhook
from campaign_health.alerts.digest.building import build_digest
from campaign_health.errors import SettingsError
from campaign_health.sandbox.slack.slack_service import TOKEN, SlackSandbox
from storage.file.database import Warehouse
from tests.digest_cast import TODAY, change, incident, situation
from tests.digest_sending_cast import bot, send
from tests.digest_warehouse import MONDAY, at, break_campaign, settings_in


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


def test_hundreds_of_broken_campaigns_are_named_in_the_messages_that_follow(slack: SlackSandbox, tmp_path) -> None:  # type: ignore[no-untyped-def]
    many = [incident(number, campaign=f"Campaign number {number:03} of the product") for number in range(500)]
    made = situation(*many, changes=tuple(map(change, many)))
    digest = build_digest(made, announcement_id="a", kind="digest", today=TODAY, dashboard_url="https://h.example.com")
    http = settings_in(tmp_path)[0].http
    receipt = SlackBot(TOKEN, "#lifecycle", slack.api_url, http, "slack").deliver(digest, None)
    SlackWebhook(slack.webhook_url, http).deliver(digest, None)
    by_bot = [message for message in slack.messages if message.channel == "#lifecycle"]
    assert [message.thread_ts for message in by_bot] == [None, *[receipt["ts"]] * (len(by_bot) - 1)]
    for messages in (by_bot, [message for message in slack.messages if message.channel == "#webhook"]):
        text = json.dumps([message.payload for message in messages])
        assert len(messages) > 1
        assert [one.campaign for one in many if one.campaign not in text] == []
